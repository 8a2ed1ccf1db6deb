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
from malmoi.persistence.callbacks import wish_of
from malmoi.persistence.chunks import has_chunks, share_done, take_over_chunks
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
    transaction: Transaction,
    ended: Job,
    *,
    now: datetime,
    whole: bool = False,
    takes_turns: bool = False,
) -> Job:
    """Accept a new job in place of an ended one, whose row the caller has locked.

    Both have the same recording from now on. The message and the idempotency key go over to the
    new job, so that each still stands for one job; so do its chunks, of which only those are
    recognised that were not, unless the `whole` recording is to be done again.
    """
    goes_on = not whole and await has_chunks(transaction.session, ended.id)
    plan = ended.plan if goes_on else None
    new = NewJob(
        owner_user_id=ended.owner_user_id,
        engine=Engine(ended.engine),
        lane=Lane(ended.lane),
        options=DecodeOptions.model_validate(ended.options),
        audio_key=ended.audio_key,
        audio_bytes=ended.audio_bytes,
        trace_id=ended.trace_id,
        room_id=ended.room_id,
        message_id=ended.message_id,
        baton_grant=ended.baton_grant,
        idempotency_key=ended.idempotency_key,
        request_sha256=ended.request_sha256,
        file_name=ended.file_name,
        retry_of=ended.id,
        callback=await wish_of(transaction.session, ended),
        plan=plan,
        audio_s=ended.audio_s,
        takes_turns=takes_turns,
    )
    ended.message_id = ended.idempotency_key = None
    await transaction.session.flush()
    job = await accept_job(transaction, new, now=now)
    if plan is not None:
        await take_over_chunks(transaction, ended, job)
        share = await share_done(transaction.session, job.id)
        job.plan = plan | {"taken_over_percent": share.percent}
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


async def shares_recording(transaction: Transaction, job: Job) -> bool:
    """Whether another job has the same recording: then deleting this one must not delete it.

    Nobody begins to share it meanwhile: that takes the lock of this job's row. Of two who share
    and are deleted at once each sees the other; what they leave behind, the hourly sweep finds.
    """
    other = select(Job.id).where(Job.audio_key == job.audio_key, Job.id != job.id).limit(1)
    return await transaction.session.scalar(other) is not None


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
