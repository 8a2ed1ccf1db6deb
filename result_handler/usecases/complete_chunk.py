"""A chunk is recognised; with the last one the whole recording is."""

from malmoi.contracts.events import EventType
from malmoi.contracts.jobs import JobState
from malmoi.contracts.messages import TaskSucceeded
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.chunks import assemble, share_done
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import tell_job
from malmoi.persistence.room_results import publish_message
from malmoi.persistence.tasks import LockedTask, move_job
from result_handler.usecases.complete_task import observe_end, result_of
from result_handler.usecases.effect import Effect
from result_handler.usecases.take_success import take_success


async def complete_chunk(
    transaction: Transaction, held: LockedTask, report: TaskSucceeded, transcript: Transcript
) -> Effect:
    """Store what the chunk says, and end the job if it was the last one."""
    effect = take_success(held, report)
    if effect is not Effect.APPLIED:
        return effect
    held.task.result = result_of(report, transcript)
    _tell_text(transaction, held, transcript)
    await transaction.session.flush()
    share = await share_done(transaction.session, held.job.id)
    if share.open_chunks:
        told = {"job_id": str(held.job.id), "percent": share.percent, "stage": "transcribe"}
        tell_job(transaction, held.job, EventType.JOB_PROGRESS, told, now=held.now)
    else:
        await _complete(transaction, held)
    return Effect.APPLIED


def _tell_text(transaction: Transaction, held: LockedTask, transcript: Transcript) -> None:
    told = {
        "job_id": str(held.job.id),
        "index": held.task.index,
        "start_s": held.task.start_s,
        "end_s": held.task.start_s + (held.task.audio_s or 0.0),
        "text": transcript.text,
        "language": transcript.language,
    }
    tell_job(transaction, held.job, EventType.JOB_TEXT, told, now=held.now)


async def _complete(transaction: Transaction, held: LockedTask) -> None:
    assembled = await assemble(transaction, held.job)
    transaction.unneeded_objects.extend(assembled.unneeded)
    # Not the text: of many hours it would be larger than an event should be.
    told = {
        "language": assembled.transcript.language,
        "duration_s": assembled.transcript.duration_s,
        "model": assembled.model,
        "fallbacks": assembled.fallbacks,
        "chunks": (held.job.plan or {}).get("chunks"),
    }
    move_job(transaction, held, JobState.COMPLETED, payload=told)
    await publish_message(transaction, held.job, assembled.transcript)
    observe_end(held)
