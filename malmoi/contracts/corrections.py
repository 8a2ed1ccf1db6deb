"""A transcript as a person corrected it; what was recognised stays as it was."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from malmoi.contracts.model import Frozen
from malmoi.contracts.transcripts import Segment

TEXT_MAX: Final = 10_000


class CorrectedSegment(Frozen):
    """One segment's text in place of the recognised one."""

    id: int = Field(ge=0)
    """Its place in the transcript, from 0."""
    text: Annotated[str, Field(max_length=TEXT_MAX)]


class Correction(Frozen):
    """The newest correction of a job."""

    text: str
    """All of it, as it reads now."""
    segments: tuple[CorrectedSegment, ...]
    """The changed ones only."""
    speakers: dict[str, str] = Field(default_factory=dict)
    """Names in place of labels."""
    corrected_by: str
    """Address of the operator."""
    corrected_at: datetime


def corrected(segments: Iterable[Segment], correction: Correction | None) -> Iterator[Segment]:
    """The segments as they read now; a changed one has no word times, for its words have none."""
    changed = {each.id: each.text for each in correction.segments} if correction else {}
    for number, segment in enumerate(segments):
        if number in changed:
            yield segment.model_copy(update={"text": changed[number], "words": ()})
        else:
            yield segment
