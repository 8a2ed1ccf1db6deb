"""Whose turn it is: which waiting task goes to which worker (ARCHITECTURE section 3).

A worker has at most its slots and one more task of the batch lane, running or on its way, so that
no long queue stands before a task that comes later, and a worker that joins finds work left.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.jobs import Engine, Lane, TaskKind, TaskState
from malmoi.contracts.topics import REQUESTS
from malmoi.persistence.database import Transaction
from malmoi.persistence.jobs import request_of
from malmoi.persistence.outbox import request_row
from malmoi.persistence.tables import Job, Task, WorkerRow
from malmoi.persistence.workers import seen_workers

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('dispatch'))")
_ON_THE_WAY = (TaskState.DISPATCHED, TaskState.RUNNING)


@dataclass(slots=True)
class Place:
    """A live worker, and how many more tasks it may get."""

    partitions: list[int]
    """Of the engine's batch topic, each read by this worker alone."""
    free: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A task that waits."""

    task_id: UUID
    queue: UUID
    """The job of a chunk, the owner of a whole recording: what waits there goes in its order."""
    job_id: UUID
    owner_user_id: UUID
    handed_in_at: datetime


async def anything_waits(session: AsyncSession) -> bool:
    """Whether any task waits for its turn."""
    found = await session.scalar(select(Task.id).where(Task.state == TaskState.WAITING).limit(1))
    return found is not None


async def release(transaction: Transaction, engine: Engine) -> int:
    """Send waiting tasks to workers that will be free; returns how many."""
    session = transaction.session
    await session.execute(_LOCK)  # two dispatchers would fill the same place
    load = await _on_partitions(session, engine)
    targets = partitions_to_fill(await _places(session, engine, load), load)
    if not targets:
        return 0
    waiting = await _candidates(session, engine, len(targets))
    chosen = in_turns(waiting, await _in_hand(session, engine), most=len(targets))
    rows = await session.execute(
        select(Task, Job)
        .join(Job, Job.id == Task.job_id)
        .where(Task.id.in_([each.task_id for each in chosen]), Task.state == TaskState.WAITING)
        .with_for_update(of=Task, skip_locked=True)
    )
    by_id = {row.Task.id: row for row in rows}
    found = [by_id[each.task_id] for each in chosen if each.task_id in by_id]
    for row, partition in zip(found, targets, strict=False):
        _send(transaction, row.Task, row.Job, partition)
    return len(found)


def _send(transaction: Transaction, task: Task, job: Job, partition: int) -> None:
    task.state = TaskState.DISPATCHED
    task.dispatch_partition = partition
    row = request_row(request_of(job, task), trace_id=job.trace_id)
    row.partition = partition
    transaction.session.add(row)
    transaction.outbox.append(row)


def partitions_to_fill(places: Sequence[Place], load: Mapping[int, int]) -> list[int]:
    """One partition for each task that may be sent, the idlest worker's first."""
    waiting = Counter(load)
    targets: list[int] = []
    while places and (place := max(places, key=lambda each: each.free)).free > 0:
        partition = min(place.partitions, key=lambda each: waiting[each])
        waiting[partition] += 1
        place.free -= 1
        targets.append(partition)
    return targets


def in_turns(waiting: Sequence[Candidate], in_hand: Counter[UUID], *, most: int) -> list[Candidate]:
    """The next tasks: of whoever has least in hand, then of the job that has, then the oldest.

    `in_hand` counts by owner and by job. Of one queue, `waiting` is in its order.
    """
    queues: dict[UUID, deque[Candidate]] = {}
    for each in waiting:
        queues.setdefault(each.queue, deque()).append(each)
    counted = Counter(in_hand)
    chosen: list[Candidate] = []

    def turn(each: Candidate) -> tuple[int, int, datetime]:
        return counted[each.owner_user_id], counted[each.job_id], each.handed_in_at

    while queues and len(chosen) < most:
        following = min((each[0] for each in queues.values()), key=turn)
        queues[following.queue].popleft()
        if not queues[following.queue]:
            del queues[following.queue]
        counted.update((following.owner_user_id, following.job_id))
        chosen.append(following)
    return chosen


async def _places(session: AsyncSession, engine: Engine, load: Mapping[int, int]) -> list[Place]:
    busy = await _running(session, engine)
    alive = [each.row for each in await seen_workers(session) if each.alive]
    places: list[Place] = []
    taken: set[int] = set()
    # Whoever was heard last owns a partition that two name: it has just changed hands.
    for row in sorted(alive, key=lambda each: each.seen_at, reverse=True):
        if row.engine != engine:
            continue
        mine = _batch_partitions(row, engine) - taken
        taken |= mine
        on_their_way = sum(load.get(each, 0) for each in mine)
        if mine:
            places.append(Place(sorted(mine), row.slots + 1 - busy[row.id] - on_their_way))
    return places


def _batch_partitions(row: WorkerRow, engine: Engine) -> set[int]:
    topic = REQUESTS[engine, Lane.BATCH].name
    named = (name.rpartition("/") for name in row.partitions)
    return {int(number) for of_topic, _, number in named if of_topic == topic}


async def _running(session: AsyncSession, engine: Engine) -> Counter[str]:
    """Batch tasks by worker."""
    rows = await session.execute(
        select(Task.worker_id, func.count())
        .where(Task.state == TaskState.RUNNING, Task.engine == engine, Task.lane == Lane.BATCH)
        .group_by(Task.worker_id)
    )
    return Counter({worker: tasks for worker, tasks in rows if worker is not None})


async def _on_partitions(session: AsyncSession, engine: Engine) -> dict[int, int]:
    rows = await session.execute(
        select(Task.dispatch_partition, func.count())
        .where(
            Task.state == TaskState.DISPATCHED,
            Task.engine == engine,
            Task.lane == Lane.BATCH,
            Task.dispatch_partition.is_not(None),
        )
        .group_by(Task.dispatch_partition)
    )
    return {partition: tasks for partition, tasks in rows if partition is not None}


async def _in_hand(session: AsyncSession, engine: Engine) -> Counter[UUID]:
    rows = await session.execute(
        select(Job.owner_user_id, Task.job_id, func.count())
        .join(Job, Job.id == Task.job_id)
        .where(Task.state.in_(_ON_THE_WAY), Task.engine == engine, Task.lane == Lane.BATCH)
        .group_by(Job.owner_user_id, Task.job_id)
    )
    counted: Counter[UUID] = Counter()
    for owner, job, tasks in rows:
        counted[owner] += tasks
        counted[job] += tasks
    return counted


async def _candidates(session: AsyncSession, engine: Engine, most: int) -> list[Candidate]:
    """The first `most` waiting chunks of every job, and whole recordings of every owner."""
    queue = case((Task.kind == TaskKind.CHUNK, Task.job_id), else_=Job.owner_user_id)
    oldest_first = (Job.created_at, Task.job_id, Task.index)
    place = func.row_number().over(partition_by=queue, order_by=oldest_first).label("place")
    ranked = (
        select(Task.id, queue.label("queue"), Task.job_id, Task.index, place)
        .add_columns(Job.owner_user_id, Job.created_at)
        .join(Job, Job.id == Task.job_id)
        .where(Task.state == TaskState.WAITING, Task.engine == engine)
        .subquery()
    )
    rows = await session.execute(
        select(ranked.c.id, ranked.c.queue, ranked.c.job_id)
        .add_columns(ranked.c.owner_user_id, ranked.c.created_at)
        .where(ranked.c.place <= most)
        .order_by(ranked.c.created_at, ranked.c.job_id, ranked.c.index)
    )
    return [Candidate(*row) for row in rows]
