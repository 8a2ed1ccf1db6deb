"""What the baton asks of its fast lock, on a real Valkey; the naive one fails where it must."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from api_gateway.adapters.speaker_lock import SpeakerLock
from malmoi.contracts.problems import Unavailable
from tests.contract.baton.naive import NaiveSpeakerLock

ANNA, BORA = uuid4(), uuid4()
SHORT = timedelta(milliseconds=60)


@pytest.fixture
def room() -> UUID:
    return uuid4()


@pytest.fixture
def lock(redis: Redis) -> SpeakerLock:
    return SpeakerLock(redis, timedelta(seconds=20))


@pytest.fixture
async def away() -> AsyncIterator[SpeakerLock]:
    redis = Redis.from_url("redis://127.0.0.1:1/0")
    yield SpeakerLock(redis, timedelta(seconds=20))
    await redis.aclose()


async def test_a_claim_keeps_others_out_and_its_owner_in(lock: SpeakerLock, room: UUID) -> None:
    assert await lock.claim(room, ANNA)
    assert not await lock.claim(room, BORA)
    assert await lock.claim(room, ANNA)


async def test_a_claim_ends_by_itself(redis: Redis, room: UUID) -> None:
    lock = SpeakerLock(redis, SHORT)
    assert await lock.claim(room, ANNA)
    await asyncio.sleep(0.1)
    assert await lock.claim(room, BORA)


async def test_whoever_forgets_late_does_not_end_the_next_claim(redis: Redis, room: UUID) -> None:
    lock = SpeakerLock(redis, SHORT)
    await lock.claim(room, ANNA)
    await asyncio.sleep(0.1)
    await lock.claim(room, BORA)
    await lock.hold(room, BORA, for_ms=5000)

    await lock.forget(room, ANNA)

    assert not await lock.claim(room, ANNA)


async def test_the_same_steps_catch_a_lock_that_deletes_blindly(redis: Redis, room: UUID) -> None:
    lock = NaiveSpeakerLock(redis, SHORT)
    await lock.claim(room, ANNA)
    await asyncio.sleep(0.1)
    await lock.claim(room, BORA)
    await lock.hold(room, BORA, for_ms=5000)

    await lock.forget(room, ANNA)

    assert await lock.claim(room, ANNA)


async def test_holding_on_prolongs_the_own_claim_only(redis: Redis, room: UUID) -> None:
    lock = SpeakerLock(redis, SHORT)
    await lock.claim(room, ANNA)

    await lock.hold(room, BORA, for_ms=5000)
    await lock.hold(room, ANNA, for_ms=5000)
    await asyncio.sleep(0.1)

    assert not await lock.claim(room, BORA)


async def test_a_claim_that_redis_lost_is_restored_by_its_holder(
    lock: SpeakerLock, redis: Redis, room: UUID
) -> None:
    await lock.claim(room, ANNA)
    await redis.flushdb()

    await lock.hold(room, ANNA, for_ms=5000)

    assert not await lock.claim(room, BORA)


async def test_without_redis_nobody_can_claim_and_nothing_else_fails(
    away: SpeakerLock, room: UUID
) -> None:
    with pytest.raises(Unavailable):
        await away.claim(room, ANNA)
    await away.hold(room, ANNA, for_ms=5000)
    await away.forget(room, ANNA)
