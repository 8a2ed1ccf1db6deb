"""A worker has cut a long recording: its chunks become tasks of their own."""

from malmoi.contracts.events import EventType
from malmoi.contracts.messages import TaskPlanned
from malmoi.persistence.chunks import add_chunks
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import tell_job
from malmoi.persistence.tasks import LockedTask
from result_handler.usecases.effect import Effect
from result_handler.usecases.take_success import take_success


async def plan_job(
    transaction: Transaction, held: LockedTask | None, report: TaskPlanned
) -> Effect:
    """Make the chunks' tasks; the first plan of any attempt wins while the task is open."""
    effect = take_success(held, report)
    if held is None or effect is not Effect.APPLIED:
        return effect
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
