"""Two people in a room, told step by step."""
