"""SubRip and WebVTT from the segments of a transcript."""

from collections.abc import Iterable
from typing import TypedDict


class Segment(TypedDict):
    """As `verbose_json` gives them; times in seconds."""

    start: float
    end: float
    text: str


def srt(segments: Iterable[Segment], *, first: int = 1) -> str:
    """A SubRip file, or the part of one that begins with cue number `first`."""
    return "\n".join(
        f"{number}\n{_time(s['start'], ',')} --> {_time(s['end'], ',')}\n{_text(s)}\n"
        for number, s in enumerate(segments, start=first)
    )


def vtt(segments: Iterable[Segment]) -> str:
    """A WebVTT file."""
    cues = (
        f"\n{_time(s['start'], '.')} --> {_time(s['end'], '.')}\n{_text(s)}\n" for s in segments
    )
    return "WEBVTT\n" + "".join(cues)


def _text(segment: Segment) -> str:
    """One line, and without the arrow that would begin another cue."""
    return " ".join(segment["text"].split()).replace("-->", "→")


def _time(seconds: float, decimal_mark: str) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{decimal_mark}{rest % 1000:03}"
