"""What the clips say, and how much of it was understood."""

from stt_worker_whisper.phantoms import letters
from tests.fixtures.spoken import likeness, words_of

__all__ = ["is_said", "letters"]
UNDERSTOOD = 0.8
"""Of all letters. A microphone's noise suppression and a short window cost some."""


def is_said(heard: str, clip: str) -> bool:
    """Whether the text is the clip's, or would pass for it."""
    return likeness(heard, words_of(clip)) >= UNDERSTOOD
