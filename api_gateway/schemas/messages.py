"""Clips, messages and events."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from api_gateway.schemas.signs import SignOut
from api_gateway.schemas.texts import LEGIBLE
from malmoi.contracts.events import Event
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.said import Said, told_of
from malmoi.persistence.tables import Job


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
    """Something that was said, or signed."""

    message_id: UUID
    room_id: UUID
    sender_user_id: UUID
    sender_email: str
    """Also of somebody who has left the room."""
    job_id: UUID | None
    position: int
    """Place in the conversation, fixed when it was handed in."""
    type: str
    status: str
    """`pending` for a sign message without a text, otherwise `final`."""
    text: str | None
    language: str | None
    duration_s: float | None
    has_audio: bool
    """Whether `GET /messages/{message_id}/audio` has the recording."""
    sign: SignOut | None
    """The video of a sign message."""
    created_at: datetime
    edited_at: datetime | None
    original_text: str | None
    """As it was recognised, once it was edited; for its sender only."""

    @classmethod
    def of(cls, said: Said, viewer_id: UUID) -> Self:
        """As the viewer sees it."""
        message = said.message
        own = message.sender_user_id == viewer_id
        told = {**told_of(said), "original_text": message.original_text if own else None}
        return cls.model_validate(told)


class EditIn(BaseModel):
    """What the message is to say."""

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), LEGIBLE
    ]


class WordOut(BaseModel):
    """A word as it was spoken; seconds from the start of the recording."""

    start: float
    end: float
    text: str
    probability: float
    """0 to 1, as the engine reports it."""


class WordsOut(BaseModel):
    """The words of a recording as they were recognised, also when the message was edited."""

    words: list[WordOut]
    language: str | None
    duration_s: float | None

    @classmethod
    def of(cls, transcript: Transcript | None) -> Self:
        """Without words where there is no transcript, as for sign messages."""
        if transcript is None:
            return cls(words=[], language=None, duration_s=None)
        words = [
            WordOut(
                start=each.start_s, end=each.end_s, text=each.text, probability=each.probability
            )
            for segment in transcript.segments
            for each in segment.words
        ]
        return cls(words=words, language=transcript.language, duration_s=transcript.duration_s)


class EventsOut(BaseModel):
    """A stretch of a room's story."""

    events: list[Event]
    last_seq: int
    """The room's newest number; poll again with `after` while the events end below it."""
