"""Whose turn is next: raised hands stand in line, and the free baton is offered to the first.

An offer ends by a grant, by lowering the hand, or by itself; then the next in line has theirs.
"""

from datetime import timedelta
from uuid import UUID

from api_gateway.errors import SpeakerAlready
from malmoi.contracts.events import EventType
from malmoi.contracts.model import instant
from malmoi.observability.metrics import BATON_OFFERS_TOTAL
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.baton import current_hold
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.events import tell_room
from malmoi.persistence.hands import (
    Queue,
    lock_expired_offers,
    lower_hands,
    offer_baton,
    queue_of,
    raise_hand,
)
from malmoi.persistence.rooms import lock_room

_EXPIRED_AT_ONCE = 100


class Line:
    """The lines of all rooms. What takes a transaction wants the room locked by it."""

    def __init__(self, database: Database, *, offer: timedelta) -> None:
        self._database = database
        self._offer = offer

    async def raise_hand(self, room_id: UUID, user_id: UUID) -> Queue:
        """Put the user in line; whoever stands in it keeps their place.

        Raises:
            SpeakerAlready: the user has the baton.

        """
        async with self._database.transaction() as transaction:
            await lock_room(transaction, room_id)
            hold = await current_hold(transaction.session, room_id)
            if hold is not None and hold.user_id == user_id:
                raise SpeakerAlready("you have the baton; there is nothing to wait for")
            raised = await raise_hand(transaction, room_id, user_id)
            await self.move_up(transaction, room_id, changed=raised)
            return await queue_of(transaction.session, room_id)

    async def lower_hand(self, room_id: UUID, user_id: UUID) -> Queue:
        """Take the user out of the line; an offer to them goes to the next."""
        async with self._database.transaction() as transaction:
            await lock_room(transaction, room_id)
            await self.withdraw(transaction, room_id, user_id)
            return await queue_of(transaction.session, room_id)

    async def withdraw(self, transaction: Transaction, room_id: UUID, *user_ids: UUID) -> None:
        """The users want to speak no more, have begun to, or have let their offer pass."""
        if await lower_hands(transaction, room_id, user_ids):
            await self.move_up(transaction, room_id, changed=True)

    async def move_up(
        self, transaction: Transaction, room_id: UUID, *, changed: bool = False
    ) -> None:
        """Offer the baton, if it is free, to the first in line; tell the room of any change."""
        offered = await offer_baton(transaction, room_id, time=self._offer)
        if offered:
            BATON_OFFERS_TOTAL.labels("made").inc()
        if offered or changed:
            await _tell_queue(transaction, room_id)

    async def expire_offers(self) -> int:
        """Pass on every offer whose time is over; returns how many.

        Any number of gateways may do this at once: each offer is ended by one of them.
        """
        async with self._database.transaction() as transaction:
            expired = await lock_expired_offers(transaction, limit=_EXPIRED_AT_ONCE)
            for room_id, user_id in expired:
                await self.withdraw(transaction, room_id, user_id)
        BATON_OFFERS_TOTAL.labels("expired").inc(len(expired))
        return len(expired)


async def _tell_queue(transaction: Transaction, room_id: UUID) -> None:
    queue = await queue_of(transaction.session, room_id)
    until = queue.offer_expires_at
    told = {
        "queue": [str(each) for each in queue.hands],
        "offered_user_id": None if queue.offered_user_id is None else str(queue.offered_user_id),
        "offer_expires_at": None if until is None else instant(until),
    }
    await tell_room(
        transaction, room_id, EventType.SPEAKER_QUEUE, told, trace_id=current_trace_id()
    )
