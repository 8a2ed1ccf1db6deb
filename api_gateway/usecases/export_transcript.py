"""A transcript as a file."""

import json
from typing import Literal, TypeAlias

from malmoi.contracts import subtitles
from malmoi.contracts.corrections import Correction, corrected
from malmoi.contracts.transcripts import Segment, Transcript

Form: TypeAlias = Literal["txt", "srt", "vtt", "json"]


def exported(transcript: Transcript, correction: Correction | None, form: Form) -> str:
    """The file's content; the corrected text where there is one."""
    segments = corrected(transcript, correction)
    cues = [
        subtitles.Segment(start=each.start_s, end=each.end_s, text=each.text)
        for each in segments
        if each.text.strip()
    ]
    match form:
        case "txt":
            return "".join(f"{each['text'].strip()}\n" for each in cues)
        case "srt":
            return subtitles.srt(cues)
        case "vtt":
            return subtitles.vtt(cues)
        case "json":
            return _as_json(transcript, segments, correction)


def _as_json(
    transcript: Transcript, segments: tuple[Segment, ...], correction: Correction | None
) -> str:
    told = transcript.model_copy(
        update={
            "segments": segments,
            "text": transcript.text if correction is None else correction.text,
        }
    ).model_dump(mode="json")
    told["corrected"] = correction is not None
    told["speakers"] = {} if correction is None else correction.speakers
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
