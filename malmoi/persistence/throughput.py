"""How much is done and how much waits, for the console's first look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.jobs import JobState
from malmoi.persistence.counts import OPEN_JOBS
from malmoi.persistence.jobs import ACCEPTED
from malmoi.persistence.tables import Job, LedgerLine


@dataclass(frozen=True, slots=True)
class Minute:
    """What ended in one minute, and what was left."""

    at: datetime
    completed: int
    failed: int
    open: int
    """How many jobs waited or ran at its end; by now, in the last one."""


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
    accepted = func.count().filter(LedgerLine.entry == ACCEPTED)
    moved = (
        select(
            func.date_trunc("minute", LedgerLine.at).label("at"),
            func.count().filter(LedgerLine.entry == JobState.COMPLETED).label("completed"),
            func.count().filter(LedgerLine.entry == JobState.FAILED).label("failed"),
            (2 * accepted - func.count()).label("change"),  # whatever is no acceptance is an end
        )
        .where(LedgerLine.at > func.now() - text("interval '61 minutes'"))
        .group_by(text("1"))
        .subquery()
    )
    still_open = select(func.count()).select_from(Job).where(Job.state.in_(OPEN_JOBS))
    # One statement, so that jobs and ledger are of one moment.
    rows = await session.execute(
        select(
            minutes.c.at,
            func.coalesce(moved.c.completed, 0),
            func.coalesce(moved.c.failed, 0),
            func.coalesce(moved.c.change, 0),
            still_open.scalar_subquery(),
        )
        .outerjoin(moved, moved.c.at == minutes.c.at)
        .order_by(minutes.c.at)
    )
    return _with_open(rows.all())


def _with_open(rows: Sequence[Any]) -> Sequence[Minute]:
    """Count back from what is open now."""
    found: list[Minute] = []
    still_open = rows[-1][4]
    for at, completed, failed, change, _ in reversed(rows):
        found.append(Minute(at, completed, failed, still_open))
        still_open -= change
    return found[::-1]
