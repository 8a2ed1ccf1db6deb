"""A worker finished a task: the first success of any attempt wins while the task is open."""

from datetime import UTC, datetime

from malmoi.contracts.jobs import JobState
from malmoi.contracts.messages import TaskSucceeded
from malmoi.contracts.transcripts import Transcript
from malmoi.observability.metrics import JOB_SECONDS
from malmoi.persistence.database import Transaction
from malmoi.persistence.room_results import publish_message
from malmoi.persistence.tasks import LockedTask, move_job
from result_handler.usecases.effect import Effect
from result_handler.usecases.take_success import take_success


async def complete_task(
    transaction: Transaction,
    held: LockedTask | None,
    report: TaskSucceeded,
    transcript: Transcript,
) -> Effect:
    """Store the result, end the job and tell its listeners, all or nothing."""
    effect = take_success(held, report)
    if held is None or effect is not Effect.APPLIED:
        return effect
    held.job.audio_s = report.audio_s
    held.job.result = result_of(report, transcript)
    # The room first: somebody there waits for the text.
    await publish_message(transaction, held.job, transcript)
    move_job(transaction, held, JobState.COMPLETED, payload=_told(report, transcript))
    observe_end(held)
    return Effect.APPLIED


def result_of(report: TaskSucceeded, transcript: Transcript) -> dict[str, object]:
    """What is kept of a recognition."""
    return {
        "transcript": transcript.model_dump(mode="json"),
        "model": report.model,
        "fallbacks": list(report.fallbacks),
        "timings": report.timings.model_dump(mode="json"),
        "attempt": report.attempt,
        "worker_id": report.worker_id,
    }


def observe_end(held: LockedTask) -> None:
    """Note how long the job took; of two machines' clocks, for operators only."""
    took_s = (datetime.now(UTC) - held.job.created_at).total_seconds()
    # Of the task: a recording that took turns was batch work, whatever lane was asked for.
    JOB_SECONDS.labels(held.job.engine, held.task.lane).observe(max(0.0, took_s))


def _told(report: TaskSucceeded, transcript: Transcript) -> dict[str, object]:
    return {
        "text": transcript.text,
        "language": transcript.language,
        "duration_s": transcript.duration_s,
        "model": report.model,
        "fallbacks": list(report.fallbacks),
        "engine_s": report.timings.engine_s,
    }
