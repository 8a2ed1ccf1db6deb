"""The outbox: messages that go to Kafka because, and only because, a transaction was committed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Interval, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.messages import Message, TaskRequested
from malmoi.contracts.topics import REQUESTS, Topic
from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import OutboxRow, Task

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the broker stored an outbox row."""

    row_id: int
    task_id: UUID | None
    attempt: int | None
    cluster_id: str
    partition: int
    offset: int
    at: float
    """When, by `time.monotonic`."""


def enqueue(transaction: Transaction, topic: Topic[M], message: M, *, trace_id: str) -> None:
    """Send `message` after the commit."""
    row = OutboxRow(
        topic=topic.name, key=topic.key(message), value=topic.encode(message), trace_id=trace_id
    )
    transaction.session.add(row)
    transaction.outbox.append(row)


def request_row(request: TaskRequested, *, trace_id: str) -> OutboxRow:
    """The row that dispatches a task; who inserts it notes it in the transaction's `outbox`."""
    topic = REQUESTS[request.engine, request.lane]
    return OutboxRow(
        topic=topic.name,
        key=topic.key(request),
        value=topic.encode(request),
        trace_id=trace_id,
        task_id=request.task_id,
        attempt=request.attempt,
    )


def enqueue_task(
    transaction: Transaction,
    request: TaskRequested,
    *,
    trace_id: str,
    delay: timedelta = timedelta(0),
) -> None:
    """Dispatch a task after the commit, and not before `delay` has passed."""
    row = request_row(request, trace_id=trace_id)
    transaction.session.add(row)
    if delay:
        row.available_at = func.now() + delay
    else:
        transaction.outbox.append(row)


async def claim_pending(
    session: AsyncSession, limit: int, *, older_than: timedelta = timedelta(0)
) -> Sequence[OutboxRow]:
    """Lock due rows that no other relay holds, oldest first, until the transaction ends."""
    rows = await session.scalars(
        select(OutboxRow)
        .where(OutboxRow.sent_at.is_(None), OutboxRow.available_at <= func.now() - older_than)
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return rows.all()


async def mark_sent(session: AsyncSession, placed: Sequence[Placed]) -> None:
    """Note that rows are on Kafka, and with each task where its request lies."""
    now = time.monotonic()
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_([each.row_id for each in placed]))
        .values(sent_at=func.now())
    )
    tasks = {each.task_id: each for each in placed if each.task_id is not None}
    if tasks:
        locked = await session.scalars(
            select(Task.id)
            .where(Task.id.in_(tasks))
            # In the order in which everybody locks several.
            .order_by(Task.job_id, Task.id)
            .with_for_update(key_share=True)
        )
        still_there = [tasks[task_id] for task_id in locked]
        if still_there:
            await _note_dispatch(session, still_there, now)


async def _note_dispatch(session: AsyncSession, tasks: Sequence[Placed], now: float) -> None:
    statement = (
        update(Task)
        .where(Task.id == bindparam("task"), Task.attempt == bindparam("of_attempt"))
        .values(
            # It is noted a moment after it was sent, and `started` may be noted before.
            dispatched_at=func.now() - bindparam("ago", type_=Interval),
            dispatch_cluster_id=bindparam("cluster"),
            dispatch_partition=bindparam("at_partition"),
            dispatch_offset=bindparam("at_offset"),
        )
    )
    connection = await session.connection()
    await connection.execute(
        statement,
        [
            {
                "task": each.task_id,
                "of_attempt": each.attempt,
                "ago": timedelta(seconds=now - each.at),
                "cluster": each.cluster_id,
                "at_partition": each.partition,
                "at_offset": each.offset,
            }
            for each in tasks
        ],
    )


async def delete_sent(session: AsyncSession, *, older_than: timedelta) -> int:
    """Forget rows that were sent long ago; returns how many."""
    gone = await session.execute(
        delete(OutboxRow).where(OutboxRow.sent_at < func.now() - older_than).returning(OutboxRow.id)
    )
    return len(gone.all())


async def pending_count(session: AsyncSession) -> int:
    """Rows that are due and not yet on Kafka."""
    found = await session.scalar(
        select(func.count())
        .select_from(OutboxRow)
        .where(OutboxRow.sent_at.is_(None), OutboxRow.available_at <= func.now())
    )
    return found or 0
