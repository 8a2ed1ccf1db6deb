"""A worker says that it took a task, is still at it, or hands it back."""

from datetime import timedelta

from malmoi.contracts.events import EventType
from malmoi.contracts.jobs import JobState
from malmoi.contracts.messages import TaskHeartbeat, TaskProgress, TaskReleased
from malmoi.persistence.chunks import share_done
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import tell_job
from malmoi.persistence.tasks import LockedTask, hold_lease, move_job, redispatch, tell_attempt_end
from result_handler.usecases.effect import Effect


async def record_progress(
    transaction: Transaction, held: LockedTask | None, report: TaskProgress, *, lease: timedelta
) -> Effect:
    """Extend the lease of the current attempt, or dispatch it anew when it was released."""
    if held is None or not held.is_open:
        return Effect.STALE if isinstance(report, TaskReleased) else Effect.UNWANTED
    if report.attempt != held.task.attempt:
        return Effect.STALE
    if isinstance(report, TaskReleased):
        detail = "the worker was stopped and handed the recording back"
        tell_attempt_end(
            transaction, held, code="RELEASED", detail=detail, worker_id=report.worker_id
        )
        await redispatch(transaction, held)
        return Effect.APPLIED
    begun = hold_lease(held, report, lease=lease)
    if isinstance(report, TaskHeartbeat):
        await _advance(transaction, held, report)
    if begun:
        told = {"worker_id": report.worker_id, "attempt": report.attempt}
        move_job(transaction, held, JobState.RUNNING, payload=told)
    return Effect.APPLIED


async def _advance(transaction: Transaction, held: LockedTask, beat: TaskHeartbeat) -> None:
    held.task.stage = beat.stage
    if beat.percent <= held.task.percent:
        return
    held.task.percent = beat.percent
    await transaction.session.flush()
    share = await share_done(transaction.session, held.job.id)
    told = {"job_id": str(held.job.id), "percent": share.percent, "stage": beat.stage}
    tell_job(transaction, held.job, EventType.JOB_PROGRESS, told, now=held.now)
