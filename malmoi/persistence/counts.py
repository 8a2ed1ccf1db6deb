"""What operators count: open work, and whether the ledger closes (ARCHITECTURE section 4.9)."""

from dataclasses import dataclass

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.jobs import OPEN_TASKS, JobState, TaskState
from malmoi.persistence.jobs import ACCEPTED
from malmoi.persistence.tables import Job, LedgerLine, Task

OPEN_JOBS = (JobState.QUEUED, JobState.RUNNING)
_ASSUMED_BYTES_PER_S = 8000
"""64 kbit/s: between a browser's Opus and a WAV file, for recordings that nobody decoded yet."""


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
    waiting: int
    """Those of `tasks` that no worker answers for."""
    audio_bytes: int
    audio_s: float
    """Seconds of recordings; a guess from their bytes where the length is not known yet."""
    oldest_s: float


async def open_work(session: AsyncSession) -> list[OpenWork]:
    """Open tasks by engine and lane; those without any are absent."""
    age = func.extract("epoch", func.now() - func.min(Task.created_at))
    waiting = func.count().filter(Task.state != TaskState.RUNNING)
    size = func.coalesce(Task.audio_bytes, Job.audio_bytes)
    length_s = func.coalesce(Task.audio_s, Job.audio_s, size / float(_ASSUMED_BYTES_PER_S))
    rows = await session.execute(
        select(
            Task.engine,
            Task.lane,
            func.count(),
            waiting,
            func.sum(size),
            func.sum(length_s),
            age,
        )
        .join(Job, Job.id == Task.job_id)
        .where(Task.state.in_(OPEN_TASKS))
        .group_by(Task.engine, Task.lane)
    )
    return [
        OpenWork(
            engine=row[0],
            lane=row[1],
            tasks=row[2],
            waiting=row[3],
            audio_bytes=int(row[4]),
            audio_s=float(row[5]),
            oldest_s=float(row[6]),
        )
        for row in rows
    ]
