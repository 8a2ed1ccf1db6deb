"""A worker finished a task: the first success of any attempt wins while the task is open."""

from datetime import UTC, datetime

from malmoi.contracts.jobs import JobState, TaskState
from malmoi.contracts.messages import TaskSucceeded
from malmoi.contracts.transcripts import Transcript
from malmoi.observability.metrics import JOB_SECONDS
from malmoi.persistence.database import Transaction
from malmoi.persistence.room_results import publish_message
from malmoi.persistence.tasks import LockedTask, close_task, move_job
from result_handler.usecases.effect import Effect


async def complete_task(
    transaction: Transaction,
    held: LockedTask | None,
    report: TaskSucceeded,
    transcript: Transcript,
) -> Effect:
    """Store the result, end the job and tell its listeners, all or nothing."""
    if held is None:
        return Effect.STALE
    if not held.is_open:
        return Effect.DUPLICATE if held.task.state == TaskState.SUCCEEDED else Effect.STALE
    close_task(held, TaskState.SUCCEEDED)
    held.task.worker_id = report.worker_id
    held.task.percent = 100
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
        "timings": report.timings.model_dump(mode="json"),
        "attempt": report.attempt,
        "worker_id": report.worker_id,
    }


def observe_end(held: LockedTask) -> None:
    """Note how long the job took; of two machines' clocks, for operators only."""
    took_s = (datetime.now(UTC) - held.job.created_at).total_seconds()
    JOB_SECONDS.labels(held.job.engine, held.job.lane).observe(max(0.0, took_s))


def _told(report: TaskSucceeded, transcript: Transcript) -> dict[str, object]:
    return {
        "text": transcript.text,
        "language": transcript.language,
        "duration_s": transcript.duration_s,
        "model": report.model,
        "engine_s": report.timings.engine_s,
    }
