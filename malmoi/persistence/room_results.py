"""What becomes of a pending room message once its job ended (seed 000 section 6)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.events import EventType
from malmoi.contracts.model import instant
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import tell_room
from malmoi.persistence.said import Said, holding_both, told_of
from malmoi.persistence.tables import Job, RoomMessage


async def publish_message(transaction: Transaction, job: Job, transcript: Transcript) -> None:
    """Make the message final and tell the room; where nobody spoke, no message remains."""
    with transaction.session.no_autoflush:  # one flush at the end: people wait for the text
        message = await _pending_message(transaction.session, job)
    if message is None:
        return
    if not transcript.text:
        await transaction.session.delete(message)
        await _tell(transaction, job, EventType.MESSAGE_EMPTY, _identity(job, message))
        return
    message.status = "final"
    message.content_text = transcript.text
    message.meta_json = {
        "lang": transcript.language,
        "duration": transcript.duration_s,
        "confidence": transcript.language_probability,
    }
    await _tell(transaction, job, EventType.MESSAGE_CREATED, told_of(Said(message, job.id)))


async def fail_message(transaction: Transaction, job: Job, *, code: str, detail: str) -> None:
    """Mark the message as failed and tell the room why."""
    message = await _pending_message(transaction.session, job)
    if message is None:
        return
    message.status = "failed"
    told = {**_identity(job, message), "status": message.status, "code": code, "detail": detail}
    await _tell(transaction, job, EventType.MESSAGE_FAILED, told)


async def await_message_again(transaction: Transaction, job: Job) -> None:
    """Let a failed message wait for its recording's new job, and tell the room."""
    if job.message_id is None:
        return
    message = await _held_message(transaction.session, job)
    if message is None or message.status != "failed":
        return
    message.status = "pending"
    await _tell(transaction, job, EventType.MESSAGE_UPDATED, told_of(Said(message, job.id)))


async def _pending_message(session: AsyncSession, job: Job) -> RoomMessage | None:
    message = await _held_message(session, job)
    return message if message is not None and message.status == "pending" else None


async def _held_message(session: AsyncSession, job: Job) -> RoomMessage | None:
    """The job's message, held with its room; None when its sender has deleted it."""
    if job.message_id is None:
        return None
    found: RoomMessage | None = await session.scalar(
        holding_both(
            select(RoomMessage).where(
                RoomMessage.id == job.message_id, RoomMessage.deleted_at.is_(None)
            )
        )
    )
    return found


def _identity(job: Job, message: RoomMessage) -> dict[str, Any]:
    return {
        "message_id": str(message.id),
        "room_id": str(message.room_id),
        "sender_user_id": str(message.sender_user_id),
        "job_id": str(job.id),
        "type": message.type,
        "position": message.position,
        "created_at": instant(message.created_at),
    }


async def _tell(
    transaction: Transaction, job: Job, event_type: EventType, told: dict[str, Any]
) -> None:
    assert job.room_id is not None
    await tell_room(transaction, job.room_id, event_type, told, trace_id=job.trace_id)
