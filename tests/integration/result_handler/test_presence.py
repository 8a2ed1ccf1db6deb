"""Workers' rows follow what they say of themselves, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import update

from malmoi.contracts.jobs import Engine
from malmoi.contracts.sign import SignServiceSeen
from malmoi.contracts.topics import SIGN_SERVICES_SEEN, TASK_PROGRESS, WORKERS_SEEN
from malmoi.contracts.workers import WorkerSeen
from malmoi.live.services import LiveProcess, live_processes
from malmoi.messaging.consume import Done, Reject
from malmoi.messaging.subscription import Record
from malmoi.persistence.database import Database
from malmoi.persistence.tables import WorkerRow
from malmoi.persistence.workers import forget_silent_workers
from result_handler.adapters.presence import Presence


def seen(worker_id: str, **fields: Any) -> WorkerSeen:
    about = {"model": "base", "device": "cpu", "slots": 1, "started_at": datetime.now(UTC)}
    return WorkerSeen(**{"worker_id": worker_id, "engine": Engine.WHISPER, **about, **fields})


def record(value: bytes) -> Record:
    return Record(WORKERS_SEEN.name, 0, 0, value, None, 1)


async def tell(database: Database, redis: Redis, *messages: WorkerSeen) -> None:
    records = [record(WORKERS_SEEN.encode(each)) for each in messages]
    outcomes = await Presence(database, redis).handle(records)
    assert all(isinstance(each, Done) for each in outcomes)


async def row_of(database: Database, worker_id: str) -> WorkerRow | None:
    async with database.transaction() as transaction:
        return await transaction.session.get(WorkerRow, worker_id)


@pytest.fixture
async def redis(environment: dict[str, str]) -> AsyncIterator[Redis]:
    async with Redis.from_url(environment["REDIS_URL"]) as client:
        yield client


@pytest.fixture
def worker_id() -> str:
    return f"w-{uuid4().hex}"


async def test_the_last_word_of_a_worker_counts(
    database: Database, redis: Redis, worker_id: str
) -> None:
    task_id = uuid4()
    await tell(database, redis, seen(worker_id))
    first = await row_of(database, worker_id)
    later = seen(worker_id, task_ids=(task_id,), real_time_factor=0.5, partitions={"t/0": 3})
    await tell(database, redis, seen(worker_id, slots=7), later)

    row = await row_of(database, worker_id)

    assert first is not None
    assert row is not None
    assert row.task_ids == {"tasks": [str(task_id)]}
    assert (row.slots, row.real_time_factor, row.partitions) == (1, 0.5, {"t/0": 3})
    assert row.seen_at > first.seen_at


async def test_a_worker_that_leaves_is_forgotten_at_once(
    database: Database, redis: Redis, worker_id: str
) -> None:
    await tell(database, redis, seen(worker_id))
    await tell(database, redis, seen(worker_id, leaving=True))

    assert await row_of(database, worker_id) is None


async def test_a_worker_that_was_killed_is_forgotten_after_an_hour(
    database: Database, redis: Redis, worker_id: str
) -> None:
    other = f"{worker_id}-lives"
    await tell(database, redis, seen(worker_id), seen(other))
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(WorkerRow)
            .where(WorkerRow.id == worker_id)
            .values(seen_at=datetime.now(UTC) - timedelta(minutes=61))
        )

    async with database.transaction() as transaction:
        await forget_silent_workers(transaction)

    assert await row_of(database, worker_id) is None
    assert await row_of(database, other) is not None


async def test_what_nobody_can_read_is_parked_and_the_others_pass(
    database: Database, redis: Redis, worker_id: str
) -> None:
    good = WORKERS_SEEN.encode(seen(worker_id))

    outcomes = await Presence(database, redis).handle([record(b"{}"), record(good)])

    assert [type(each) for each in outcomes] == [Reject, Done]
    assert await row_of(database, worker_id) is not None


async def test_a_sign_service_is_known_to_live_until_it_leaves(
    database: Database, redis: Redis, worker_id: str
) -> None:
    heard = SignServiceSeen(worker_id=worker_id)
    process = LiveProcess("sign_service", worker_id)

    assert await Presence(database, redis).handle([sign_record(heard)]) == [Done("applied")]
    assert process in await live_processes(redis)

    leaving = heard.model_copy(update={"leaving": True})
    await Presence(database, redis).handle([sign_record(heard), sign_record(leaving)])
    assert process not in await live_processes(redis)


def sign_record(seen: SignServiceSeen) -> Record:
    return Record(SIGN_SERVICES_SEEN.name, 0, 0, SIGN_SERVICES_SEEN.encode(seen), None, 1)


def test_readers_of_reports_never_meet_it() -> None:
    """An older handler would bury what it does not know."""
    assert WORKERS_SEEN.name != TASK_PROGRESS.name
