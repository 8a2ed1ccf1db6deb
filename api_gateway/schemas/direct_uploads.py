"""Uploads that go to the object store by presigned URLs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api_gateway.schemas.texts import LEGIBLE

_WORD = "[A-Za-z0-9_.+-]{1,60}"
ContentType = Annotated[str, StringConstraints(pattern=f"^{_WORD}/{_WORD}$")]


class UploadIn(BaseModel):
    """A file that is about to be sent."""

    file_name: Annotated[str, StringConstraints(min_length=1, max_length=1000), LEGIBLE]
    content_type: ContentType = "application/octet-stream"
    size: int = Field(ge=0)
    """Bytes."""


class PartToSendOut(BaseModel):
    """A part that is still to come."""

    number: int
    size: int
    """Bytes of the file, from byte `(number - 1) * part_size`."""
    url: str
    """PUT them here within an hour, without any other header."""


class UploadOut(BaseModel):
    """How far an upload is."""

    upload_id: UUID
    state: Literal["open", "completed", "handed_in"]
    file_name: str | None
    size: int
    part_size: int
    """Bytes of every part but the last."""
    part_count: int
    arrived: list[int]
    """Numbers of the parts that the object store has, whole."""
    missing: list[PartToSendOut]
    """The next parts to send, a page of them; ask again when they are sent."""
    missing_count: int
    job_id: UUID | None
    """The job whose recording it has become."""
    expires_at: datetime
    """Asking for more URLs puts it off."""
