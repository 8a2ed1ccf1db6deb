"""Clips, messages and events."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel

from malmoi.contracts.events import Event
from malmoi.persistence.tables import Job, RoomMessage


class ClipOut(BaseModel):
    """What became of a clip, as far as the caller waited for it."""

    message_id: UUID | None
    """Null when nobody spoke in the clip: then there is no message."""
    job_id: UUID
    status: Literal["final", "empty", "pending"]
    text: str | None = None
    language: str | None = None

    @classmethod
    def ended(cls, job: Job) -> Self:
        """Of a completed job."""
        transcript = (job.result or {})["transcript"]
        spoken = bool(transcript["text"])
        return cls(
            message_id=job.message_id if spoken else None,
            job_id=job.id,
            status="final" if spoken else "empty",
            text=transcript["text"],
            language=transcript["language"],
        )

    @classmethod
    def pending(cls, job: Job) -> Self:
        """Of a job that goes on."""
        return cls(message_id=job.message_id, job_id=job.id, status="pending")


class MessageOut(BaseModel):
    """Something that was said."""

    message_id: UUID
    room_id: UUID
    sender_user_id: UUID
    position: int
    """Place in the conversation, fixed when the clip was handed in."""
    type: str
    text: str | None
    status: str
    language: str | None
    duration_s: float | None
    created_at: datetime

    @classmethod
    def of(cls, message: RoomMessage) -> Self:
        """As participants see it."""
        meta: dict[str, Any] = message.meta_json or {}
        return cls(
            message_id=message.id,
            room_id=message.room_id,
            sender_user_id=message.sender_user_id,
            position=message.position,
            type=message.type,
            text=message.content_text,
            status=message.status,
            language=meta.get("lang"),
            duration_s=meta.get("duration"),
            created_at=message.created_at,
        )


class EventsOut(BaseModel):
    """A stretch of a room's story."""

    events: list[Event]
    last_seq: int
    """The room's newest number; poll again with `after` while the events end below it."""
