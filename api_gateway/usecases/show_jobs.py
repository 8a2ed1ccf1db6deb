"""What an operator sees of the jobs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from malmoi.contracts.events import Event, job_stream
from malmoi.contracts.problems import NotFound
from malmoi.persistence.chunks import share_done
from malmoi.persistence.counts import OpenWork, open_work
from malmoi.persistence.database import Database
from malmoi.persistence.events import events_after
from malmoi.persistence.job_ends import retried_as
from malmoi.persistence.job_pages import JobFilter, jobs_page, search, tasks_of
from malmoi.persistence.outbox import pending_count
from malmoi.persistence.pages import Place
from malmoi.persistence.room_messages import find_job
from malmoi.persistence.rooms import find_room
from malmoi.persistence.tables import Job, Room, Task, User
from malmoi.persistence.throughput import Minute, jobs_by_state, last_hour
from malmoi.persistence.users import user_of_id


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers above the table."""

    by_state: dict[str, int]
    minutes: Sequence[Minute]
    work: Sequence[OpenWork]
    outbox_pending: int


@dataclass(frozen=True, slots=True)
class JobView:
    """One job with everything that is known of it."""

    job: Job
    tasks: Sequence[Task]
    percent: int
    events: Sequence[Event]
    owner: User | None
    room: Room | None
    retried_as: UUID | None


async def list_jobs(
    database: Database, chosen: JobFilter, *, words: str, after: Place | None, limit: int
) -> Sequence[Any]:
    """A page of jobs, newest first."""
    async with database.transaction() as transaction:
        session = transaction.session
        if words:
            chosen = replace(chosen, found=await search(session, words))
        return await jobs_page(session, chosen, after=after, limit=limit)


async def count_jobs(database: Database) -> Counts:
    """The numbers as they are now."""
    async with database.transaction() as transaction:
        session = transaction.session
        return Counts(
            by_state=await jobs_by_state(session),
            minutes=await last_hour(session),
            work=await open_work(session),
            outbox_pending=await pending_count(session),
        )


async def job_of(database: Database, job_id: UUID) -> Job:
    """The job alone.

    Raises:
        NotFound: there is no such job.

    """
    async with database.reading() as session:
        job = await find_job(session, job_id)
    if job is None:
        raise NotFound("there is no such job")
    return job


async def show_job(database: Database, job_id: UUID) -> JobView:
    """Everything about one job.

    Raises:
        NotFound: there is no such job.

    """
    async with database.transaction() as transaction:
        session = transaction.session
        job = await find_job(session, job_id)
        if job is None:
            raise NotFound("there is no such job")
        return JobView(
            job=job,
            tasks=await tasks_of(session, job_id),
            percent=(await share_done(session, job_id)).percent,
            events=await events_after(session, job_stream(job_id), 0),
            owner=await user_of_id(session, job.owner_user_id),
            room=None if job.room_id is None else await find_room(session, job.room_id),
            retried_as=await retried_as(session, job_id),
        )
