"""What an operator does to a job beside looking at it: end it, do it again, forget it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.events import job_stream
from malmoi.contracts.jobs import Engine, JobState, Lane, TaskState
from malmoi.persistence.database import Transaction
from malmoi.persistence.jobs import NewJob, accept_job
from malmoi.persistence.room_results import await_message_again, fail_message
from malmoi.persistence.tables import DeadLetterRow, EventRow, Job, OutboxRow, Task
from malmoi.persistence.tasks import LockedTask, close_task, lock_tasks, move_job

CANCELLED: Final = "CANCELLED"
"""The error code of a cancelled job, and of its message."""


async def lock_tasks_of(transaction: Transaction, job_id: UUID) -> Sequence[LockedTask]:
    """Hold a job with all its tasks."""
    found = await transaction.session.scalars(select(Task.id).where(Task.job_id == job_id))
    return list((await lock_tasks(transaction, found.all())).values())


async def cancel(transaction: Transaction, held: Sequence[LockedTask], *, detail: str) -> None:
    """End an open job as cancelled, and its message as failed.

    The caller asks the workers to stop, after the commit; what they report anyhow is stale.
    """
    job = held[0].job
    job.error_code, job.error_detail = CANCELLED, detail
    for each in held:
        if each.is_open:
            close_task(each, TaskState.CANCELLED)
    told = {"code": CANCELLED, "detail": detail}
    move_job(transaction, held[0], JobState.CANCELLED, payload=told)
    await fail_message(transaction, job, code=CANCELLED, detail=detail)


async def do_again(
    transaction: Transaction, ended: Job, *, job_id: UUID, audio_key: str, now: datetime
) -> Job:
    """Accept a new job in place of an ended one, whose row the caller has locked.

    `audio_key` names a recording of the new job's own. The message and the idempotency key go
    over to the new job, so that each still stands for one job.
    """
    new = NewJob(
        id=job_id,
        owner_user_id=ended.owner_user_id,
        engine=Engine(ended.engine),
        lane=Lane(ended.lane),
        options=DecodeOptions.model_validate(ended.options),
        audio_key=audio_key,
        audio_bytes=ended.audio_bytes,
        trace_id=ended.trace_id,
        room_id=ended.room_id,
        message_id=ended.message_id,
        baton_grant=ended.baton_grant,
        idempotency_key=ended.idempotency_key,
        request_sha256=ended.request_sha256,
        file_name=ended.file_name,
        retry_of=ended.id,
    )
    ended.message_id = ended.idempotency_key = None
    await transaction.session.flush()
    job = await accept_job(transaction, new, now=now)
    await transaction.session.execute(
        update(DeadLetterRow)
        .where(DeadLetterRow.job_id == ended.id, DeadLetterRow.resolved_at.is_(None))
        .values(resolved_at=now)
    )
    await await_message_again(transaction, job)
    return job


async def retried_as(session: AsyncSession, job_id: UUID) -> UUID | None:
    """The job that does this one again."""
    found: UUID | None = await session.scalar(select(Job.id).where(Job.retry_of == job_id))
    return found


async def delete_rows(transaction: Transaction, job: Job) -> None:
    """Forget an ended job; its ledger lines stay, so that the counts still close."""
    task_ids = select(Task.id).where(Task.job_id == job.id)
    for gone in (
        delete(OutboxRow).where(OutboxRow.sent_at.is_(None), OutboxRow.task_id.in_(task_ids)),
        delete(EventRow).where(EventRow.stream == job_stream(job.id)),
        delete(DeadLetterRow).where(DeadLetterRow.job_id == job.id),
        delete(Job).where(Job.id == job.id),
    ):
        await transaction.session.execute(gone.execution_options(synchronize_session=False))
