"""A room message with what belongs to it, and how listeners hear of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.events import room_stream
from malmoi.contracts.model import instant
from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import EventRow, Job, Participant, Room, RoomMessage, SignVideo

Ts = TypeVarTuple("Ts")
STT, SIGN = "stt", "sign"


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said: the message, its job and its sign video, where there are any."""

    message: RoomMessage
    job_id: UUID | None = None
    """What the message came of; a sign message stands for its own job."""
    sign: SignVideo | None = None
    audio_expired: bool = False
    """Whether the recording was erased because its time was over."""

    @property
    def has_audio(self) -> bool:
        """Whether the recording can be heard."""
        recorded = self.job_id is not None and self.message.type == STT
        return recorded and not self.audio_expired


_shown = and_(
    RoomMessage.deleted_at.is_(None),
    # A sign message has no text yet and may never have one; its video is the message.
    or_(RoomMessage.status == "final", RoomMessage.type == SIGN),
)


def told_of(said: Said) -> dict[str, Any]:
    """The payload of `message.created` and `message.updated`: a message as everybody may see it."""
    message = said.message
    meta: dict[str, Any] = message.meta_json or {}
    return {
        "message_id": str(message.id),
        "room_id": str(message.room_id),
        "sender_user_id": str(message.sender_user_id),
        "sender_email": message.sender_email,
        "job_id": None if said.job_id is None else str(said.job_id),
        "position": message.position,
        "type": message.type,
        "status": message.status,
        "text": message.content_text,
        "language": meta.get("lang"),
        "duration_s": said.sign.duration_s if said.sign else meta.get("duration"),
        "has_audio": said.has_audio,
        "sign": None if said.sign is None else told_of_sign(said.sign),
        "created_at": instant(message.created_at),
        "edited_at": message.edited_at and instant(message.edited_at),
    }


def told_of_sign(video: SignVideo) -> dict[str, Any]:
    """The `sign` of a message: how far its video is, and why it failed."""
    return {
        "state": video.state,
        "duration_s": video.duration_s,
        "width": video.width,
        "height": video.height,
        "code": video.error_code,
        "detail": video.error_detail,
    }


async def said_page(
    session: AsyncSession,
    room_id: UUID,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[Said]:
    """Messages in the order of speaking; without `after`, the newest of the range."""
    page = _with_belongings().where(RoomMessage.room_id == room_id, _shown)
    if before is not None:
        page = page.where(RoomMessage.position < before)
    if after is not None:
        page = page.where(RoomMessage.position > after).order_by(RoomMessage.position)
        return [_said(row) for row in await session.execute(page.limit(limit))]
    page = page.order_by(RoomMessage.position.desc()).limit(limit)
    return [_said(row) for row in await session.execute(page)][::-1]


async def said_to(session: AsyncSession, message_id: UUID, user_id: UUID) -> Said | None:
    """A message of a room where the user has a seat, unless it was deleted."""
    heard = _with_belongings().where(RoomMessage.id == message_id, _heard_by(user_id))
    row = (await session.execute(heard)).one_or_none()
    return None if row is None else _said(row)


async def lock_said(transaction: Transaction, message_id: UUID, user_id: UUID) -> Said | None:
    """`said_to`, and room and message stand still until the transaction ends."""
    heard = _with_belongings().where(RoomMessage.id == message_id, _heard_by(user_id))
    row = (await transaction.session.execute(holding_both(heard))).one_or_none()
    return None if row is None else _said(row)


def holding_both(messages: Select[*Ts]) -> Select[*Ts]:
    """The query, locking each message and its room: the room first, as everybody does."""
    return (
        messages.join(Room, Room.id == RoomMessage.room_id)
        .with_for_update(of=(Room, RoomMessage), key_share=True)
        .execution_options(populate_existing=True)
    )


async def forget_words(transaction: Transaction, message: RoomMessage) -> None:
    """Take the text of a deleted message out of the room's story too, where others re-read it."""
    await transaction.session.execute(
        update(EventRow)
        .where(
            EventRow.stream == room_stream(message.room_id),
            EventRow.seq >= message.position,
            EventRow.payload["message_id"].astext == str(message.id),
            EventRow.payload.has_key("text"),
        )
        .values(payload=EventRow.payload.op("||")(bindparam("blank", {"text": None}, JSONB)))
        .execution_options(synchronize_session=False)
    )


def _with_belongings() -> Select[RoomMessage, UUID, SignVideo, datetime | None]:
    return (
        select(RoomMessage, Job.id, SignVideo, Job.audio_expired_at)
        .outerjoin(Job, Job.message_id == RoomMessage.id)
        .outerjoin(SignVideo, SignVideo.message_id == RoomMessage.id)
    )


def _heard_by(user_id: UUID) -> ColumnElement[bool]:
    seated = (
        select(Participant.id)
        .where(
            Participant.room_id == RoomMessage.room_id,
            Participant.user_id == user_id,
            Participant.left_at.is_(None),
        )
        .exists()
    )
    return and_(RoomMessage.deleted_at.is_(None), seated)


def _said(row: Row[Any, Any, Any, Any]) -> Said:
    message, job_id, sign, expired_at = row[0], row[1], row[2], row[3]
    named = message.id if sign is not None else job_id
    return Said(message, named, sign, audio_expired=expired_at is not None)
