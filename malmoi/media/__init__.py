"""Recordings in any common container, read in process by FFmpeg; nothing here opens a URL."""
