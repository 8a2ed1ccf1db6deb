"""The HTTP and WebSocket edge: accounts, rooms, the baton, clips, and the OpenAI interface."""
