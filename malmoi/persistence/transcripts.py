"""Reading a transcript piece by piece: one of many hours is larger than a process should hold."""

from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.transcripts import Segment, Transcript

_SEGMENTS = TypeAdapter(list[Segment])

_HEAD = text("SELECT (result -> 'transcript') - 'segments' FROM jobs WHERE id = :job_id")
_PAGE = text(
    """
    SELECT jsonb_path_query_array(
        result, '$.transcript.segments[$first to $last]',
        jsonb_build_object('first', CAST(:first AS int), 'last', CAST(:last AS int))
    )
    FROM jobs WHERE id = :job_id
    """
)


async def find_head(session: AsyncSession, job_id: UUID) -> Transcript | None:
    """The transcript without its segments; None where there is none."""
    head: dict[str, Any] | None = await session.scalar(_HEAD, {"job_id": job_id})
    return None if head is None else Transcript.model_validate(head | {"segments": []})


async def list_segments(
    session: AsyncSession, job_id: UUID, *, first: int, most: int
) -> list[Segment]:
    """Up to `most` segments from number `first` on, counted from 0."""
    asked = {"job_id": job_id, "first": first, "last": first + most - 1}
    return _SEGMENTS.validate_python(await session.scalar(_PAGE, asked) or [])
