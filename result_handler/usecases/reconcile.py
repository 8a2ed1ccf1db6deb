"""Notices attempts that nobody answers for any more; gives them up only on evidence.

An overdue task is first *suspected*: the end offsets of all report topics are noted with it.
It is given up when the handler group has read past them and no report came in between, so a
slow handler, a broker that was away or a long queue never makes an answered task run again
(ARCHITECTURE section 4.4).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from malmoi.contracts.jobs import Engine, Lane, TaskState
from malmoi.contracts.topics import REQUESTS
from malmoi.messaging.evidence import Offsets, has_read
from malmoi.observability.metrics import LEASES_LOST_TOTAL
from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import Task
from malmoi.persistence.tasks import LockedTask, lock_task, redispatch
from result_handler.usecases.fail_task import lose_task


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of the broker at one moment."""

    cluster_id: str
    ends: Offsets = field(default_factory=dict)
    """End offsets of the report topics."""
    read: Offsets = field(default_factory=dict)
    """What the handler group has committed of them."""
    taken: Offsets = field(default_factory=dict)
    """What the worker groups have committed of the request topics."""
    trusted: bool = False
    """Whether broker and handler have both been there for a full lease."""


async def reconcile_task(
    transaction: Transaction, task_id: UUID, sight: Sight, *, max_losses: int
) -> bool:
    """Suspect, clear or give up one overdue task; returns whether it was dispatched anew."""
    held = await lock_task(transaction, task_id)
    if held is None or not held.is_open:
        return False
    task = held.task
    if _dispatched_to_another_cluster(task, sight):
        # Its request is gone with the old broker's memory; the attempt itself was never lost.
        await redispatch(transaction, held)
        LEASES_LOST_TOTAL.labels("broker_emptied").inc()
        return True
    if not _overdue(task, sight, held.now):
        return False
    if not _proven(task.suspicion, sight):
        if task.suspicion is None or task.suspicion["cluster_id"] != sight.cluster_id:
            task.suspicion = {"cluster_id": sight.cluster_id, "ends": dict(sight.ends)}
        return False
    return await _give_up_attempt(transaction, held, max_losses=max_losses)


async def _give_up_attempt(transaction: Transaction, held: LockedTask, *, max_losses: int) -> bool:
    if held.task.state == TaskState.RUNNING:
        LEASES_LOST_TOTAL.labels("worker_lost").inc()
        await lose_task(transaction, held, max_losses=max_losses)
    else:
        LEASES_LOST_TOTAL.labels("request_lost").inc()
        await redispatch(transaction, held)
    return True


def _dispatched_to_another_cluster(task: Task, sight: Sight) -> bool:
    return task.state == TaskState.DISPATCHED and task.dispatch_cluster_id not in {
        None,
        sight.cluster_id,
    }


def _overdue(task: Task, sight: Sight, now: datetime) -> bool:
    """Whether a report should have come, seen under the lock: the world moved since the search."""
    if task.state == TaskState.RUNNING:
        return sight.trusted and task.lease_until is not None and task.lease_until < now
    if task.dispatch_offset is None:
        return False
    place = f"{REQUESTS[Engine(task.engine), Lane(task.lane)].name}/{task.dispatch_partition}"
    return sight.taken.get(place, 0) > task.dispatch_offset


def _proven(suspicion: dict[str, Any] | None, sight: Sight) -> bool:
    if suspicion is None or suspicion["cluster_id"] != sight.cluster_id:
        return False
    return has_read(sight.read, suspicion["ends"])
