"""A sender mends or takes back what they said."""

from uuid import UUID

from api_gateway.errors import NotYours
from malmoi.contracts.events import EventType
from malmoi.contracts.problems import NotFound
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.events import tell_room
from malmoi.persistence.said import Said, forget_words, lock_said, told_of


async def edit_message(database: Database, message_id: UUID, user_id: UUID, text: str) -> Said:
    """Put the text in place of what was recognised, which is kept for the sender.

    Raises:
        NotFound: there is no such message for the user, or it has no text yet.
        NotYours: somebody else said it.

    """
    async with database.transaction() as transaction:
        said = await _own(transaction, message_id, user_id)
        message = said.message
        if message.status != "final":
            raise NotFound("there is no text to edit (yet)")
        if message.content_text == text:
            return said
        if message.edited_at is None:
            message.original_text = message.content_text
        message.content_text = text
        message.edited_at = await transaction.now()
        await tell_room(
            transaction,
            message.room_id,
            EventType.MESSAGE_UPDATED,
            told_of(said),
            trace_id=current_trace_id(),
        )
    return said


async def delete_message(database: Database, message_id: UUID, user_id: UUID) -> None:
    """Take the message back: nobody reads or hears it any more.

    Raises:
        NotFound: there is no such message for the user (any more).
        NotYours: somebody else said it.

    """
    async with database.transaction() as transaction:
        message = (await _own(transaction, message_id, user_id)).message
        message.deleted_at = await transaction.now()
        message.content_text = message.original_text = None
        await forget_words(transaction, message)
        told = {
            "message_id": str(message.id),
            "room_id": str(message.room_id),
            "position": message.position,
        }
        await tell_room(
            transaction,
            message.room_id,
            EventType.MESSAGE_DELETED,
            told,
            trace_id=current_trace_id(),
        )


async def _own(transaction: Transaction, message_id: UUID, user_id: UUID) -> Said:
    said = await lock_said(transaction, message_id, user_id)
    if said is None:
        raise NotFound("there is no such message for you")
    if said.message.sender_user_id != user_id:
        raise NotYours("only its sender may change a message")
    return said
