"""A worker has done what a task asks: the first success of any attempt wins while it is open."""

from malmoi.contracts.jobs import TaskState
from malmoi.contracts.messages import TaskResult
from malmoi.persistence.tasks import LockedTask, close_task, note_start
from result_handler.usecases.effect import Effect


def take_success(held: LockedTask | None, report: TaskResult) -> Effect:
    """Close the task, or say why the report counts for nothing; None is one of a deleted job."""
    if held is None:
        return Effect.STALE
    if not held.is_open:
        return Effect.DUPLICATE if held.task.state == TaskState.SUCCEEDED else Effect.STALE
    note_start(held, report)
    close_task(held, TaskState.SUCCEEDED)
    held.task.worker_id = report.worker_id
    held.task.percent = 100
    return Effect.APPLIED
