"""The worker that turns speech into text with OpenAI's Whisper models."""
