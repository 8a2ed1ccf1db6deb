"""A real Valkey and a real PostgreSQL: the races are about them."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from malmoi.persistence.database import Database, open_database
from malmoi.persistence.schema import migrate
from malmoi.persistence.tables import Participant, Room, User
from malmoi.settings import DatabaseSettings


@pytest.fixture(scope="module")
async def database(environment: dict[str, str]) -> AsyncIterator[Database]:
    async with open_database(DatabaseSettings(database_url=environment["DATABASE_URL"])) as opened:
        await migrate(opened.engine)
        yield opened


@pytest.fixture
async def redis(environment: dict[str, str]) -> AsyncIterator[Redis]:
    client = Redis.from_url(environment["REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
async def people(database: Database) -> list[UUID]:
    async with database.transaction() as transaction:
        users = [User(email=f"{uuid4().hex}@malmoi.test", password_hash="-") for _ in range(50)]
        transaction.session.add_all(users)
        await transaction.session.flush()
        return [each.id for each in users]


@pytest.fixture
async def empty_room(database: Database, people: list[UUID]) -> UUID:
    async with database.transaction() as transaction:
        room = Room(title="room", created_by=people[0], password_hash=None)
        transaction.session.add(room)
        await transaction.session.flush()
        return room.id


@pytest.fixture
async def crowded_room(database: Database, people: list[UUID], empty_room: UUID) -> UUID:
    """Everybody sits in it: what is raced for is the baton."""
    async with database.transaction() as transaction:
        transaction.session.add_all(
            Participant(room_id=empty_room, user_id=each) for each in people
        )
    return empty_room
