"""A transcript as a file."""

import json
from typing import Literal, TypeAlias

from malmoi.contracts import subtitles
from malmoi.contracts.corrections import Correction, corrected
from malmoi.contracts.cues import cues
from malmoi.contracts.transcripts import Segment, Transcript

Form: TypeAlias = Literal["txt", "srt", "vtt", "tsv", "json"]


def exported(transcript: Transcript, correction: Correction | None, form: Form) -> str:
    """The file's content; the corrected text where there is one."""
    segments = corrected(transcript, correction)
    spoken = [each for each in segments if each.text.strip()]
    match form:
        case "txt":
            return "".join(f"{each.text.strip()}\n" for each in spoken)
        case "srt":
            return subtitles.srt(cues(spoken, transcript.language))
        case "vtt":
            return subtitles.vtt(cues(spoken, transcript.language))
        case "tsv":
            return subtitles.tsv(
                subtitles.Segment(start=each.start_s, end=each.end_s, text=each.text)
                for each in spoken
            )
        case "json":
            return _as_json(transcript, segments, correction)


def as_it_reads(transcript: Transcript, correction: Correction | None) -> Transcript:
    """The transcript with the corrections in it."""
    return _reading(transcript, corrected(transcript, correction), correction)


def _reading(
    transcript: Transcript, segments: tuple[Segment, ...], correction: Correction | None
) -> Transcript:
    text = transcript.text if correction is None else correction.text
    return transcript.model_copy(update={"segments": segments, "text": text})


def _as_json(
    transcript: Transcript, segments: tuple[Segment, ...], correction: Correction | None
) -> str:
    told = _reading(transcript, segments, correction).model_dump(mode="json")
    told["corrected"] = correction is not None
    told["speakers"] = {} if correction is None else correction.speakers
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
