"""A lease ends by evidence only: what the handler has not read yet may be the answer."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, update

from malmoi.contracts.messages import TaskHeartbeat, TaskStarted
from malmoi.persistence.database import Database
from malmoi.persistence.tables import Job, Task
from malmoi.persistence.tasks import lock_task, silent_tasks, tasks_of_other_clusters
from result_handler.usecases.reconcile import Sight, reconcile_task
from result_handler.usecases.record_progress import record_progress
from tests.integration.conftest import Accepted, Rooms

LEASE = timedelta(seconds=30)
REQUESTS = "stt.requests.whisper.interactive"


@pytest.fixture
async def clip(rooms: Rooms) -> Accepted:
    return await rooms.clip(await rooms.room())


def sight(**known: Any) -> Sight:
    return Sight(**{"cluster_id": "c1", "trusted": True, "ends": {"stt.results/0": 10}} | known)


async def look(database: Database, clip: Accepted, seen: Sight, *, max_losses: int = 5) -> bool:
    async with database.transaction() as transaction:
        return await reconcile_task(transaction, clip.task.id, seen, max_losses=max_losses)


async def start(database: Database, clip: Accepted) -> None:
    report = TaskStarted(
        task_id=clip.task.id, job_id=clip.job.id, attempt=clip.task.attempt, worker_id="w"
    )
    async with database.transaction() as transaction:
        await record_progress(
            transaction, await lock_task(transaction, report.task_id), report, lease=LEASE
        )


async def set_task(database: Database, clip: Accepted, **columns: Any) -> None:
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(Task).where(Task.id == clip.task.id).values(**columns)
        )


async def let_the_lease_run_out(database: Database, clip: Accepted) -> None:
    await set_task(database, clip, lease_until=func.now() - timedelta(seconds=1))


async def task_of(database: Database, clip: Accepted) -> Task:
    async with database.transaction() as transaction:
        return await transaction.session.get_one(Task, clip.task.id)


@pytest.fixture
async def expired(database: Database, clip: Accepted) -> Accepted:
    await start(database, clip)
    await let_the_lease_run_out(database, clip)
    return clip


async def test_the_first_look_only_suspects(database: Database, expired: Accepted) -> None:
    assert not await look(database, expired, sight(read={"stt.results/0": 10}))

    task = await task_of(database, expired)
    assert task.suspicion == {"cluster_id": "c1", "ends": {"stt.results/0": 10}}
    assert task.attempt == 1


async def test_nothing_is_given_up_while_reports_are_unread(
    database: Database, expired: Accepted
) -> None:
    await look(database, expired, sight())

    for _ in range(3):
        assert not await look(
            database, expired, sight(ends={"stt.results/0": 99}, read={"stt.results/0": 9})
        )
    assert (await task_of(database, expired)).attempt == 1


async def test_an_attempt_is_lost_once_everything_before_the_suspicion_was_read(
    database: Database, expired: Accepted
) -> None:
    await look(database, expired, sight())

    assert await look(
        database, expired, sight(ends={"stt.results/0": 99}, read={"stt.results/0": 10})
    )

    task = await task_of(database, expired)
    assert (task.state, task.attempt, task.losses) == ("dispatched", 2, 1)


async def test_batch_work_that_was_lost_waits_for_the_dispatcher(
    database: Database, expired: Accepted
) -> None:
    await set_task(database, expired, lane="batch", dispatch_partition=3)
    await look(database, expired, sight())

    assert await look(database, expired, sight(read={"stt.results/0": 10}))

    task = await task_of(database, expired)
    assert (task.state, task.attempt, task.dispatch_partition) == ("waiting", 2, None)


async def test_a_heartbeat_after_the_suspicion_clears_it(
    database: Database, expired: Accepted
) -> None:
    await look(database, expired, sight())
    beat = TaskHeartbeat(task_id=expired.task.id, job_id=expired.job.id, attempt=1, worker_id="w")
    async with database.transaction() as transaction:
        await record_progress(
            transaction, await lock_task(transaction, beat.task_id), beat, lease=LEASE
        )

    assert not await look(database, expired, sight(read={"stt.results/0": 10}))
    task = await task_of(database, expired)
    assert (task.suspicion, task.attempt) == (None, 1)


async def test_a_suspicion_of_another_cluster_proves_nothing(
    database: Database, expired: Accepted
) -> None:
    await look(database, expired, sight())

    assert not await look(database, expired, sight(cluster_id="c2", read={"stt.results/0": 99}))
    assert (await task_of(database, expired)).suspicion == {
        "cluster_id": "c2",
        "ends": {"stt.results/0": 10},
    }


async def test_nobody_is_suspected_until_broker_and_handler_were_there_for_a_lease(
    database: Database, expired: Accepted
) -> None:
    assert not await look(database, expired, sight(trusted=False))

    assert (await task_of(database, expired)).suspicion is None


async def test_a_recording_that_keeps_losing_workers_is_buried(
    database: Database, expired: Accepted
) -> None:
    await look(database, expired, sight())

    assert await look(database, expired, sight(read={"stt.results/0": 10}), max_losses=1)

    async with database.transaction() as transaction:
        job = await transaction.session.get_one(Job, expired.job.id)
    assert (job.state, job.error_code) == ("failed", "WORKER_LOST")


@pytest.fixture
async def placed(database: Database, clip: Accepted) -> Accepted:
    await set_task(
        database,
        clip,
        dispatch_cluster_id="c1",
        dispatch_partition=3,
        dispatch_offset=7,
        dispatched_at=func.now() - 2 * LEASE,
    )
    return clip


async def test_a_request_that_nobody_has_taken_yet_waits(
    database: Database, placed: Accepted
) -> None:
    waiting = sight(taken={f"{REQUESTS}/3": 7}, read={"stt.results/0": 10})
    for _ in range(2):
        assert not await look(database, placed, waiting)

    assert (await task_of(database, placed)).suspicion is None


async def test_a_request_that_was_passed_without_a_start_goes_out_again(
    database: Database, placed: Accepted
) -> None:
    passed = sight(taken={f"{REQUESTS}/3": 8}, read={"stt.results/0": 10})
    assert not await look(database, placed, passed)

    assert await look(database, placed, passed)

    task = await task_of(database, placed)
    assert (task.attempt, task.losses, task.dispatch_offset) == (2, 0, None)


async def test_a_request_on_a_broker_that_is_no_more_goes_out_at_once(
    database: Database, placed: Accepted
) -> None:
    async with database.transaction() as transaction:
        found = await tasks_of_other_clusters(transaction.session, "c2", limit=100)
    assert placed.task.id in found

    assert await look(database, placed, Sight(cluster_id="c2"))
    assert not await look(database, placed, Sight(cluster_id="c2"))


async def test_the_silent_are_found_and_the_others_are_not(
    database: Database, rooms: Rooms, placed: Accepted
) -> None:
    alive = await rooms.clip(await rooms.room())
    await start(database, alive)

    async with database.transaction() as transaction:
        silent = await silent_tasks(transaction.session, lease=LEASE, limit=1000)

    assert placed.task.id in silent
    assert alive.task.id not in silent
