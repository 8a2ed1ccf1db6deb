"""Fixtures for tests that talk to real servers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine, Lane
from malmoi.persistence.database import Database, open_database
from malmoi.persistence.jobs import NewJob, accept_job
from malmoi.persistence.schema import migrate
from malmoi.persistence.tables import Job, Room, RoomMessage, Task, User
from malmoi.settings import DatabaseSettings


@pytest.fixture(scope="module")
async def database(environment: dict[str, str]) -> AsyncIterator[Database]:
    """The module's database with the schema in it."""
    settings = DatabaseSettings(database_url=environment["DATABASE_URL"])
    async with open_database(settings) as opened:
        await migrate(opened.engine)
        yield opened


@dataclass(frozen=True)
class Accepted:
    """A job that was accepted for a room, as the gateway would have written it."""

    job: Job
    task: Task
    message_id: UUID
    room_id: UUID


@dataclass(frozen=True)
class Rooms:
    """Makes users, rooms and accepted clips without the gateway."""

    database: Database

    async def room(self) -> tuple[UUID, UUID]:
        async with self.database.transaction() as transaction:
            user = User(email=f"{uuid4().hex}@example.com", password_hash="-")
            transaction.session.add(user)
            await transaction.session.flush()
            room = Room(title="room", created_by=user.id, password_hash=None)
            transaction.session.add(room)
            await transaction.session.flush()
            return user.id, room.id

    async def clip(
        self, place: tuple[UUID, UUID], *, audio_key: str = "audio/none", prompt: str = ""
    ) -> Accepted:
        user_id, room_id = place
        message_id = uuid4()
        async with self.database.transaction() as transaction:
            session = transaction.session
            room = await session.get_one(Room, room_id, with_for_update=True)
            room.last_seq += 1
            session.add(
                RoomMessage(
                    id=message_id, room_id=room_id, sender_user_id=user_id, position=room.last_seq
                )
            )
            new = NewJob(
                owner_user_id=user_id,
                engine=Engine.WHISPER,
                lane=Lane.INTERACTIVE,
                options=DecodeOptions(language="ko", prompt=prompt or None),
                audio_key=audio_key,
                audio_bytes=1_000_000,
                trace_id=uuid4().hex,
                room_id=room_id,
                message_id=message_id,
            )
            job = await accept_job(transaction, new, now=await transaction.now())
            task = await session.scalar(select(Task).where(Task.job_id == job.id))
            assert task is not None
        return Accepted(job, task, message_id, room_id)


@pytest.fixture(scope="module")
def rooms(database: Database) -> Rooms:
    return Rooms(database)
