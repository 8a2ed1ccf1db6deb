"""What becomes of a pending room message once its job ended (seed 000 section 6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, select, true
from sqlalchemy.orm import aliased

from malmoi.contracts.events import EventType
from malmoi.contracts.model import instant
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import Place, next_place_of, told_at
from malmoi.persistence.said import Said, holding_both, told_of
from malmoi.persistence.tables import Job, RoomMessage


async def publish_message(transaction: Transaction, job: Job, transcript: Transcript) -> None:
    """Make the message final and tell the room; where nobody spoke, no message remains."""
    turn = await _turn(transaction, job, of="pending")
    if turn is None:
        return
    message = turn.message
    if not transcript.text:
        await transaction.session.delete(message)
        _tell(transaction, job, turn, EventType.MESSAGE_EMPTY, _identity(job, message))
        return
    message.status = "final"
    message.content_text = transcript.text
    message.meta_json = {
        "lang": transcript.language,
        "duration": transcript.duration_s,
        "confidence": transcript.language_probability,
    }
    _tell(transaction, job, turn, EventType.MESSAGE_CREATED, told_of(Said(message, job.id)))


async def fail_message(transaction: Transaction, job: Job, *, code: str, detail: str) -> None:
    """Mark the message as failed and tell the room why."""
    turn = await _turn(transaction, job, of="pending")
    if turn is None:
        return
    message = turn.message
    message.status = "failed"
    told = {**_identity(job, message), "status": message.status, "code": code, "detail": detail}
    _tell(transaction, job, turn, EventType.MESSAGE_FAILED, told)


async def await_message_again(transaction: Transaction, job: Job) -> None:
    """Let a failed message wait for its recording's new job, and tell the room."""
    turn = await _turn(transaction, job, of="failed")
    if turn is None:
        return
    turn.message.status = "pending"
    told = told_of(Said(turn.message, job.id))
    _tell(transaction, job, turn, EventType.MESSAGE_UPDATED, told)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A message, held with its room, and the place in the room's story where it is told."""

    message: RoomMessage
    place: Place


async def _turn(transaction: Transaction, job: Job, *, of: str) -> _Turn | None:
    """The turn of the job's message, if it is in the state `of`; nothing is taken otherwise.

    One trip, because people wait for the text: who finds the message also takes the place.
    """
    if job.message_id is None:
        return None
    known = {"message": job.message_id, "state": of}
    row = (await transaction.session.execute(_TAKE_TURN, known)).one_or_none()
    return None if row is None else _Turn(row[0], Place(row[1], row[2]))


def _take_turn() -> Select[RoomMessage, int, datetime]:
    held = holding_both(
        select(RoomMessage).where(
            RoomMessage.id == bindparam("message"),
            RoomMessage.status == bindparam("state"),
            RoomMessage.deleted_at.is_(None),
        )
    ).cte("held")
    place = next_place_of(held.c.room_id).cte("place")
    return (
        select(aliased(RoomMessage, held), place.c.last_seq, place.c.now)
        .join(place, true())
        # The session writes at its end, at once; what it has of the message may be stale.
        .execution_options(autoflush=False, populate_existing=True)
    )


_TAKE_TURN: Final = _take_turn()


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


def _tell(
    transaction: Transaction, job: Job, turn: _Turn, event_type: EventType, told: dict[str, Any]
) -> None:
    room_id = turn.message.room_id
    row = told_at(transaction, room_id, turn.place, event_type, told, trace_id=job.trace_id)
    transaction.session.add(row)
