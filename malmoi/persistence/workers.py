"""Workers as they described themselves last: chunks are sent by it, and operators look at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.workers import WorkerSeen
from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import WorkerRow

SILENT_AFTER: Final = timedelta(seconds=30)
"""Several HEARTBEAT_S of the workers; whoever was not heard for so long does not live."""
FORGET_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SeenWorker:
    """A worker, and whether it was heard of lately, by PostgreSQL's clock."""

    row: WorkerRow
    alive: bool


async def note_worker(transaction: Transaction, seen: WorkerSeen) -> None:
    """Remember what the worker said of itself, or forget it when it said good-bye."""
    if seen.leaving:
        await transaction.session.execute(delete(WorkerRow).where(WorkerRow.id == seen.worker_id))
        return
    said = {
        "engine": seen.engine,
        "model": seen.model,
        "device": seen.device,
        "slots": seen.slots,
        "task_ids": {"tasks": [str(each) for each in seen.task_ids]},
        "partitions": seen.partitions,
        "real_time_factor": seen.real_time_factor,
        "started_at": seen.started_at,
        "seen_at": func.now(),
    }
    await transaction.session.execute(
        insert(WorkerRow)
        .values(id=seen.worker_id, **said)
        .on_conflict_do_update(index_elements=[WorkerRow.id], set_=said)
    )


async def forget_silent_workers(
    transaction: Transaction, *, silent_for: timedelta = FORGET_AFTER
) -> None:
    """Delete whoever was not heard of for so long."""
    await transaction.session.execute(
        delete(WorkerRow).where(WorkerRow.seen_at < func.now() - silent_for)
    )


async def seen_workers(session: AsyncSession) -> Sequence[SeenWorker]:
    """Everybody who was heard of within the hour, by engine and name."""
    rows = await session.execute(
        select(WorkerRow, WorkerRow.seen_at > func.now() - SILENT_AFTER)
        .order_by(WorkerRow.engine, WorkerRow.id)
        .execution_options(populate_existing=True)
    )
    return [SeenWorker(row=row[0], alive=row[1]) for row in rows]
