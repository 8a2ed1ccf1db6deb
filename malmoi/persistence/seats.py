"""Seats: who takes part in a room. They change under the room's lock only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import Participant, Room, User
from malmoi.persistence.users import token_counts

ONLINE, OFFLINE = "online", "offline"


@dataclass(frozen=True, slots=True)
class SeatedUser:
    """A participant as the other one sees them."""

    user_id: UUID
    email: str
    status: str


async def seat_of(session: AsyncSession, room_id: UUID, user_id: UUID) -> Participant | None:
    """The user's seat, unless they never joined or have left."""
    found: Participant | None = await session.scalar(
        select(Participant).where(
            Participant.room_id == room_id,
            Participant.user_id == user_id,
            Participant.left_at.is_(None),
        )
    )
    return found


async def room_of_seat(
    session: AsyncSession, room_id: UUID, user_id: UUID, *, issued_at: datetime
) -> Room | None:
    """The room, if the user has a seat in it and a token of `issued_at` speaks for them."""
    seat = {"room": room_id, "user": user_id, "issued_at": issued_at}
    found: Room | None = await session.scalar(_ROOM_OF_SEAT, seat)
    return found


# Made once, because every clip waits for it.
_ROOM_OF_SEAT: Final = (
    select(Room)
    .join(Participant, Participant.room_id == Room.id)
    .join(User, User.id == Participant.user_id)
    .where(Room.id == bindparam("room"), Participant.user_id == bindparam("user"))
    .where(Participant.left_at.is_(None), token_counts(bindparam("issued_at")))
)


async def take_seat(transaction: Transaction, room_id: UUID, user_id: UUID) -> None:
    """Seat the user; the caller holds the room and has found a free seat."""
    transaction.session.add(Participant(room_id=room_id, user_id=user_id))
    await transaction.session.flush()


async def end_seat(transaction: Transaction, seat: Participant) -> None:
    """Free the seat."""
    seat.left_at = func.now()
    seat.status = OFFLINE
    await transaction.session.flush()


async def seated_users(session: AsyncSession, room_id: UUID) -> Sequence[SeatedUser]:
    """Everybody with a seat, in the order of joining."""
    rows = await session.execute(
        select(User.id, User.email, Participant.status)
        .join(Participant, Participant.user_id == User.id)
        .where(Participant.room_id == room_id, Participant.left_at.is_(None))
        .order_by(Participant.joined_at, Participant.id)
    )
    return [SeatedUser(user_id=row[0], email=row[1], status=row[2]) for row in rows]
