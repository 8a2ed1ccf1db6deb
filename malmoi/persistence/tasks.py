"""The only way to change a task or job after its acceptance: lock both rows, then move them.

Everything here runs under the locks that `lock_tasks` takes, so a check and the move that
follows it are one step, however many handlers, reconcilers and cancels meet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from malmoi.contracts.events import EventType
from malmoi.contracts.jobs import JobState, Lane, TaskState, judge
from malmoi.contracts.messages import DeadLetter, TaskReport
from malmoi.contracts.topics import REQUESTS, dead_letters_of
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import tell_job
from malmoi.persistence.jobs import request_of
from malmoi.persistence.outbox import enqueue, enqueue_task
from malmoi.persistence.tables import DeadLetterRow, Job, LedgerLine, Task

UNSENT: Final[Mapping[str, None]] = dict.fromkeys(
    (
        "worker_id",
        "lease_until",
        "suspicion",
        "dispatched_at",
        "dispatch_cluster_id",
        "dispatch_partition",
        "dispatch_offset",
        "started_at",
        "finished_at",
    )
)
"""What an attempt knows before its request is sent."""


@dataclass(frozen=True, slots=True)
class LockedTask:
    """A task and its job, held until the transaction ends."""

    task: Task
    job: Job
    now: datetime
    """The transaction's instant by PostgreSQL's clock, which alone judges leases."""

    @property
    def is_open(self) -> bool:
        """Whether a result would still be taken.

        The task alone does not tell: a chunk that is held with others is not read again when one
        of these ends the job.
        """
        return TaskState(self.task.state).is_open and not JobState(self.job.state).is_final


async def lock_tasks(transaction: Transaction, task_ids: Iterable[UUID]) -> dict[UUID, LockedTask]:
    """Hold tasks and their jobs; those whose job was deleted are missing."""
    rows = await transaction.session.execute(_LOCK_TASKS, {"ids": list(set(task_ids))})
    return {row.Task.id: LockedTask(task=row.Task, job=row.Job, now=row.now) for row in rows}


# Made once, because every result waits for it. Without the text, which may be that of many hours:
# late reports of ended jobs come too.
_LOCK_TASKS: Final = (
    select(Job, Task, func.now().label("now"))
    .options(defer(Job.result, raiseload=True), defer(Job.correction, raiseload=True))
    .join(Task, Task.job_id == Job.id)
    .where(Task.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
    # Jobs in the order of their ids, and each before its tasks: as everybody who locks several.
    .order_by(Task.job_id, Task.id)
    .with_for_update(of=(Job, Task))
    # A stale copy in the session would undo what others committed meanwhile.
    .execution_options(populate_existing=True)
)


async def lock_task(transaction: Transaction, task_id: UUID) -> LockedTask | None:
    """Hold one task and its job; None when the job was deleted."""
    return (await lock_tasks(transaction, [task_id])).get(task_id)


def hold_lease(held: LockedTask, report: TaskReport, *, lease: timedelta) -> bool:
    """Let the worker answer for the task for another lease; returns whether this began it."""
    task = held.task
    begins = task.state != TaskState.RUNNING
    task.state = TaskState.RUNNING
    task.worker_id = report.worker_id
    task.lease_until = held.now + lease
    task.suspicion = None
    note_start(held, report)
    return begins


def note_start(held: LockedTask, report: TaskReport) -> None:
    """Keep when the attempt began, by the first report of it that is read, whichever that is."""
    if held.task.started_at is None:
        begun_at = held.now - timedelta(seconds=report.taken_for_s)
        held.task.started_at = max(begun_at, held.job.created_at)


async def redispatch(
    transaction: Transaction, held: LockedTask, *, delay: timedelta = timedelta(0)
) -> None:
    """Ask for another attempt; reports of the earlier ones, but a success, become stale.

    Batch work waits for its turn again: the dispatcher knows which worker is free.
    """
    task = held.task
    task.attempt += 1
    for of_attempt, nothing in UNSENT.items():
        setattr(task, of_attempt, nothing)
    if task.lane == Lane.BATCH and not delay:
        task.state = TaskState.WAITING
        return
    task.state = TaskState.DISPATCHED
    await transaction.session.flush()
    enqueue_task(transaction, request_of(held.job, task), trace_id=held.job.trace_id, delay=delay)


def close_task(held: LockedTask, state: TaskState) -> None:
    """End the task; its lease ends with it."""
    held.task.state = state
    held.task.lease_until = None
    held.task.suspicion = None
    held.task.finished_at = held.now


def move_job(
    transaction: Transaction, held: LockedTask, target: JobState, *, payload: dict[str, Any]
) -> bool:
    """Move the job if the move is legal; write its ledger line and tell its stream.

    Returns False for a duplicate or stale move, which changes nothing.
    """
    job = held.job
    if judge(JobState(job.state), target) != "apply":
        return False
    job.state = target
    job.started_at = job.started_at or held.task.started_at
    if target.is_final:
        job.finished_at = held.now
        transaction.session.add(LedgerLine(job_id=job.id, entry=target))
    told = {"job_id": str(job.id), "state": target, **payload}
    tell_job(transaction, job, EventType(f"job.{target}"), told, now=held.now)
    return True


def tell_attempt_end(
    transaction: Transaction, held: LockedTask, *, code: str, detail: str, worker_id: str | None
) -> None:
    """Keep with the job why its current attempt came to nothing."""
    told = {
        "job_id": str(held.job.id),
        "task_id": str(held.task.id),
        "attempt": held.task.attempt,
        "worker_id": worker_id,
        "code": code,
        "detail": detail,
    }
    tell_job(transaction, held.job, EventType.JOB_ATTEMPT_ENDED, told, now=held.now)


async def bury(transaction: Transaction, held: LockedTask, reason: str) -> None:
    """Put the task's request among the dead letters, in the table and on the topic."""
    request = request_of(held.job, held.task)
    topic = REQUESTS[request.engine, request.lane]
    letter = DeadLetter(
        task_id=held.task.id,
        job_id=held.job.id,
        source_topic=topic.name,
        reason=reason,
        payload=topic.encode(request).decode(),
    )
    transaction.session.add(
        DeadLetterRow(
            task_id=letter.task_id,
            job_id=letter.job_id,
            source_topic=letter.source_topic,
            reason=letter.reason,
            payload=letter.payload,
            trace_id=held.job.trace_id,
        )
    )
    enqueue(transaction, dead_letters_of(topic.name), letter, trace_id=held.job.trace_id)


async def tasks_of_other_clusters(
    session: AsyncSession, cluster_id: str, *, limit: int
) -> Sequence[UUID]:
    """Dispatched tasks whose requests lie on a broker that is no more."""
    found = await session.scalars(
        select(Task.id)
        .where(Task.state == TaskState.DISPATCHED, Task.dispatch_cluster_id != cluster_id)
        .limit(limit)
    )
    return found.all()


async def silent_tasks(session: AsyncSession, *, lease: timedelta, limit: int) -> Sequence[UUID]:
    """Tasks of which nothing was heard for a lease, longest silent first."""
    silent_since = func.coalesce(Task.lease_until, Task.dispatched_at + lease)
    found = await session.scalars(
        select(Task.id)
        .where(Task.state.in_((TaskState.RUNNING, TaskState.DISPATCHED)), silent_since < func.now())
        .order_by(silent_since)
        .limit(limit)
    )
    return found.all()
