"""A gateway judges others only after it has ticked steadily itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select

from api_gateway.live.hub import EventHub
from api_gateway.live.pulse import Pulse
from api_gateway.live.subscription import Subscription
from api_gateway.usecases.line_up import Line
from api_gateway.usecases.settle_presence import Attendance
from malmoi.persistence.database import Database
from malmoi.persistence.presence import Patience, Socket
from malmoi.persistence.tables import Participant, Room, RoomSocket, User

TICK_S = 0.2


@pytest.fixture
async def attendance(database: Database) -> Attendance:
    return Attendance(
        database,
        Line(database, offer=timedelta(seconds=5)),
        Patience(socket=timedelta(seconds=3 * TICK_S), seat=timedelta(seconds=60)),
    )


@pytest.fixture
async def pulse(database: Database, redis: Redis, attendance: Attendance) -> AsyncIterator[Pulse]:
    hub = EventHub(database, Subscription(redis))
    pulse = Pulse(database, hub, attendance, interval_s=TICK_S)
    running = asyncio.create_task(pulse.run())
    yield pulse
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def seat(database: Database) -> tuple[UUID, UUID]:
    async with database.transaction() as transaction:
        user = User(email=f"{uuid4().hex}@malmoi.test", password_hash="-")
        transaction.session.add(user)
        await transaction.session.flush()
        room = Room(title="room", created_by=user.id, password_hash=None)
        transaction.session.add(room)
        await transaction.session.flush()
        transaction.session.add(Participant(room_id=room.id, user_id=user.id))
        return room.id, user.id


async def sockets_in(database: Database, room_id: UUID) -> int:
    async with database.transaction() as transaction:
        count = select(func.count()).select_from(RoomSocket).where(RoomSocket.room_id == room_id)
        return await transaction.session.scalar(count) or 0


async def test_old_rows_are_not_judged_by_a_gateway_that_has_just_begun(
    database: Database, pulse: Pulse
) -> None:
    room_id, user_id = await seat(database)
    async with database.transaction() as transaction:
        transaction.session.add(
            RoomSocket(room_id=room_id, user_id=user_id, seen_at=func.now() - timedelta(hours=1))
        )

    await asyncio.sleep(TICK_S * 1.5)
    assert await sockets_in(database, room_id) == 1

    await asyncio.sleep(TICK_S * 4)
    assert await sockets_in(database, room_id) == 0


async def test_own_sockets_are_touched_for_as_long_as_they_live(
    database: Database, pulse: Pulse, attendance: Attendance
) -> None:
    room_id, user_id = await seat(database)
    socket = Socket(uuid4(), room_id, user_id)
    await attendance.arrive(socket)
    pulse.sockets[socket.id] = socket

    await asyncio.sleep(TICK_S * 8)
    assert await sockets_in(database, room_id) == 1

    del pulse.sockets[socket.id]
    await asyncio.sleep(TICK_S * 6)
    assert await sockets_in(database, room_id) == 0
