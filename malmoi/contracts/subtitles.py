"""SubRip, WebVTT and a table from the segments of a transcript."""

from collections.abc import Iterable
from typing import TypedDict


class Segment(TypedDict):
    """As `verbose_json` gives them, times in seconds; newlines part the lines of a subtitle."""

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


def tsv(segments: Iterable[Segment]) -> str:
    """A table of `start`, `end` (milliseconds) and `text`, as Whisper's own command writes it."""
    rows = (f"{round(s['start'] * 1000)}\t{round(s['end'] * 1000)}\t{_line(s)}\n" for s in segments)
    return "start\tend\ttext\n" + "".join(rows)


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
