"""An attempt came to nothing: another one, or a typed end that the sender hears of."""

from dataclasses import dataclass
from datetime import timedelta

from malmoi.contracts.jobs import JobState, TaskKind, TaskState
from malmoi.contracts.messages import TaskFailed
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.observability.metrics import TASKS_BURIED_TOTAL
from malmoi.persistence.chunks import drop_open_chunks
from malmoi.persistence.database import Transaction
from malmoi.persistence.room_results import fail_message
from malmoi.persistence.tasks import (
    LockedTask,
    bury,
    close_task,
    move_job,
    note_start,
    redispatch,
    tell_attempt_end,
)
from result_handler.usecases.effect import Effect

_PAUSE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an attempt ended."""

    code: TaskErrorCode
    detail: str


async def fail_task(
    transaction: Transaction, held: LockedTask | None, report: TaskFailed, *, max_failures: int
) -> Effect:
    """Try again while that can help; a verdict about the recording is final at once."""
    if held is None:
        return Effect.STALE
    if not held.is_open or report.attempt != held.task.attempt:
        repeated = held.task.state == TaskState.FAILED and report.attempt == held.task.attempt
        return Effect.DUPLICATE if repeated else Effect.STALE
    note_start(held, report)
    tell_attempt_end(
        transaction, held, code=report.code, detail=report.detail, worker_id=report.worker_id
    )
    held.task.failures += 1
    if report.retryable and held.task.failures < max_failures:
        await redispatch(transaction, held, delay=_PAUSE * 2 ** (held.task.failures - 1))
    else:
        await give_up(transaction, held, Verdict(report.code, report.detail))
    return Effect.APPLIED


async def lose_task(transaction: Transaction, held: LockedTask, *, max_losses: int) -> None:
    """The attempt disappeared with its worker; a recording that keeps killing workers is buried."""
    lost = "the worker disappeared with the recording"
    tell_attempt_end(
        transaction,
        held,
        code=TaskErrorCode.WORKER_LOST,
        detail=lost,
        worker_id=held.task.worker_id,
    )
    held.task.losses += 1
    if held.task.losses < max_losses:
        await redispatch(transaction, held)
        return
    detail = f"{held.task.losses} workers were lost with this recording"
    await give_up(transaction, held, Verdict(TaskErrorCode.WORKER_LOST, detail))


async def give_up(transaction: Transaction, held: LockedTask, verdict: Verdict) -> None:
    """End task and job with a typed error; what is our own fault also becomes a dead letter."""
    close_task(held, TaskState.FAILED)
    held.job.error_code = verdict.code
    held.job.error_detail = verdict.detail
    told = {"code": verdict.code, "detail": verdict.detail}
    if held.task.kind == TaskKind.CHUNK:
        await drop_open_chunks(transaction, held.job.id)
    move_job(transaction, held, JobState.FAILED, payload=told)
    await fail_message(transaction, held.job, code=verdict.code, detail=verdict.detail)
    if not verdict.code.sender_can_act:
        await bury(transaction, held, f"{verdict.code}: {verdict.detail}")
        TASKS_BURIED_TOTAL.labels(verdict.code).inc()
