"""Fifty at once, one winner (two seats) — and proof that the race would catch a naive lock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis

from api_gateway.adapters.speaker_lock import SpeakerLock
from api_gateway.errors import RoomFull, SpeakerTaken
from api_gateway.throttles import Throttles
from api_gateway.usecases.join_room import Door, Visitor
from api_gateway.usecases.line_up import Line
from api_gateway.usecases.pass_baton import Baton, Turn
from malmoi.persistence.baton import grant_baton
from malmoi.persistence.database import Database
from malmoi.web.passwords import Passwords
from tests.contract.baton.naive import NaiveSpeakerLock, naive_grant, naive_join

TTL = timedelta(seconds=20)
Attempt = Callable[[UUID], Awaitable[bool]]


async def winners(people: list[UUID], attempt: Attempt) -> int:
    """How many succeed when all begin at the same moment."""
    start = asyncio.Event()

    async def run(user_id: UUID) -> bool:
        await start.wait()
        return await attempt(user_id)

    racing = [asyncio.create_task(run(each)) for each in people]
    await asyncio.sleep(0)
    start.set()
    return sum(await asyncio.gather(*racing))


async def test_of_fifty_claims_in_redis_one_wins(
    redis: Redis, people: list[UUID], empty_room: UUID
) -> None:
    lock = SpeakerLock(redis, TTL)
    assert await winners(people, lambda each: lock.claim(empty_room, each)) == 1


async def test_the_race_catches_a_naive_redis_lock(
    redis: Redis, people: list[UUID], empty_room: UUID
) -> None:
    naive = NaiveSpeakerLock(redis, TTL)
    assert await winners(people, lambda each: naive.claim(empty_room, each)) > 1


async def test_of_fifty_grants_in_postgresql_one_wins(
    database: Database, people: list[UUID], crowded_room: UUID
) -> None:
    async def attempt(user_id: UUID) -> bool:
        async with database.transaction() as transaction:
            return await grant_baton(transaction, crowded_room, user_id, ttl=TTL) is not None

    assert await winners(people, attempt) == 1


async def test_the_race_catches_a_naive_grant(
    database: Database, people: list[UUID], crowded_room: UUID
) -> None:
    assert await winners(people, lambda each: naive_grant(database, crowded_room, each)) > 1


@pytest.mark.parametrize("lock_type", [SpeakerLock, NaiveSpeakerLock])
async def test_of_fifty_acquires_one_wins_even_when_redis_lets_more_pass(
    database: Database,
    redis: Redis,
    people: list[UUID],
    crowded_room: UUID,
    lock_type: type[SpeakerLock],
) -> None:
    line = Line(database, offer=TTL)
    baton = Baton(database, lock_type(redis, TTL), line, ttl=TTL, max_hold=6 * TTL)

    async def attempt(user_id: UUID) -> bool:
        try:
            await baton.acquire(Turn(crowded_room, user_id))
        except SpeakerTaken:
            return False
        return True

    assert await winners(people, attempt) == 1


async def test_of_fifty_joins_two_win(
    database: Database, redis: Redis, people: list[UUID], empty_room: UUID
) -> None:
    passwords = Passwords()
    door = Door(database, passwords, Throttles.of(redis, failures=10, window_s=10).door)

    async def attempt(user_id: UUID) -> bool:
        try:
            await door.join(empty_room, Visitor(user_id, "192.0.2.1"))
        except RoomFull:
            return False
        return True

    assert await winners(people, attempt) == 2
    passwords.close()


async def test_the_race_catches_a_naive_door(
    database: Database, people: list[UUID], empty_room: UUID
) -> None:
    assert await winners(people, lambda each: naive_join(database, empty_room, each)) > 2
