"""Signed messages."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from malmoi.contracts.sign import SignErrorCode


class SignAccepted(BaseModel):
    """A video that was handed in."""

    job_id: UUID
    """The same as `message_id`."""
    message_id: UUID
    status: Literal["pending"] = "pending"


class SignOut(BaseModel):
    """The video of a signed message."""

    state: Literal["open", "ready", "failed"]
    duration_s: float | None
    width: int | None
    height: int | None
    code: SignErrorCode | None
    """Why it failed."""
    detail: str | None
