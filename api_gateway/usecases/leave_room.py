"""Giving a seat up, or losing it; the baton goes with it, and the place in line."""

from typing import Literal
from uuid import UUID

from api_gateway.usecases.baton_events import tell_speaker
from api_gateway.usecases.line_up import Line
from malmoi.contracts.events import EventType
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.baton import end_hold, held_by
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.events import tell_room
from malmoi.persistence.rooms import lock_room
from malmoi.persistence.seats import end_seat, seat_of
from malmoi.persistence.tables import Participant

Reason = Literal["left", "absent"]


async def leave_room(database: Database, line: Line, room_id: UUID, user_id: UUID) -> None:
    """Free the user's seat; without one there is nothing to do."""
    async with database.transaction() as transaction:
        await lock_room(transaction, room_id)
        seat = await seat_of(transaction.session, room_id, user_id)
        if seat is not None:
            await vacate(transaction, line, seat, reason="left")


async def vacate(
    transaction: Transaction, line: Line, seat: Participant, *, reason: Reason
) -> None:
    """Free a seat of a locked room and tell the others."""
    freed = await end_hold(transaction, held_by(seat.room_id, seat.user_id))
    if freed:
        await tell_speaker(transaction, seat.room_id, None)
    await line.withdraw(transaction, seat.room_id, seat.user_id)
    if freed:
        await line.move_up(transaction, seat.room_id)
    await end_seat(transaction, seat)
    told = {"user_id": str(seat.user_id), "reason": reason}
    await tell_room(
        transaction,
        seat.room_id,
        EventType.PARTICIPANT_LEFT,
        told,
        trace_id=current_trace_id(),
    )
