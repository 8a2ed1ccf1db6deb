"""Locks that look right and are not: check, then set. The races must catch every one of them."""

import asyncio
from datetime import timedelta
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import func, update

from malmoi.persistence.database import Database
from malmoi.persistence.rooms import find_room, occupancy
from malmoi.persistence.seats import take_seat
from malmoi.persistence.tables import Room

BUSY_S = 0.2
"""Between looking and writing, as on a busy machine: others look meanwhile."""


class NaiveSpeakerLock:
    """Looks whether the key is free, then writes it; deletes without looking whose it is."""

    def __init__(self, redis: Redis, ttl: timedelta) -> None:
        self._redis = redis
        self._ttl = ttl

    async def claim(self, room_id: UUID, user_id: UUID) -> bool:
        holder = await self._redis.get(f"naive:{room_id}")
        if holder not in {None, str(user_id).encode()}:
            return False
        await asyncio.sleep(BUSY_S)
        await self._redis.set(f"naive:{room_id}", str(user_id), px=self._ttl)
        return True

    async def hold(self, room_id: UUID, user_id: UUID, *, for_ms: int) -> None:
        await self._redis.set(f"naive:{room_id}", str(user_id), px=for_ms)

    async def forget(self, room_id: UUID, user_id: UUID) -> None:
        await self._redis.delete(f"naive:{room_id}")


async def naive_grant(database: Database, room_id: UUID, user_id: UUID) -> bool:
    """Reads that the baton is free, then takes it unconditionally."""
    async with database.transaction() as transaction:
        room = await find_room(transaction.session, room_id)
        assert room is not None
        if room.current_speaker_user_id is not None:
            return False
        await asyncio.sleep(BUSY_S)
        await transaction.session.execute(
            update(Room)
            .where(Room.id == room_id)
            .values(
                current_speaker_user_id=user_id,
                speaker_expires_at=func.now() + timedelta(seconds=20),
            )
        )
    return True


async def naive_join(database: Database, room_id: UUID, user_id: UUID) -> bool:
    """Counts the seats without holding the room."""
    async with database.transaction() as transaction:
        if await occupancy(transaction.session, room_id) >= 2:
            return False
        await asyncio.sleep(BUSY_S)
        await take_seat(transaction, room_id, user_id)
    return True
