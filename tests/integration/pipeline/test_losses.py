"""Processes and brokers that disappear: nothing accepted is lost, nothing counts twice.

Real processes on servers of their own, because this module stops and empties them.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from malmoi.contracts.events import EventType
from malmoi.persistence.counts import conservation
from malmoi.persistence.database import Database
from malmoi.persistence.tables import EventRow, Job, Task
from tests.fixtures.servers import Servers, real_servers
from tests.integration.conftest import Accepted, Rooms
from tests.integration.pipeline.conftest import Process, eventually, open_store, processes, stored

CLIP = Path(__file__).parents[2] / "fixtures/speech/ko_lunch.flac"


@pytest.fixture(scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    async with real_servers(tmp_path_factory.mktemp("servers")) as running:
        if running.embedded is None:
            pytest.skip("these tests kill servers, which needs them as processes of ours")
        yield running


@pytest.fixture(scope="module")
def noop(fast: dict[str, str]) -> dict[str, str]:
    """Every clip takes 0.3 s."""
    return {
        **fast,
        "ENGINE": "stt_worker_base.noop:NoopEngine",
        "NOOP_DELAY_S": "0.3",
        "WORKER_SLOTS": "2",
    }


@pytest.fixture(scope="module")
async def audio_key(noop: dict[str, str]) -> str:
    return await stored(await open_store(noop), CLIP)


@pytest.fixture
async def handler(noop: dict[str, str], audio_key: str) -> AsyncIterator[Process]:
    process = Process("result_handler", noop)
    async with processes(process):
        yield process


@pytest.fixture
async def worker(noop: dict[str, str], handler: Process) -> AsyncIterator[Process]:
    process = Process("stt_worker_whisper", noop)
    async with processes(process):
        yield process


async def hand_in(rooms: Rooms, audio_key: str, count: int) -> list[Accepted]:
    place = await rooms.room()
    return [await rooms.clip(place, audio_key=audio_key) for _ in range(count)]


async def running_tasks(database: Database, clips: list[Accepted]) -> int:
    async with database.transaction() as transaction:
        found = await transaction.session.scalar(
            select(func.count()).where(
                Task.id.in_([clip.task.id for clip in clips]), Task.state == "running"
            )
        )
    return found or 0


async def states(database: Database, clips: list[Accepted]) -> Counter[str]:
    async with database.transaction() as transaction:
        found = await transaction.session.scalars(
            select(Job.state).where(Job.id.in_([clip.job.id for clip in clips]))
        )
        return Counter(found)


async def all_end(database: Database, clips: list[Accepted], *, within_s: float = 120) -> None:
    """Every clip ends completed, the room heard of each exactly once, and the ledger closes."""

    async def done() -> bool:
        return (await states(database, clips)) == {"completed": len(clips)}

    try:
        await eventually(done, within_s=within_s)
    except TimeoutError:
        pytest.fail(f"not all completed: {await states(database, clips)}")
    async with database.transaction() as transaction:
        told = await transaction.session.scalars(
            select(EventRow.payload["message_id"].astext).where(
                EventRow.type == EventType.MESSAGE_CREATED
            )
        )
        counts = Counter(told)
        assert (await conservation(transaction.session)).missing == 0
    assert {str(clip.message_id): 1 for clip in clips} == {
        str(clip.message_id): counts[str(clip.message_id)] for clip in clips
    }


async def test_a_worker_killed_in_the_middle_of_a_clip(
    database: Database, rooms: Rooms, audio_key: str, worker: Process
) -> None:
    clips = await hand_in(rooms, audio_key, 10)

    async def at_work() -> bool:
        return await running_tasks(database, clips) > 0

    await eventually(at_work)
    await worker.kill()
    await worker.start()

    await all_end(database, clips)


async def test_a_handler_killed_while_results_come_in(
    database: Database, rooms: Rooms, audio_key: str, handler: Process, worker: Process
) -> None:
    clips = await hand_in(rooms, audio_key, 20)
    await asyncio.sleep(2)
    await handler.kill()
    await asyncio.sleep(1)
    await handler.start()

    await all_end(database, clips)


async def test_a_handler_that_was_away_for_many_leases_dispatches_nothing_answered_again(
    database: Database, rooms: Rooms, audio_key: str, handler: Process, worker: Process
) -> None:
    clips = await hand_in(rooms, audio_key, 6)
    await asyncio.sleep(1.5)
    await handler.kill()
    await asyncio.sleep(15)  # five leases
    await handler.start()

    await all_end(database, clips)

    async with database.transaction() as transaction:
        attempts = await transaction.session.scalars(
            select(Task.attempt).where(Task.id.in_([clip.task.id for clip in clips]))
        )
        assert set(attempts) == {1}


async def test_a_broker_that_was_restarted_and_emptied(
    servers: Servers, database: Database, rooms: Rooms, audio_key: str, worker: Process
) -> None:
    clips = await hand_in(rooms, audio_key, 20)
    await asyncio.sleep(2)
    assert servers.embedded is not None
    await servers.embedded.kafka.restart_empty()

    await all_end(database, clips)


async def test_a_stopped_worker_hands_its_clips_back_at_once(
    database: Database, rooms: Rooms, audio_key: str, noop: dict[str, str], handler: Process
) -> None:
    slow = Process("stt_worker_whisper", {**noop, "NOOP_DELAY_S": "60", "DRAIN_S": "0"})
    async with processes(slow):
        clips = await hand_in(rooms, audio_key, 2)

        async def at_work() -> bool:
            return await running_tasks(database, clips) == len(clips)

        await eventually(at_work)
        assert await slow.terminate() == 0

    async with processes(Process("stt_worker_whisper", noop)):
        await all_end(database, clips)
    async with database.transaction() as transaction:
        losses = await transaction.session.scalars(
            select(Task.losses + Task.failures).where(Task.id.in_([c.task.id for c in clips]))
        )
        assert set(losses) == {0}


async def test_a_store_that_is_away_for_a_while_fails_no_recording(
    servers: Servers, database: Database, rooms: Rooms, audio_key: str, worker: Process
) -> None:
    assert servers.embedded is not None
    await servers.embedded.s3.kill()
    try:
        clips = await hand_in(rooms, audio_key, 6)
        await asyncio.sleep(15)  # three attempts that fail end sooner
    finally:
        await servers.embedded.s3.start()

    await all_end(database, clips)
