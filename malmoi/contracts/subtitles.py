"""SubRip, WebVTT and a table from the segments of a transcript."""

from collections.abc import Iterable, Iterator
from typing import TypedDict


class Segment(TypedDict):
    """As `verbose_json` gives them, times in seconds; newlines part the lines of a subtitle."""

    start: float
    end: float
    text: str


def srt(segments: Iterable[Segment]) -> Iterator[str]:
    """A SubRip file, cue by cue."""
    return (srt_cue(segment, number) for number, segment in enumerate(segments, start=1))


def srt_cue(segment: Segment, number: int) -> str:
    """One of a SubRip file, counted from 1."""
    times = f"{_time(segment['start'], ',')} --> {_time(segment['end'], ',')}"
    parted = "\n" if number > 1 else ""
    return f"{parted}{number}\n{times}\n{_text(segment)}\n"


def vtt(segments: Iterable[Segment]) -> Iterator[str]:
    """A WebVTT file, cue by cue."""
    yield "WEBVTT\n"
    for s in segments:
        yield f"\n{_time(s['start'], '.')} --> {_time(s['end'], '.')}\n{_text(s)}\n"


def tsv(segments: Iterable[Segment]) -> Iterator[str]:
    """A table of `start`, `end` (milliseconds) and `text`, as Whisper's own command writes it."""
    yield "start\tend\ttext\n"
    for s in segments:
        yield f"{round(s['start'] * 1000)}\t{round(s['end'] * 1000)}\t{_line(s)}\n"


def _line(segment: Segment) -> str:
    return " ".join(segment["text"].split())


def _text(segment: Segment) -> str:
    """Without empty lines, which would end the cue, and the arrow, which would begin another."""
    lines = (" ".join(each.split()) for each in segment["text"].splitlines())
    return "\n".join(filter(None, lines)).replace("-->", "→")


def _time(seconds: float, decimal_mark: str) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{decimal_mark}{rest % 1000:03}"
