"""What no service can read is before the operators' eyes, whoever met it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import select

from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.topics import REQUESTS, SIGN_REQUESTS, TASK_RESULTS
from malmoi.persistence.database import Database
from malmoi.persistence.tables import DeadLetterRow
from result_handler.settings import Settings
from result_handler.setup import set_up
from tests.integration.pipeline.conftest import Process, eventually, processes


@pytest.fixture(scope="module")
async def running(fast: dict[str, str]) -> AsyncIterator[None]:
    await set_up(Settings(**{name.lower(): value for name, value in fast.items()}))
    services = ("result_handler", "stt_worker_whisper", "sign_service")
    async with processes(*(Process(each, fast) for each in services)):
        yield


@pytest.mark.usefixtures("running")
async def test_one_letter_for_each_unreadable_message(
    database: Database, environment: dict[str, str]
) -> None:
    topics = [REQUESTS[Engine.WHISPER, Lane.BATCH], SIGN_REQUESTS, TASK_RESULTS]
    payloads = {topic.name: f'{{"half": "{uuid4()}' for topic in topics}
    producer = AIOKafkaProducer(bootstrap_servers=environment["KAFKA_BOOTSTRAP_SERVERS"])
    await producer.start()
    for name, payload in payloads.items():
        await producer.send_and_wait(name, payload.encode())
    await producer.stop()

    async def found() -> dict[str, list[str]]:
        async with database.reading() as session:
            wanted = select(DeadLetterRow).where(DeadLetterRow.payload.in_(payloads.values()))
            rows = (await session.scalars(wanted)).all()
        return {
            name: [row.payload for row in rows if row.source_topic == name] for name in payloads
        }

    async def all_there() -> bool:
        return all((await found()).values())

    await eventually(all_there)
    await asyncio.sleep(3)  # long enough for a second letter
    assert await found() == {name: [payload] for name, payload in payloads.items()}
