"""Short recordings on the short way, over a real Redis."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from malmoi.live.clips import ClipHandover, take_clip

MB = 1024 * 1024


@pytest.fixture
async def redis(environment: dict[str, str]) -> AsyncIterator[Redis]:
    client = Redis.from_url(environment["REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
def key() -> str:
    return f"audio/{uuid4()}"


async def test_what_is_laid_ready_is_taken_once(redis: Redis, key: str) -> None:
    content = bytes(range(256)) * 300

    await ClipHandover(redis).lay(key, content)

    assert await take_clip(redis, key) == content
    assert await take_clip(redis, key) is None


async def test_nobody_has_to_take_it(redis: Redis, key: str) -> None:
    await ClipHandover(redis).lay(key, b"audio")

    assert 0 < await redis.ttl(f"malmoi:clip:{key}") <= 10


async def test_what_was_said_is_not_written_to_the_log_of_redis(redis: Redis, key: str) -> None:
    assert (await redis.info("persistence"))["aof_enabled"], "else this proves nothing"
    before = (await redis.info("persistence"))["aof_current_size"]

    await ClipHandover(redis).lay(key, b"x" * MB)
    await take_clip(redis, key)
    await asyncio.sleep(1.5)  # it is written every second

    assert (await redis.info("persistence"))["aof_current_size"] - before < MB // 2


async def test_without_redis_nothing_is_laid_and_nobody_waits(key: str) -> None:
    away = Redis.from_url("redis://127.0.0.1:1/0")
    begun = time.monotonic()

    await ClipHandover(away).lay(key, b"audio")

    assert await take_clip(away, key) is None
    assert time.monotonic() - begun < 2


async def test_a_process_lays_only_so_much_ready(redis: Redis) -> None:
    handover = ClipHandover(redis)
    assert not handover.has_room_for(MB + 1)

    laid = 0
    while handover.has_room_for(MB) and laid < 100:
        await handover.lay(f"audio/{uuid4()}", b"x" * MB)
        laid += 1

    assert laid == 32
    assert not handover.has_room_for(1)
