"""Who is connected: one row per live WebSocket, touched by its gateway (ARCHITECTURE section 5).

Kept here and not in Redis: a flushed Redis must not free seats, and one clock judges them all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.database import Transaction
from malmoi.persistence.seats import ONLINE
from malmoi.persistence.tables import Participant, RoomSocket

_connected = exists().where(
    RoomSocket.room_id == Participant.room_id, RoomSocket.user_id == Participant.user_id
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the silent are waited for."""

    socket: timedelta
    """A socket that its gateway has not touched for so long is gone."""
    seat: timedelta
    """A seat without a socket is freed after so long."""


@dataclass(frozen=True, slots=True)
class Socket:
    """A live WebSocket."""

    id: UUID
    room_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Presence:
    """A seat, and whether anybody is behind it."""

    seat: Participant
    connected: bool
    overdue: bool
    """Nobody has been connected for longer than a seat is kept."""


async def add_socket(transaction: Transaction, socket: Socket) -> None:
    """Note a live socket; the caller holds the room."""
    transaction.session.add(
        RoomSocket(id=socket.id, room_id=socket.room_id, user_id=socket.user_id)
    )
    await transaction.session.flush()


async def remove_socket(transaction: Transaction, socket: Socket) -> None:
    """Forget a closed socket; its user was here until now."""
    await transaction.session.execute(delete(RoomSocket).where(RoomSocket.id == socket.id))
    await transaction.session.execute(
        update(Participant)
        .where(_seat_at(socket.room_id, socket.user_id))
        .values(last_seen_at=func.now())
    )


async def touch_sockets(transaction: Transaction, ids: Sequence[UUID]) -> set[UUID]:
    """Say that these sockets live; returns those that are still noted."""
    touched = await transaction.session.scalars(
        update(RoomSocket)
        .where(RoomSocket.id.in_(ids))
        .values(seen_at=func.now())
        .returning(RoomSocket.id)
        .execution_options(synchronize_session=False)
    )
    return set(touched)


async def drop_stale_sockets(
    transaction: Transaction, room_id: UUID, *, patience: timedelta
) -> None:
    """Forget sockets whose gateway is gone; their users were seen when it last touched them."""
    gone = await transaction.session.execute(
        delete(RoomSocket)
        .where(RoomSocket.room_id == room_id, RoomSocket.seen_at < func.now() - patience)
        .returning(RoomSocket.user_id, RoomSocket.seen_at)
    )
    for user_id, seen_at in gone.all():
        await transaction.session.execute(
            update(Participant)
            .where(_seat_at(room_id, user_id))
            .values(last_seen_at=func.greatest(Participant.last_seen_at, seen_at))
        )


async def presences(
    transaction: Transaction, room_id: UUID, *, patience: timedelta
) -> Sequence[Presence]:
    """Every seat of a room, with what its sockets say."""
    overdue = Participant.last_seen_at < func.now() - patience
    rows = await transaction.session.execute(
        select(Participant, _connected, overdue)
        .where(Participant.room_id == room_id, Participant.left_at.is_(None))
        .order_by(Participant.joined_at, Participant.id)
        .execution_options(populate_existing=True)
    )
    return [Presence(seat=row[0], connected=row[1], overdue=row[2]) for row in rows]


async def unsettled_rooms(session: AsyncSession, patience: Patience) -> Iterable[UUID]:
    """Rooms where a seat's status or a socket's life is no longer true."""
    seats = select(Participant.room_id).where(
        Participant.left_at.is_(None),
        ~_connected,
        or_(
            Participant.status == ONLINE,
            Participant.last_seen_at < func.now() - patience.seat,
        ),
    )
    sockets = select(RoomSocket.room_id).where(RoomSocket.seen_at < func.now() - patience.socket)
    return (await session.scalars(seats.union(sockets))).all()


def _seat_at(room_id: UUID, user_id: UUID) -> ColumnElement[bool]:
    return (
        (Participant.room_id == room_id)
        & (Participant.user_id == user_id)
        & Participant.left_at.is_(None)
    )
