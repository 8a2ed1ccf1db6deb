"""How a room hears of its speaker."""

from uuid import UUID

from malmoi.contracts.events import EventType
from malmoi.contracts.model import instant
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.baton import Hold
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import tell_room


async def tell_speaker(transaction: Transaction, room_id: UUID, hold: Hold | None) -> None:
    """Say who has the baton now, or that nobody has."""
    told = {
        "current_speaker_user_id": None if hold is None else str(hold.user_id),
        "expires_at": None if hold is None else instant(hold.expires_at),
        "grant": None if hold is None else hold.grant,
    }
    await tell_room(
        transaction, room_id, EventType.SPEAKER_CHANGED, told, trace_id=current_trace_id()
    )
