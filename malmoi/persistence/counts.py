"""What operators count: open work, and whether the ledger closes (ARCHITECTURE section 4.9)."""

from dataclasses import dataclass

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.jobs import JobState, TaskState
from malmoi.persistence.jobs import ACCEPTED
from malmoi.persistence.tables import Job, LedgerLine, Task

OPEN_JOBS = (JobState.QUEUED, JobState.RUNNING)
_OPEN_TASKS = (TaskState.DISPATCHED, TaskState.RUNNING)


@dataclass(frozen=True, slots=True)
class Conservation:
    """Acceptances and endings since the beginning, and what is open now."""

    accepted: int
    ended: dict[str, int]
    open: int

    @property
    def missing(self) -> int:
        """0 when every accepted job is either ended or open; alert on anything else."""
        return self.accepted - sum(self.ended.values()) - self.open


async def conservation(session: AsyncSession) -> Conservation:
    """Count ledger and open jobs in one statement, so in one snapshot."""
    ledger = select(LedgerLine.entry.label("entry"), func.count().label("n")).group_by(
        LedgerLine.entry
    )
    still_open = select(literal("open"), func.count()).select_from(Job)
    both = ledger.union_all(still_open.where(Job.state.in_(OPEN_JOBS)))
    found = {row.entry: row.n for row in await session.execute(both)}
    accepted, open_jobs = found.pop(ACCEPTED, 0), found.pop("open", 0)
    return Conservation(accepted=accepted, ended=found, open=open_jobs)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What waits or runs for one engine and lane."""

    engine: str
    lane: str
    tasks: int
    audio_bytes: int
    oldest_s: float


async def open_work(session: AsyncSession) -> list[OpenWork]:
    """Open tasks by engine and lane; those without any are absent."""
    age = func.extract("epoch", func.now() - func.min(Task.created_at))
    rows = await session.execute(
        select(Task.engine, Task.lane, func.count(), func.sum(Job.audio_bytes), age)
        .join(Job, Job.id == Task.job_id)
        .where(Task.state.in_(_OPEN_TASKS))
        .group_by(Task.engine, Task.lane)
    )
    return [
        OpenWork(
            engine=row[0],
            lane=row[1],
            tasks=row[2],
            audio_bytes=int(row[3]),
            oldest_s=float(row[4]),
        )
        for row in rows
    ]
