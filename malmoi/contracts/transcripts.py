"""What recognition returns. All times are seconds from the start of the recording."""

from typing import Self

from malmoi.contracts.model import Frozen

_UNSPACED_LANGUAGES = frozenset({"ja", "zh", "yue", "th", "lo", "my", "km"})


def space_of(language: str | None) -> str:
    """What stands between two segments of a text: nothing where words have no spaces."""
    return "" if language in _UNSPACED_LANGUAGES else " "


class Word(Frozen):
    """One word as spoken."""

    text: str
    start_s: float
    end_s: float
    probability: float
    """0 to 1, as the engine reports it; not calibrated."""

    def later_by(self, seconds: float) -> Self:
        """The same word of a recording that began so much earlier."""
        times = {
            "start_s": round(self.start_s + seconds, 3),
            "end_s": round(self.end_s + seconds, 3),
        }
        return self.model_copy(update=times)


class Segment(Frozen):
    """A stretch of speech that the engine decoded together."""

    text: str
    start_s: float
    end_s: float
    words: tuple[Word, ...] = ()
    """In time order; empty when word times were not asked for."""
    no_speech_probability: float = 0.0
    average_log_probability: float = 0.0

    def later_by(self, seconds: float) -> Self:
        """The same segment of a recording that began so much earlier."""
        return self.model_copy(
            update={
                "start_s": round(self.start_s + seconds, 3),
                "end_s": round(self.end_s + seconds, 3),
                "words": tuple(word.later_by(seconds) for word in self.words),
            }
        )


class Transcript(Frozen):
    """The recognised text of one recording; `text` is empty when nobody spoke."""

    text: str
    language: str | None
    """ISO 639-1, as asked or as detected; None when there was nothing to detect it from."""
    language_probability: float | None = None
    duration_s: float
    segments: tuple[Segment, ...] = ()

    def later_by(self, seconds: float) -> Self:
        """As part of a recording that began so much earlier; `duration_s` stays its own."""
        if not seconds:
            return self
        segments = tuple(segment.later_by(seconds) for segment in self.segments)
        return self.model_copy(update={"segments": segments})
