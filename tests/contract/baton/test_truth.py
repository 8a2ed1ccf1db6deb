"""What PostgreSQL says of a turn before anybody has swept it up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from malmoi.persistence.baton import (
    Hold,
    current_hold,
    end_hold,
    extend_hold,
    grant_baton,
    held_by,
)
from malmoi.persistence.database import Database, Transaction

TTL = timedelta(seconds=20)
BRIEF = timedelta(milliseconds=50)
LONG = timedelta(seconds=120)


@asynccontextmanager
async def expired(database: Database, room: UUID, user: UUID) -> AsyncIterator[Transaction]:
    """A turn that is over, and a transaction that looks at it."""
    async with database.transaction() as transaction:
        assert await grant_baton(transaction, room, user, ttl=BRIEF) is not None
    await asyncio.sleep(0.1)
    async with database.transaction() as transaction:
        yield transaction


async def test_an_expired_turn_is_nobodys(
    database: Database, people: list[UUID], crowded_room: UUID
) -> None:
    async with expired(database, crowded_room, people[0]) as transaction:
        assert await current_hold(transaction.session, crowded_room) is None


async def test_an_expired_turn_cannot_be_prolonged(
    database: Database, people: list[UUID], crowded_room: UUID
) -> None:
    async with expired(database, crowded_room, people[0]) as transaction:
        claim = held_by(crowded_room, people[0])
        assert await extend_hold(transaction, claim, ttl=TTL, max_hold=LONG) is None


async def test_after_an_expired_turn_anybody_may_speak_under_the_next_number(
    database: Database, people: list[UUID], crowded_room: UUID
) -> None:
    for turn, user in enumerate([people[0], people[1], people[1]], start=1):
        async with expired(database, crowded_room, user) as transaction:
            hold = await grant_baton(transaction, crowded_room, user, ttl=BRIEF)
            assert hold is not None
            assert hold.grant == 2 * turn
        await asyncio.sleep(0.1)


async def test_a_turn_is_prolonged_and_ended_by_its_own_number_only(
    database: Database, people: list[UUID], crowded_room: UUID
) -> None:
    anna, bora = people[:2]
    async with database.transaction() as transaction:
        granted = await grant_baton(transaction, crowded_room, anna, ttl=TTL)
    assert isinstance(granted, Hold)

    async with database.transaction() as transaction:
        for claim in (held_by(crowded_room, anna, granted.grant + 1), held_by(crowded_room, bora)):
            assert await extend_hold(transaction, claim, ttl=TTL, max_hold=LONG) is None
            assert not await end_hold(transaction, claim)
        own = held_by(crowded_room, anna, granted.grant)
        prolonged = await extend_hold(transaction, own, ttl=2 * TTL, max_hold=LONG)
        assert prolonged is not None
        assert prolonged.expires_at > granted.expires_at
        assert await end_hold(transaction, own)


async def test_no_turn_is_longer_than_the_longest(
    database: Database, people: list[UUID], crowded_room: UUID
) -> None:
    async with database.transaction() as transaction:
        await grant_baton(transaction, crowded_room, people[0], ttl=TTL)
        claim = held_by(crowded_room, people[0])
        hold = await extend_hold(transaction, claim, ttl=LONG, max_hold=timedelta(seconds=30))
    assert hold is not None
    assert 29_000 < hold.remaining_ms <= 30_000


async def test_without_a_seat_there_is_no_turn(
    database: Database, people: list[UUID], empty_room: UUID
) -> None:
    async with database.transaction() as transaction:
        assert await grant_baton(transaction, empty_room, people[0], ttl=TTL) is None
