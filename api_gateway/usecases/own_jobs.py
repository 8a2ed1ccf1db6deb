"""What somebody sees of the recordings that they handed in as jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from malmoi.contracts.jobs import JobState
from malmoi.contracts.problems import NotFound
from malmoi.persistence.chunks import share_done
from malmoi.persistence.database import Database
from malmoi.persistence.job_ends import retried_as
from malmoi.persistence.job_pages import JobFilter, jobs_page, standing_of
from malmoi.persistence.pages import Place
from malmoi.persistence.room_messages import find_job
from malmoi.persistence.tables import Job


@dataclass(frozen=True, slots=True)
class OwnJob:
    """A job as its owner may see it."""

    job: Job
    percent: int
    retried_as: UUID | None = None
    chunks_done: int | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a job's story is."""

    state: JobState
    last_seq: int


async def own_among(
    database: Database, job_ids: Sequence[UUID], user_id: UUID
) -> dict[UUID, Standing]:
    """Those of the ids that are recordings of the user."""
    async with database.reading() as session:
        rows = await standing_of(session, job_ids, user_id)
    return {row.id: Standing(JobState(row.state), row.last_seq) for row in rows}


async def list_own_jobs(
    database: Database, user_id: UUID, state: JobState | None, *, after: Place | None, limit: int
) -> Sequence[OwnJob]:
    """A page of the user's jobs, newest first; what was said in rooms is not among them."""
    chosen = JobFilter(state=state, owner_user_id=user_id, outside_rooms=True)
    async with database.reading() as session:
        rows: Sequence[Any] = await jobs_page(session, chosen, after=after, limit=limit)
    return [OwnJob(row.Job, int(row.percent)) for row in rows]


async def show_own_job(database: Database, job_id: UUID, user_id: UUID) -> OwnJob:
    """One of them.

    Raises:
        NotFound: there is no such job of this user.

    """
    async with database.reading() as session:
        job = await find_job(session, job_id, with_text=False)
        if job is None or job.owner_user_id != user_id or job.room_id is not None:
            raise NotFound("there is no such job of yours")
        share = await share_done(session, job_id)
        return OwnJob(
            job,
            share.percent,
            retried_as=await retried_as(session, job_id),
            chunks_done=share.chunks - share.open_chunks if share.chunks else None,
            stage=share.stage,
        )
