"""Numbered events: written with the fact they tell, re-read by whoever may have missed one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from malmoi.contracts.events import Event, EventType, job_stream, room_stream
from malmoi.persistence.callbacks import delivery_of
from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import EventRow, Job, Room


@dataclass(frozen=True, slots=True)
class Place:
    """The next place in a room's stream."""

    seq: int
    now: datetime
    """The transaction's instant by PostgreSQL's clock."""


async def next_place(transaction: Transaction, room_id: UUID) -> Place:
    """Take the room's next number; holds the room's row until the commit."""
    # Not by way of the session, which has nothing of these columns: a clip waits for this.
    connection = await transaction.session.connection()
    seq, now = (await connection.execute(_NEXT_PLACE, {"room": room_id})).one()
    return Place(seq, now)


def next_place_of(room_id: ColumnElement[UUID]) -> ReturningUpdate[int, datetime]:
    """The statement that takes a room's next number; its columns are `last_seq` and `now`."""
    # A row lock and not a sequence: numbers must become visible in their order, without gaps.
    return (
        update(Room)
        .where(Room.id == room_id)
        .values(last_seq=Room.last_seq + 1)
        .returning(Room.last_seq, func.now().label("now"))
    )


_NEXT_PLACE: Final = next_place_of(bindparam("room"))


async def tell_room(
    transaction: Transaction,
    room_id: UUID,
    event_type: EventType,
    payload: dict[str, Any],
    *,
    trace_id: str | None = None,
) -> None:
    """Append to the room's stream; holds the room's row until the commit."""
    place = await next_place(transaction, room_id)
    row = told_at(transaction, room_id, place, event_type, payload, trace_id=trace_id)
    transaction.session.add(row)


def told_at(  # noqa: PLR0913 - one event
    transaction: Transaction,
    room_id: UUID,
    place: Place,
    event_type: EventType,
    payload: dict[str, Any],
    *,
    trace_id: str | None,
) -> EventRow:
    """The row, for the caller to insert, of a room's event at a place that was taken before."""
    event = Event(type=event_type, payload=payload, ts=place.now, seq=place.seq, trace_id=trace_id)
    return _noted(transaction, room_stream(room_id), event)


def tell_job(
    transaction: Transaction,
    job: Job,
    event_type: EventType,
    payload: dict[str, Any],
    *,
    now: datetime,
) -> Event:
    """Append to the stream of a job whose row this transaction has locked.

    `now` is the transaction's instant by PostgreSQL's clock.
    """
    job.last_seq += 1
    event = Event(type=event_type, payload=payload, ts=now, seq=job.last_seq, trace_id=job.trace_id)
    transaction.session.add(_noted(transaction, job_stream(job.id), event))
    if job.callback_events and (delivery := delivery_of(job, event)) is not None:
        transaction.session.add(delivery)
        transaction.wrote_callback = True
    return event


def _noted(transaction: Transaction, stream: str, event: Event) -> EventRow:
    transaction.events.append((stream, event))
    return EventRow(
        stream=stream,
        seq=event.seq,
        type=event.type,
        payload=event.payload,
        trace_id=event.trace_id,
        ts=event.ts,
    )


async def events_after(
    session: AsyncSession, stream: str, after: int, *, limit: int = 1000
) -> list[Event]:
    """What happened in a stream since event `after`, oldest first."""
    rows = await session.scalars(
        select(EventRow)
        .where(EventRow.stream == stream, EventRow.seq > after)
        .order_by(EventRow.seq)
        .limit(limit)
    )
    return [_event(row) for row in rows]


async def newest_of_streams(session: AsyncSession, streams: Sequence[str]) -> dict[str, int]:
    """The number of each stream's newest event; 0 where nothing has happened yet."""
    asked = (
        func.unnest(bindparam("streams", list(streams), ARRAY(Text)))
        .table_valued("stream")
        .render_derived()
    )
    newest = (
        select(EventRow.seq)
        .where(EventRow.stream == asked.c.stream)
        .order_by(EventRow.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await session.execute(select(asked.c.stream, func.coalesce(newest, 0)))
    return {row[0]: row[1] for row in rows}


def _event(row: EventRow) -> Event:
    return Event(
        type=EventType(row.type),
        payload=row.payload,
        ts=row.ts,
        seq=row.seq,
        trace_id=row.trace_id,
    )
