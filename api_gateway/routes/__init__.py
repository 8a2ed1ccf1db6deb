"""HTTP and WebSocket: one resource a file. No rule of the business stands here."""
