"""Without Redis reports are handled all the same."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from malmoi.contracts.messages import TaskHeartbeat
from malmoi.contracts.topics import TASK_PROGRESS
from malmoi.messaging.consume import Done
from malmoi.messaging.subscription import Record
from malmoi.object_store.store import ObjectStore
from malmoi.persistence.database import Database
from result_handler.adapters.reports import Reports
from result_handler.settings import Settings
from tests.fixtures.servers import Servers


@pytest.fixture
async def redis(servers: Servers, environment: dict[str, str]) -> AsyncIterator[Redis]:
    """One that was killed."""
    if servers.embedded is None:
        pytest.skip("the servers are containers; only embedded ones are killed here")
    client = Redis.from_url(environment["REDIS_URL"])
    await client.ping()
    await servers.embedded.redis.kill()
    try:
        yield client
    finally:
        await client.aclose()
        await servers.embedded.redis.start()


async def test_a_heartbeat_for_a_closed_task_is_no_dead_letter_while_redis_is_away(
    database: Database, environment: dict[str, Any], redis: Redis
) -> None:
    settings = Settings(**{name.lower(): value for name, value in environment.items()})
    reports = Reports(settings, database, redis, ObjectStore(settings))
    beat = TaskHeartbeat(
        task_id=uuid4(), job_id=uuid4(), attempt=1, worker_id="w1", stage="transcribe", percent=1
    )
    record = Record(
        topic=TASK_PROGRESS.name,
        partition=0,
        offset=0,
        value=TASK_PROGRESS.encode(beat),
        trace_id=None,
        generation=1,
    )
    assert await reports.handle([record]) == [Done("stale")]
