"""What recognition returns. All times are seconds from the start of the recording."""

from malmoi.contracts.model import Frozen


class Word(Frozen):
    """One word as spoken."""

    text: str
    start_s: float
    end_s: float
    probability: float
    """0 to 1, as the engine reports it; not calibrated."""


class Segment(Frozen):
    """A stretch of speech that the engine decoded together."""

    text: str
    start_s: float
    end_s: float
    words: tuple[Word, ...] = ()
    """In time order; empty when word times were not asked for."""
    no_speech_probability: float = 0.0
    average_log_probability: float = 0.0


class Transcript(Frozen):
    """The recognised text of one recording; `text` is empty when nobody spoke."""

    text: str
    language: str | None
    """ISO 639-1, as asked or as detected; None when there was nothing to detect it from."""
    language_probability: float | None = None
    duration_s: float
    segments: tuple[Segment, ...] = ()
