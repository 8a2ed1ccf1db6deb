"""Rooms: creating, finding and locking them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ScalarSelect, and_, exists, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import Participant, Room

_TERM_SEPARATOR = "\n"
_seated = and_(Participant.room_id == Room.id, Participant.left_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoom:
    """A room that somebody opens."""

    title: str
    password_hash: str | None
    language: str
    vocabulary: Sequence[str]
    created_by: UUID


@dataclass(frozen=True, slots=True)
class ListedRoom:
    """A room as everybody may see it."""

    room: Room
    occupancy: int
    joined: bool
    """Whether the asking user has a seat."""


async def add_room(transaction: Transaction, new: NewRoom) -> Room:
    """Create a room; it begins empty, also of its creator."""
    room = Room(
        title=new.title,
        password_hash=new.password_hash,
        language=new.language,
        vocabulary=_TERM_SEPARATOR.join(new.vocabulary),
        created_by=new.created_by,
    )
    transaction.session.add(room)
    await transaction.session.flush()
    return room


def terms_of(room: Room) -> list[str]:
    """The room's vocabulary as it was given."""
    return room.vocabulary.split(_TERM_SEPARATOR) if room.vocabulary else []


async def find_room(session: AsyncSession, room_id: UUID) -> Room | None:
    """The room as it is now."""
    return await session.get(Room, room_id, populate_existing=True)


async def lock_room(transaction: Transaction, room_id: UUID) -> Room | None:
    """Hold the room until the transaction ends: seats, baton and numbers stand still meanwhile.

    Whoever changes anything of a room locks it first, so that no two of them can deadlock.
    """
    found: Room | None = await transaction.session.scalar(
        select(Room)
        .where(Room.id == room_id)
        # KEY SHARE stays possible: rows that refer to the room need not wait.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return found


async def keep_invitation(transaction: Transaction, room_id: UUID, code: str) -> str | None:
    """The room's invitation: `code`, unless it has one already; None without a room."""
    kept: str | None = await transaction.session.scalar(
        update(Room)
        .where(Room.id == room_id)
        .values(invite_code=func.coalesce(Room.invite_code, code))
        .returning(Room.invite_code)
    )
    return kept


async def drop_invitation(transaction: Transaction, room_id: UUID) -> None:
    """The room has no invitation any more."""
    await transaction.session.execute(
        update(Room).where(Room.id == room_id).values(invite_code=None)
    )


async def rooms_page(
    session: AsyncSession, user_id: UUID, *, after: UUID | None, limit: int
) -> list[ListedRoom]:
    """Rooms, newest first, from the one after room `after`."""
    mine = exists().where(_seated, Participant.user_id == user_id)
    page = select(Room, _count(), mine).order_by(Room.created_at.desc(), Room.id.desc())
    if after is not None:
        last = select(Room.created_at, Room.id).where(Room.id == after).subquery()
        page = page.join(
            last, tuple_(Room.created_at, Room.id) < tuple_(last.c.created_at, last.c.id)
        )
    rows = await session.execute(page.limit(limit))
    return [ListedRoom(room=row[0], occupancy=row[1], joined=row[2]) for row in rows]


async def occupancy(session: AsyncSession, room_id: UUID) -> int:
    """How many seats are taken."""
    taken = await session.scalar(
        select(func.count())
        .select_from(Participant)
        .where(Participant.room_id == room_id, Participant.left_at.is_(None))
    )
    return taken or 0


def _count() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Participant)
        .where(_seated)
        .correlate(Room)
        .scalar_subquery()
    )
