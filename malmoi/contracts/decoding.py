"""What a caller may ask of a recognition."""

from typing import Literal

from malmoi.contracts.model import Frozen


class DecodeOptions(Frozen):
    """Settings of one recognition; they never change a loaded model."""

    language: str | None = None
    """ISO 639-1; None lets the engine detect it from the first speech."""
    language_per_chunk: bool = False
    """Detect it anew in every chunk of a long recording, in which people change languages."""
    task: Literal["transcribe", "translate"] = "transcribe"
    prompt: str | None = None
    """Names and terms that are likely to occur (a room's vocabulary)."""
    word_timestamps: bool = True
    temperature: float | None = None
    """None: the engine's own fallback ladder."""
