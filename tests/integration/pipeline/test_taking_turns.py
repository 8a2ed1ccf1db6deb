"""Who hands in a lot waits for nobody but themselves: whole recordings take turns as chunks do."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine, Lane
from malmoi.persistence.database import Database
from malmoi.persistence.jobs import NewJob, accept_job
from malmoi.persistence.tables import Job
from tests.e2e.conftest import SPEECH
from tests.integration.conftest import Rooms
from tests.integration.pipeline.conftest import Process, eventually, open_store, processes, stored


@pytest.fixture(scope="module")
def one_at_a_time(fast: dict[str, str]) -> dict[str, str]:
    """A recording takes 0.2 s, and then the next one begins."""
    return {
        **fast,
        "ENGINE": "stt_worker_base.noop:NoopEngine",
        "NOOP_DELAY_S": "0.2",
        "WORKER_SLOTS": "1",
    }


@pytest.fixture(scope="module")
async def audio_key(one_at_a_time: dict[str, str]) -> str:
    return await stored(await open_store(one_at_a_time), SPEECH / "ko_lunch.flac")


@pytest.fixture
async def handler(one_at_a_time: dict[str, str], audio_key: str) -> AsyncIterator[Process]:
    process = Process("result_handler", one_at_a_time)
    async with processes(process):
        yield process


async def hands_in(database: Database, audio_key: str, owner: UUID, count: int) -> None:
    for _ in range(count):
        new = NewJob(
            owner_user_id=owner,
            engine=Engine.WHISPER,
            lane=Lane.BATCH,
            options=DecodeOptions(),
            audio_key=audio_key,
            audio_bytes=100_000,
            trace_id=uuid4().hex,
            takes_turns=True,
        )
        async with database.transaction() as transaction:
            await accept_job(transaction, new, now=await transaction.now())


async def completed(database: Database, owner: UUID) -> int:
    asked = select(func.count()).where(Job.owner_user_id == owner, Job.state == "completed")
    async with database.reading() as session:
        return (await session.scalar(asked)) or 0


@pytest.mark.any_broker
async def test_three_recordings_of_one_user_do_not_wait_for_thirty_of_another(
    database: Database,
    rooms: Rooms,
    audio_key: str,
    handler: Process,
    one_at_a_time: dict[str, str],
) -> None:
    (much, _), (little, _) = await rooms.room(), await rooms.room()
    await hands_in(database, audio_key, much, 30)
    await hands_in(database, audio_key, little, 3)

    async with processes(Process("stt_worker_whisper", one_at_a_time)):

        async def all_of_little() -> bool:
            return await completed(database, little) == 3

        await eventually(all_of_little)
        assert await completed(database, much) <= 10

        async def all_of_much() -> bool:
            return await completed(database, much) == 30

        await eventually(all_of_much)
