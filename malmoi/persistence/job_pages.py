"""The console's list of jobs: newest first, by filter, from a known place on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Result, Row, Select, func, literal_column, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from malmoi.persistence.chunks import percent_of_tasks
from malmoi.persistence.many import among
from malmoi.persistence.pages import Place, behind
from malmoi.persistence.tables import WORDS_OF_RESULT, Job, Room, Task, User

_NAMED_AT_MOST = 50
"""Users and rooms whose names a search may match; more would be no search."""
_TEXT_START = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs; what is None does not matter."""

    state: str | None = None
    engine: str | None = None
    lane: str | None = None
    room_id: UUID | None = None
    owner_user_id: UUID | None = None
    outside_rooms: bool = False
    """Only recordings that were not said in a room."""
    error_code: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    found: Sequence[ColumnElement[bool]] = ()
    """What `search` made of the operator's words, of which one must hold; empty for any job."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL, without `found`."""
        equal: dict[Any, Any] = {
            Job.state: self.state,
            Job.engine: self.engine,
            Job.lane: self.lane,
            Job.room_id: self.room_id,
            Job.owner_user_id: self.owner_user_id,
            Job.error_code: self.error_code,
        }
        chosen = [column == value for column, value in equal.items() if value is not None]
        if self.outside_rooms:
            chosen.append(Job.room_id.is_(None))
        if self.since is not None:
            chosen.append(Job.created_at >= self.since)
        if self.until is not None:
            chosen.append(Job.created_at < self.until)
        return chosen


async def search(session: AsyncSession, words: str) -> Sequence[ColumnElement[bool]]:
    """Every way to find what an operator typed: an id, a trace id, or words.

    Words of a text, of which every one must occur, or its beginning; of an address or a title.
    """
    try:
        wanted = UUID(words)
    except ValueError:
        pass
    else:
        return Job.id == wanted, Job.message_id == wanted, Job.trace_id == words
    called = words.lower()
    users = await session.scalars(
        select(User.id).where(User.email.contains(called, autoescape=True)).limit(_NAMED_AT_MOST)
    )
    titled = func.lower(Room.title).contains(called, autoescape=True)
    rooms = await session.scalars(select(Room.id).where(titled).limit(_NAMED_AT_MOST))
    named = (Job.owner_user_id, users.all()), (Job.room_id, rooms.all())
    ways = [column.in_(ids) for column, ids in named if ids]
    return Job.trace_id == words, *ways, _spoken(words)


def _spoken(words: str) -> ColumnElement[bool]:
    # Quoted, so that nothing an operator types is query syntax.
    plain = words.replace("\\", " ").replace("'", " ").split()
    query = " & ".join(f"'{each}':*" for each in plain)
    asked = func.to_tsquery(literal_column("'simple'"), query)
    return literal_column(WORDS_OF_RESULT.text).op("@@")(asked)


def jobs_statement(chosen: JobFilter, *, after: Place | None, limit: int) -> Select[Any]:
    """One page; each row has what the table shows."""
    conditions = chosen.conditions()
    if after is not None:
        conditions.append(behind(after, Job.created_at, Job.id))
    if chosen.found:
        conditions = [
            Job.id.in_(union(*(_page_of(conditions, each, limit) for each in chosen.found)))
        ]
    page = (
        select(
            Job,
            User.email.label("user_email"),
            Room.title.label("room_title"),
            _percent().label("percent"),
            func.left(Job.result["transcript"]["text"].astext, _TEXT_START).label("text_start"),
        )
        .join(User, User.id == Job.owner_user_id)
        .outerjoin(Room, Room.id == Job.room_id)
        .where(*conditions)
        # Whole transcripts, of which a table shows the beginning.
        .options(*map(defer, (Job.result, Job.correction)))
    )
    return page.order_by(Job.created_at.desc(), Job.id.desc()).limit(limit)


def _page_of(
    conditions: Sequence[ColumnElement[bool]], way: ColumnElement[bool], limit: int
) -> Select[UUID]:
    """A page of what one way finds, from its own index.

    Materialised: PostgreSQL knows too little of words, and would rather read all jobs by their
    time until it has found enough.
    """
    found = select(Job.id, Job.created_at).where(*conditions, way).cte().prefix_with("MATERIALIZED")
    return select(found.c.id).order_by(found.c.created_at.desc(), found.c.id.desc()).limit(limit)


async def jobs_page(
    session: AsyncSession, chosen: JobFilter, *, after: Place | None, limit: int
) -> Sequence[Row[Any]]:
    """The rows of `jobs_statement`."""
    rows: Result[Any] = await session.execute(jobs_statement(chosen, after=after, limit=limit))
    return rows.all()


async def standing_of(
    session: AsyncSession, job_ids: Sequence[UUID], user_id: UUID
) -> Sequence[Row[UUID, str, int]]:
    """State and newest number of those of the jobs that are recordings of the user."""
    rows = await session.execute(
        select(Job.id, Job.state, Job.last_seq).where(
            among(Job.id, job_ids), Job.owner_user_id == user_id, Job.room_id.is_(None)
        )
    )
    return rows.all()


def _percent() -> Any:
    done = select(percent_of_tasks()).where(Task.job_id == Job.id).correlate(Job)
    return func.coalesce(done.scalar_subquery(), 0)


async def tasks_of(session: AsyncSession, job_id: UUID) -> Sequence[Task]:
    """The job's tasks in their order: the whole recording's before its chunks'."""
    rows = await session.scalars(
        select(Task).where(Task.job_id == job_id).order_by(Task.kind.desc(), Task.index)
    )
    return rows.all()
