"""Raised hands, and the offer of the free baton to the first of them.

Hands change under the room's lock only. The offer stands in the room's row, so that a grant and an
offer can never both succeed; PostgreSQL's clock alone says when it is over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import RaisedHand, Room

_BEHIND_ALL = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Queue:
    """Who wants to speak, in line, and to whom the free baton is offered."""

    hands: Sequence[UUID] = ()
    offered_user_id: UUID | None = None
    offer_expires_at: datetime | None = None


baton_is_free = or_(Room.current_speaker_user_id.is_(None), Room.speaker_expires_at < func.now())
_offered = and_(Room.offered_user_id.is_not(None), Room.offer_expires_at >= func.now())


def turn_of(user_id: UUID) -> ColumnElement[bool]:
    """Nobody else may take the room's baton first: by an offer, or by an earlier hand.

    A hand whose offer has expired counts no more, also before anybody has lowered it.
    """
    hand = aliased(RaisedHand)
    counts = and_(hand.room_id == Room.id, hand.user_id.is_distinct_from(Room.offered_user_id))
    own = select(hand.place).where(counts, hand.user_id == user_id).correlate(Room)
    earlier = select(RaisedHand.user_id).where(
        RaisedHand.room_id == Room.id,
        RaisedHand.user_id != user_id,
        RaisedHand.user_id.is_distinct_from(Room.offered_user_id),
        RaisedHand.place < func.coalesce(own.scalar_subquery(), _BEHIND_ALL),
    )
    unoffered = or_(Room.offered_user_id.is_(None), Room.offer_expires_at < func.now())
    offered = and_(_offered, Room.offered_user_id == user_id)
    return or_(offered, and_(unoffered, ~earlier.correlate(Room).exists()))


async def raise_hand(transaction: Transaction, room_id: UUID, user_id: UUID) -> bool:
    """Put the user at the end of the line; False when they stand in it already."""
    raised = await transaction.session.execute(
        insert(RaisedHand)
        .values(room_id=room_id, user_id=user_id)
        .on_conflict_do_nothing()
        .returning(RaisedHand.place)
    )
    return raised.one_or_none() is not None


async def lower_hands(transaction: Transaction, room_id: UUID, user_ids: Collection[UUID]) -> bool:
    """Take users out of the line, and an offer to them away; False when none stood in it."""
    lowered = await transaction.session.execute(
        delete(RaisedHand)
        .where(RaisedHand.room_id == room_id, RaisedHand.user_id.in_(user_ids))
        .returning(RaisedHand.place)
    )
    if not lowered.all():
        return False  # whoever is offered the baton has a hand up
    await transaction.session.execute(
        update(Room)
        .where(Room.id == room_id, Room.offered_user_id.in_(user_ids))
        .values(offered_user_id=None, offer_expires_at=None)
    )
    return True


async def offer_baton(transaction: Transaction, room_id: UUID, *, time: timedelta) -> bool:
    """Keep the free baton of a locked room for the first in line; False when there is no such.

    An offer that is open, or expired and not yet swept, stays what it is.
    """
    first = (
        select(RaisedHand.user_id)
        .where(RaisedHand.room_id == room_id)
        .order_by(RaisedHand.place)
        .limit(1)
        .scalar_subquery()
    )
    offered = await transaction.session.execute(
        update(Room)
        .where(
            Room.id == room_id, baton_is_free, Room.offered_user_id.is_(None), first.is_not(None)
        )
        .values(offered_user_id=first, offer_expires_at=func.now() + time)
        .returning(Room.id)
    )
    return offered.one_or_none() is not None


async def queue_of(session: AsyncSession, room_id: UUID) -> Queue:
    """The line as it is now; an expired offer is none."""
    in_line = aggregate_order_by(RaisedHand.user_id, RaisedHand.place)
    hands = (
        select(func.array_agg(in_line))
        .where(RaisedHand.room_id == Room.id)
        .correlate(Room)
        .scalar_subquery()
    )
    # One statement, so that line and offer are of one moment.
    rows = await session.execute(
        select(hands, _offered, Room.offered_user_id, Room.offer_expires_at).where(
            Room.id == room_id
        )
    )
    row = rows.one_or_none()
    if row is None:
        return Queue()
    return Queue(row[0] or (), *((row[2], row[3]) if row[1] else ()))


async def lock_expired_offers(transaction: Transaction, *, limit: int) -> list[tuple[UUID, UUID]]:
    """Rooms and users whose offer is over, held by this transaction; others' are skipped."""
    rows = await transaction.session.execute(
        select(Room.id, Room.offered_user_id)
        .where(Room.offered_user_id.is_not(None), Room.offer_expires_at < func.now())
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return [(row[0], row[1]) for row in rows if row[1] is not None]
