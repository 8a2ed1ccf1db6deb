"""A transcript as a file, piece by piece."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

from malmoi.contracts import subtitles
from malmoi.contracts.cues import cues
from malmoi.contracts.transcripts import Segment, Transcript

Form: TypeAlias = Literal["txt", "srt", "vtt", "tsv", "json"]
Granularity: TypeAlias = Literal["word", "segment"]
Segments: TypeAlias = Callable[[], Iterable[Segment]]
"""Reads all of them, in order; each call from the beginning."""


def exported(
    head: Transcript, segments: Segments, form: Form, *, about: Mapping[str, object]
) -> Iterator[str]:
    """The file's content. `head` has the text as it reads now, `segments` their texts.

    JSON also tells what is `about` the transcript.
    """
    spoken = (each for each in segments() if each.text.strip())
    match form:
        case "txt":
            return (f"{each.text.strip()}\n" for each in spoken)
        case "srt":
            return subtitles.srt(cues(spoken, head.language))
        case "vtt":
            return subtitles.vtt(cues(spoken, head.language))
        case "tsv":
            return subtitles.tsv(
                subtitles.Segment(start=each.start_s, end=each.end_s, text=each.text)
                for each in spoken
            )
        case "json":
            told = head.model_dump(mode="json", exclude={"segments"})
            lists = {"segments": (each.model_dump(mode="json") for each in segments())}
            return _object({**told, **about}, lists)


def verbose_json(
    head: Transcript,
    segments: Segments,
    granularities: Collection[Granularity],
    task: Literal["transcribe", "translate"] = "transcribe",
) -> Iterator[str]:
    """OpenAI's `verbose_json`."""
    told = {
        "task": task,
        "language": head.language or "",
        "duration": head.duration_s,
        "text": head.text,
    }
    lists: dict[str, Iterable[object]] = {}
    if "segment" in granularities:
        lists["segments"] = (_verbose(index, each) for index, each in enumerate(segments()))
    if "word" in granularities:
        lists["words"] = (
            {"word": word.text, "start": word.start_s, "end": word.end_s}
            for segment in segments()
            for word in segment.words
        )
    return _object(told, lists)


def _verbose(index: int, segment: Segment) -> dict[str, Any]:
    return {
        "id": index,
        "seek": 0,
        "start": segment.start_s,
        "end": segment.end_s,
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": segment.average_log_probability,
        "compression_ratio": 0.0,
        "no_speech_prob": segment.no_speech_probability,
    }


def _object(told: dict[str, Any], lists: Mapping[str, Iterable[object]]) -> Iterator[str]:
    """A JSON object of some members, and of lists that are too long to hold."""
    yield _json(told)[:-1]
    for name, items in lists.items():
        yield f",\n{_json(name)}: ["
        for index, item in enumerate(items):
            yield ("\n" if index == 0 else ",\n") + _json(item)
        yield "]"
    yield "}\n"


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False)
