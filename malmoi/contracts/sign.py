"""Sign videos on their way to being playable (seed 000, phase 2)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from malmoi.contracts.messages import Message
from malmoi.contracts.model import Frozen


class SignErrorCode(StrEnum):
    """Why a sign video did not become playable; they reach clients with the message."""

    VIDEO_EMPTY = "VIDEO_EMPTY"
    """The file holds no picture."""
    VIDEO_UNREADABLE = "VIDEO_UNREADABLE"
    """The file is damaged, or is no video at all."""
    VIDEO_FORMAT_REFUSED = "VIDEO_FORMAT_REFUSED"
    """A container, coding or number of tracks outside the whitelist, such as a playlist."""
    NO_VIDEO_TRACK = "NO_VIDEO_TRACK"
    """Sound without pictures."""
    VIDEO_TOO_LONG = "VIDEO_TOO_LONG"
    VIDEO_TOO_LARGE = "VIDEO_TOO_LARGE"
    """Too many pixels, pictures a second or bytes."""
    VIDEO_MISSING = "VIDEO_MISSING"
    """The object that the request names is not in the store."""
    TRANSCODE_CRASHED = "TRANSCODE_CRASHED"
    TRANSCODE_TIMEOUT = "TRANSCODE_TIMEOUT"
    TRANSCODE_OUT_OF_MEMORY = "TRANSCODE_OUT_OF_MEMORY"
    SIGN_SERVICE_LOST = "SIGN_SERVICE_LOST"
    """The request disappeared, or its service died with it, more often than is allowed."""


class SignRequested(Message):
    """Make an uploaded video playable."""

    message_id: UUID
    attempt: int = Field(ge=1)
    video_key: str
    """Object key in the bucket; never a URL, so it cannot expire."""
    video_bytes: int
    language: str = "ko"
    """Of the room: into what a translator would translate."""
    accepted_at: datetime
    """When the video was accepted, by PostgreSQL's clock."""


class SignReport(Message):
    """What became of an attempt."""

    message_id: UUID
    attempt: int = Field(ge=1)
    worker_id: str


class SignTranslation(Frozen):
    """What was signed, by the installed translator; none ships."""

    text: str
    language: str


class SignReady(SignReport):
    """The video can be played: both objects lie in the bucket."""

    type: Literal["ready"] = "ready"
    playable_key: str
    poster_key: str
    duration_s: float
    width: int
    height: int
    translation: SignTranslation | None = None


class SignFailed(SignReport):
    """The attempt came to nothing, after as many tries as it may have."""

    type: Literal["failed"] = "failed"
    code: SignErrorCode
    detail: str
    """A sentence for the sender: what is wrong and what to do."""


class SignServiceSeen(Message):
    """A sign service lives; told by Kafka, for it has neither Redis nor a database."""

    worker_id: str
    leaving: bool = False
    """It is being stopped: this is the last that is heard of it."""


SignResult = Annotated[SignReady | SignFailed, Field(discriminator="type")]

SIGN_RESULT: TypeAdapter[SignResult] = TypeAdapter(SignResult)
"""Reads any message of `sign.results`."""
