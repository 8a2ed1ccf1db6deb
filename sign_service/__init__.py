"""Sign videos become playable, in a process of their own (seed 000, phase 2)."""
