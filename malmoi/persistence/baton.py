"""The baton's truth: conditional updates of the room's row (seed 000 section 7).

PostgreSQL's clock alone judges; every statement here is one step, whoever else is at it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from malmoi.contracts.events import EventType, room_stream
from malmoi.persistence.database import Transaction
from malmoi.persistence.hands import baton_is_free, turn_of
from malmoi.persistence.tables import EventRow, Participant, Room


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody has the baton."""

    user_id: UUID
    grant: int
    expires_at: datetime
    remaining_ms: int
    """Until it expires, by PostgreSQL's clock; for clocks that only count."""


_held = and_(Room.current_speaker_user_id.is_not(None), Room.speaker_expires_at >= func.now())
_HOLD = (
    Room.current_speaker_user_id,
    Room.baton_grant,
    Room.speaker_expires_at,
    func.extract("epoch", Room.speaker_expires_at - func.now()) * 1000,
)


async def grant_baton(
    transaction: Transaction, room_id: UUID, user_id: UUID, *, ttl: timedelta
) -> Hold | None:
    """Give a free baton to a seated user under the next grant number; an offer ends with it.

    None when it is not free, or when others with a raised hand come first.
    """
    seated = (
        select(Participant.id)
        .where(
            Participant.room_id == room_id,
            Participant.user_id == user_id,
            Participant.left_at.is_(None),
        )
        .exists()
    )
    granted = await transaction.session.execute(
        update(Room)
        .where(Room.id == room_id, baton_is_free, seated, turn_of(user_id))
        .values(
            current_speaker_user_id=user_id,
            speaker_acquired_at=func.now(),
            speaker_expires_at=func.now() + ttl,
            baton_grant=Room.baton_grant + 1,
            offered_user_id=None,
            offer_expires_at=None,
        )
        .returning(*_HOLD)
    )
    return _hold(granted.one_or_none())


async def extend_hold(
    transaction: Transaction,
    claim: ColumnElement[bool],
    *,
    ttl: timedelta,
    max_hold: timedelta,
) -> Hold | None:
    """Let the holder keep the baton for another `ttl`, but never longer than `max_hold` in all.

    `claim` says whose hold it is (`held_by`); None when that hold is over.
    """
    extended = await transaction.session.execute(
        update(Room)
        .where(claim, _held)
        .values(
            speaker_expires_at=func.least(func.now() + ttl, Room.speaker_acquired_at + max_hold)
        )
        .returning(*_HOLD)
    )
    return _hold(extended.one_or_none())


def held_by(room_id: UUID, user_id: UUID, grant: int | None = None) -> ColumnElement[bool]:
    """The user is the room's current speaker, under this grant if one is named."""
    own = and_(Room.id == room_id, Room.current_speaker_user_id == user_id)
    return own if grant is None else and_(own, Room.baton_grant == grant)


async def end_hold(transaction: Transaction, claim: ColumnElement[bool]) -> bool:
    """Free the baton; False when the claim does not hold (any more)."""
    ended = await transaction.session.execute(
        update(Room)
        .where(claim)
        .values(current_speaker_user_id=None, speaker_acquired_at=None, speaker_expires_at=None)
        .returning(Room.id)
    )
    return ended.one_or_none() is not None


async def current_hold(session: AsyncSession, room_id: UUID) -> Hold | None:
    """Who may speak now."""
    found = await session.execute(_CURRENT_HOLD, {"room": room_id})
    return _hold(found.one_or_none())


_CURRENT_HOLD: Final = select(*_HOLD).where(Room.id == bindparam("room"), _held)


async def next_end_s(session: AsyncSession) -> float | None:
    """Seconds until the next turn or offer of any room is over; negative when it is already."""
    seconds = await session.scalar(_NEXT_END_S)
    return None if seconds is None else float(seconds)


def _soonest(end: InstrumentedAttribute[datetime | None], of: ColumnElement[bool]) -> Any:
    return select(func.min(end)).where(of).scalar_subquery()


_NEXT_END_S: Final = select(
    func.extract(
        "epoch",
        func.least(
            _soonest(Room.speaker_expires_at, Room.current_speaker_user_id.is_not(None)),
            _soonest(Room.offer_expires_at, Room.offered_user_id.is_not(None)),
        )
        - func.now(),
    )
)


async def lock_expired_holds(transaction: Transaction, *, limit: int) -> list[tuple[UUID, UUID]]:
    """Rooms and holders whose time is over, held by this transaction; others' are skipped."""
    rows = await transaction.session.execute(
        select(Room.id, Room.current_speaker_user_id)
        .where(Room.current_speaker_user_id.is_not(None), Room.speaker_expires_at < func.now())
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return [(row[0], row[1]) for row in rows if row[1] is not None]


async def last_speaker(session: AsyncSession, room_id: UUID) -> UUID | None:
    """Who had the baton last, read from the room's story."""
    speaker = EventRow.payload["current_speaker_user_id"].astext
    found = await session.scalar(
        select(speaker)
        .where(
            EventRow.stream == room_stream(room_id),
            EventRow.type == EventType.SPEAKER_CHANGED,
            speaker.is_not(None),
        )
        .order_by(EventRow.seq.desc())
        .limit(1)
    )
    return None if found is None else UUID(found)


def _hold(row: Row[UUID | None, int, datetime | None, int] | None) -> Hold | None:
    if row is None or row[0] is None or row[2] is None:
        return None
    return Hold(user_id=row[0], grant=row[1], expires_at=row[2], remaining_ms=max(int(row[3]), 0))
