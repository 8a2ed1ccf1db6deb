"""A worker has cut a long recording: its chunks become tasks of their own."""

from malmoi.contracts.events import EventType
from malmoi.contracts.jobs import TaskState
from malmoi.contracts.messages import TaskPlanned
from malmoi.persistence.chunks import add_chunks
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import tell_job
from malmoi.persistence.tasks import LockedTask, close_task
from result_handler.usecases.effect import Effect


async def plan_job(
    transaction: Transaction, held: LockedTask | None, report: TaskPlanned
) -> Effect:
    """Make the chunks' tasks; the first plan of any attempt wins while the task is open."""
    if held is None:
        return Effect.STALE
    if not held.is_open:
        return Effect.DUPLICATE if held.task.state == TaskState.SUCCEEDED else Effect.STALE
    close_task(held, TaskState.SUCCEEDED)
    held.task.worker_id = report.worker_id
    held.task.percent = 100
    held.job.audio_s = report.audio_s
    held.job.plan = {
        "chunks": len(report.chunks),
        "language": report.language,
        "language_probability": report.language_probability,
    }
    await add_chunks(transaction, held.job, report.chunks)
    told = {
        "job_id": str(held.job.id),
        "chunks": len(report.chunks),
        "duration_s": report.audio_s,
        "language": held.job.options.get("language") or report.language,
    }
    tell_job(transaction, held.job, EventType.JOB_PLANNED, told, now=held.now)
    return Effect.APPLIED
