"""The speaker's baton: only Redis and PostgreSQL together grant it (ARCHITECTURE section 5)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from api_gateway.adapters.speaker_lock import SpeakerLock
from api_gateway.errors import NotSpeaker, SpeakerTaken
from api_gateway.usecases.baton_events import tell_speaker
from api_gateway.usecases.line_up import Line
from malmoi.observability.metrics import BATON_DECISIONS_TOTAL, BATON_OFFERS_TOTAL
from malmoi.persistence.baton import (
    Hold,
    current_hold,
    end_hold,
    extend_hold,
    grant_baton,
    held_by,
    last_speaker,
    lock_expired_holds,
)
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.hands import queue_of
from malmoi.persistence.rooms import lock_room

_EXPIRED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn in which room; `grant` says which one, if the client tells."""

    room_id: UUID
    user_id: UUID
    grant: int | None = None


class Baton:
    """Grants, extends, frees and expires the batons of all rooms."""

    def __init__(
        self,
        database: Database,
        lock: SpeakerLock,
        line: Line,
        *,
        ttl: timedelta,
        max_hold: timedelta,
    ) -> None:
        self._database = database
        self._lock = lock
        self._line = line
        self._ttl = min(ttl, max_hold)
        self._max_hold = max_hold

    async def acquire(self, turn: Turn) -> Hold:
        """Give the baton to the user; the holder's own request returns the same grant, extended.

        Raises:
            SpeakerTaken: somebody else has it, or may take it first.
            Unavailable: Redis is away; nobody is granted anything.

        """
        hold = None
        claimed = await self._lock.claim(turn.room_id, turn.user_id)
        # The claim of somebody whom PostgreSQL is about to refuse must not cost an offer.
        if claimed or await self._is_offered(turn):
            try:
                hold = await self._grant_or_extend(turn)
            finally:
                # Whatever went wrong, a claim without a grant must not keep others out.
                if hold is None:
                    await self._lock.forget(turn.room_id, turn.user_id)
        if hold is None:
            BATON_DECISIONS_TOTAL.labels("denied").inc()
            raise await self._taken(turn.room_id)
        await self._lock.hold(turn.room_id, turn.user_id, for_ms=hold.remaining_ms)
        return hold

    async def heartbeat(self, turn: Turn) -> Hold:
        """Keep the baton for another TTL, up to the longest hold.

        Raises:
            NotSpeaker: the grant has expired, or was never the caller's.

        """
        async with self._database.transaction() as transaction:
            hold = await self._extend(transaction, turn)
        if hold is None:
            raise NotSpeaker("you do not hold the baton (any more); acquire it again")
        await self._lock.hold(turn.room_id, turn.user_id, for_ms=hold.remaining_ms)
        return hold

    async def release(self, turn: Turn) -> None:
        """Free the baton; repeating it is no error for whoever spoke last.

        Raises:
            NotSpeaker: the baton is, or was last, another's.

        """
        async with self._database.transaction() as transaction:
            claim = held_by(turn.room_id, turn.user_id, turn.grant)
            freed = await end_hold(transaction, claim)
            if freed:
                await self._tell_free(transaction, turn.room_id)
            elif not await _spoke_last(transaction, turn):
                raise NotSpeaker("the baton is not yours to release")
        if freed:
            BATON_DECISIONS_TOTAL.labels("released").inc()
            await self._lock.forget(turn.room_id, turn.user_id)

    async def expire(self) -> int:
        """Free every baton whose time is over and tell the rooms; returns how many.

        Any number of gateways may do this at once: each hold is ended by one of them.
        """
        async with self._database.transaction() as transaction:
            expired = await lock_expired_holds(transaction, limit=_EXPIRED_AT_ONCE)
            for room_id, user_id in expired:
                await end_hold(transaction, held_by(room_id, user_id))
                await self._tell_free(transaction, room_id)
        for room_id, user_id in expired:
            BATON_DECISIONS_TOTAL.labels("expired").inc()
            await self._lock.forget(room_id, user_id)
        return len(expired)

    async def _grant_or_extend(self, turn: Turn) -> Hold | None:
        async with self._database.transaction() as transaction:
            room = await lock_room(transaction, turn.room_id)
            if room is None:
                return None
            offered = room.offered_user_id
            granted = await grant_baton(transaction, turn.room_id, turn.user_id, ttl=self._ttl)
            if granted is None:
                return await self._extend(transaction, turn)
            await tell_speaker(transaction, turn.room_id, granted)
            # An offer to another had expired, or there were no grant; that hand goes down too.
            down = {turn.user_id, offered or turn.user_id}
            await self._line.withdraw(transaction, turn.room_id, *down)
        BATON_DECISIONS_TOTAL.labels("granted").inc()
        if offered == turn.user_id:
            BATON_OFFERS_TOTAL.labels("taken").inc()
        return granted

    async def _tell_free(self, transaction: Transaction, room_id: UUID) -> None:
        await tell_speaker(transaction, room_id, None)
        await self._line.move_up(transaction, room_id)

    async def _is_offered(self, turn: Turn) -> bool:
        async with self._database.reading() as session:
            queue = await queue_of(session, turn.room_id)
        return queue.offered_user_id == turn.user_id

    async def _extend(self, transaction: Transaction, turn: Turn) -> Hold | None:
        claim = held_by(turn.room_id, turn.user_id, turn.grant)
        return await extend_hold(transaction, claim, ttl=self._ttl, max_hold=self._max_hold)

    async def _taken(self, room_id: UUID) -> SpeakerTaken:
        async with self._database.transaction() as transaction:
            hold = await current_hold(transaction.session, room_id)
            queue = await queue_of(transaction.session, room_id)
        if hold is not None:
            return SpeakerTaken(hold.user_id, hold.expires_at)
        return SpeakerTaken(None, queue.offer_expires_at, offered=queue.offered_user_id)


async def _spoke_last(transaction: Transaction, turn: Turn) -> bool:
    if await current_hold(transaction.session, turn.room_id) is not None:
        return False
    return await last_speaker(transaction.session, turn.room_id) == turn.user_id
