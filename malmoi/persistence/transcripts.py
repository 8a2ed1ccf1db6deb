"""Reading a transcript piece by piece: one of many hours is larger than a process should hold."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.transcripts import Segment, Transcript

_SEGMENTS = TypeAdapter(list[Segment])

_HEAD = text(
    """
    SELECT (result -> 'transcript') - 'segments', result ->> 'model', result -> 'fallbacks'
    FROM jobs WHERE id = :job_id AND result ? 'transcript'
    """
)
_PAGE = text(
    """
    SELECT jsonb_path_query_array(
        result, '$.transcript.segments[$first to $last]',
        jsonb_build_object('first', CAST(:first AS int), 'last', CAST(:last AS int))
    )
    FROM jobs WHERE id = :job_id
    """
)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the segments."""

    transcript: Transcript
    """Without them."""
    model: str
    fallbacks: tuple[str, ...]
    """What the engine had to do for want of memory, in this order."""


async def find_head(session: AsyncSession, job_id: UUID) -> Head | None:
    """What is kept of a recognition beside its segments; None where there is none."""
    row = (await session.execute(_HEAD, {"job_id": job_id})).one_or_none()
    if row is None:
        return None
    transcript, model, fallbacks = row
    return Head(
        Transcript.model_validate(transcript | {"segments": []}), model, tuple(fallbacks or ())
    )


async def list_segments(
    session: AsyncSession, job_id: UUID, *, first: int, most: int
) -> list[Segment]:
    """Up to `most` segments from number `first` on, counted from 0."""
    asked = {"job_id": job_id, "first": first, "last": first + most - 1}
    return _SEGMENTS.validate_python(await session.scalar(_PAGE, asked) or [])
