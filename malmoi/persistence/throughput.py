"""How much is done and how much waits, for the console's first look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.jobs import JobState
from malmoi.persistence.tables import Job, LedgerLine


@dataclass(frozen=True, slots=True)
class Minute:
    """What ended in one minute."""

    at: datetime
    completed: int
    failed: int


async def jobs_by_state(session: AsyncSession) -> dict[str, int]:
    """How many jobs are in each state; every state is there."""
    found = await session.execute(select(Job.state, func.count()).group_by(Job.state))
    return {**dict.fromkeys(map(str, JobState), 0), **{row[0]: row[1] for row in found}}


async def last_hour(session: AsyncSession) -> Sequence[Minute]:
    """Sixty minutes by PostgreSQL's clock, oldest first; the last one has only begun."""
    minutes = select(
        func.generate_series(
            func.date_trunc("minute", func.now()) - text("interval '59 minutes'"),
            func.date_trunc("minute", func.now()),
            text("interval '1 minute'"),
        ).label("at")
    ).subquery()
    ended = (
        select(
            func.date_trunc("minute", LedgerLine.at).label("at"),
            func.count().filter(LedgerLine.entry == JobState.COMPLETED).label("completed"),
            func.count().filter(LedgerLine.entry == JobState.FAILED).label("failed"),
        )
        .where(LedgerLine.at > func.now() - text("interval '61 minutes'"))
        .group_by(text("1"))
        .subquery()
    )
    rows = await session.execute(
        select(
            minutes.c.at,
            func.coalesce(ended.c.completed, 0),
            func.coalesce(ended.c.failed, 0),
        )
        .outerjoin(ended, ended.c.at == minutes.c.at)
        .order_by(minutes.c.at)
    )
    return [Minute(at=row[0], completed=row[1], failed=row[2]) for row in rows]
