"""Accepting a job: its row, its first task, its ledger line and its message, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from malmoi.contracts.callbacks import CallbackWish
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine, JobState, Lane, TaskKind, TaskState
from malmoi.contracts.messages import TaskRequested
from malmoi.persistence.callbacks import receiver_of
from malmoi.persistence.database import Transaction
from malmoi.persistence.many import among
from malmoi.persistence.outbox import request_row
from malmoi.persistence.tables import Job, LedgerLine, OutboxRow, Table, Task

ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A recording that lies in the object store and is to be recognised."""

    owner_user_id: UUID
    engine: Engine
    lane: Lane
    options: DecodeOptions
    audio_key: str
    audio_bytes: int
    trace_id: str
    id: UUID = field(default_factory=uuid4)
    room_id: UUID | None = None
    message_id: UUID | None = None
    baton_grant: int | None = None
    idempotency_key: str | None = None
    request_sha256: str | None = None
    file_name: str | None = None
    retry_of: UUID | None = None
    """The ended job that this one does again."""
    callback: CallbackWish | None = None
    plan: dict[str, Any] | None = None
    """Of a recording that is cut already: whoever accepts the job hands the chunks over to it."""
    audio_s: float | None = None
    takes_turns: bool = False
    """Whether its first task waits until the dispatcher finds that it is its owner's turn."""


async def accept_job(
    transaction: Transaction, new: NewJob, *, now: datetime, along: Sequence[Table] = ()
) -> Job:
    """Promise that the recording will be answered; the promise holds once the caller commits.

    `now` is the transaction's instant by PostgreSQL's clock; `along` are further rows to insert.

    Raises:
        sqlalchemy.exc.IntegrityError: the owner's idempotency key was used meanwhile.

    """
    job = Job(
        id=new.id,
        owner_user_id=new.owner_user_id,
        room_id=new.room_id,
        message_id=new.message_id,
        baton_grant=new.baton_grant,
        engine=new.engine,
        lane=new.lane,
        options=new.options.model_dump(mode="json"),
        audio_key=new.audio_key,
        audio_bytes=new.audio_bytes,
        idempotency_key=new.idempotency_key,
        request_sha256=new.request_sha256,
        file_name=new.file_name,
        retry_of=new.retry_of,
        callback_events=None if new.callback is None else list(new.callback.events),
        trace_id=new.trace_id,
        state=JobState.QUEUED,
        last_seq=0,
        created_at=now,
    )
    told = () if new.callback is None else (receiver_of(job.id, job.owner_user_id, new.callback),)
    line = LedgerLine(job_id=job.id, entry=ACCEPTED)
    work = _first_task(job, waits=new.takes_turns) if new.plan is None else ()
    if new.plan is not None:
        job.plan, job.audio_s = new.plan, new.audio_s
    await transaction.insert(job, *work, line, *told, *along)
    transaction.outbox += [row for row in work if isinstance(row, OutboxRow)]
    return job


def _first_task(job: Job, *, waits: bool) -> tuple[Table, ...]:
    task = Task(
        id=uuid4(),
        job_id=job.id,
        kind=TaskKind.UTTERANCE,
        engine=job.engine,
        lane=job.lane,
        state=TaskState.DISPATCHED,
        attempt=1,
    )
    if waits:
        # Whatever lane was asked for: who sends that much is no person who waits for an answer.
        task.lane, task.state = Lane.BATCH, TaskState.WAITING
        return (task,)
    return task, request_row(request_of(job, task), trace_id=job.trace_id)


def request_of(job: Job, task: Task) -> TaskRequested:
    """The message that asks a worker for the task's current attempt."""
    return TaskRequested(
        task_id=task.id,
        job_id=job.id,
        attempt=task.attempt,
        kind=TaskKind(task.kind),
        engine=Engine(task.engine),
        lane=Lane(task.lane),
        audio_key=task.audio_key or job.audio_key,
        audio_bytes=task.audio_bytes or job.audio_bytes,
        options=_options_of(job),
        start_s=task.start_s or 0.0,
        accepted_at=task.created_at if task.kind == TaskKind.CHUNK else job.created_at,
    )


def _options_of(job: Job) -> DecodeOptions:
    """As asked for; a planned recording's chunks are all in the language that was detected."""
    options = DecodeOptions.model_validate(job.options)
    if options.language is not None or job.plan is None:
        return options
    return options.model_copy(update={"language": job.plan.get("language")})


async def job_of_key(session: AsyncSession, owner_user_id: UUID, key: str) -> Job | None:
    """The job that this owner's idempotency key already stands for."""
    found: Job | None = await session.scalar(
        select(Job).where(Job.owner_user_id == owner_user_id, Job.idempotency_key == key)
    )
    return found


async def lock_job(transaction: Transaction, job_id: UUID, *, with_text: bool = True) -> Job | None:
    """Hold a job until the transaction ends; whoever moves it waits.

    Its text may be hours long; `with_text=False` leaves it unread, and reading it then is an error.
    """
    texts = (defer(Job.result, raiseload=True), defer(Job.correction, raiseload=True))
    found: Job | None = await transaction.session.scalar(
        select(Job)
        .where(Job.id == job_id)
        .options(*(() if with_text else texts))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def recordings_of_nobody(session: AsyncSession, audio_keys: Sequence[str]) -> list[str]:
    """Those of the keys under which no job has its recording."""
    known = set(
        await session.scalars(select(Job.audio_key).where(among(Job.audio_key, audio_keys)))
    )
    return [each for each in audio_keys if each not in known]
