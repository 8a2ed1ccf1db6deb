"""The console's lists of rooms and users, newest first."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.pages import Place, behind
from malmoi.persistence.seats import SeatedUser
from malmoi.persistence.tables import Participant, RaisedHand, Room, User


@dataclass(frozen=True, slots=True)
class RoomOverview:
    """A room, who sits in it and who waits to speak."""

    room: Room
    held: bool
    """Whether the baton of `room` is in somebody's hand, by PostgreSQL's clock."""
    participants: Sequence[SeatedUser]
    queue: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class RoomOfUser:
    """A room where a user has a seat."""

    id: UUID
    title: str
    status: str
    """`online` or `offline`."""


@dataclass(frozen=True, slots=True)
class UserOverview:
    """An account, and where it is seated."""

    user: User
    rooms: Sequence[RoomOfUser]


async def rooms_overview(
    session: AsyncSession, *, after: Place | None, limit: int
) -> Sequence[RoomOverview]:
    """One page."""
    held = and_(Room.current_speaker_user_id.is_not(None), Room.speaker_expires_at >= func.now())
    page = select(Room, held).order_by(Room.created_at.desc(), Room.id.desc()).limit(limit)
    if after is not None:
        page = page.where(behind(after, Room.created_at, Room.id))
    rows = (await session.execute(page)).all()
    ids = [row[0].id for row in rows]
    seated, hands = await _seated(session, ids), await _hands(session, ids)
    return [
        RoomOverview(row[0], held=row[1], participants=seated[row[0].id], queue=hands[row[0].id])
        for row in rows
    ]


async def users_overview(
    session: AsyncSession, words: str, *, after: Place | None, limit: int
) -> Sequence[UserOverview]:
    """One page; `words` stand somewhere in the address."""
    page = select(User).order_by(User.created_at.desc(), User.id.desc()).limit(limit)
    if words:
        page = page.where(User.email.contains(words.lower(), autoescape=True))
    if after is not None:
        page = page.where(behind(after, User.created_at, User.id))
    users = (await session.scalars(page)).all()
    rooms: dict[UUID, list[RoomOfUser]] = defaultdict(list)
    rows = await session.execute(
        select(Participant.user_id, Room.id, Room.title, Participant.status)
        .join(Room, Room.id == Participant.room_id)
        .where(Participant.user_id.in_([each.id for each in users]), Participant.left_at.is_(None))
        .order_by(Participant.joined_at)
    )
    for row in rows:
        rooms[row[0]].append(RoomOfUser(row[1], row[2], row[3]))
    return [UserOverview(each, rooms[each.id]) for each in users]


async def _seated(
    session: AsyncSession, room_ids: Collection[UUID]
) -> dict[UUID, list[SeatedUser]]:
    rows = await session.execute(
        select(Participant.room_id, User.id, User.email, Participant.status)
        .join(User, User.id == Participant.user_id)
        .where(Participant.room_id.in_(room_ids), Participant.left_at.is_(None))
        .order_by(Participant.joined_at, Participant.id)
    )
    seated: dict[UUID, list[SeatedUser]] = defaultdict(list)
    for row in rows:
        seated[row[0]].append(SeatedUser(user_id=row[1], email=row[2], status=row[3]))
    return seated


async def _hands(session: AsyncSession, room_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    rows = await session.execute(
        select(RaisedHand.room_id, RaisedHand.user_id)
        .where(RaisedHand.room_id.in_(room_ids))
        .order_by(RaisedHand.place)
    )
    hands: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        hands[row[0]].append(row[1])
    return hands
