"""The speaker's baton."""

from datetime import datetime

from pydantic import BaseModel, Field


class GrantIn(BaseModel):
    """Which grant is meant; without one, the caller's current grant."""

    grant: int | None = Field(default=None, ge=1)


class AcquireOut(BaseModel):
    """The caller may speak."""

    acquired: bool = True
    expires_at: datetime
    grant: int
    """Send it with clips: a clip of an older grant is refused, never taken for a newer turn."""


class HeartbeatOut(BaseModel):
    """The caller may speak on."""

    expires_at: datetime
    grant: int


class ReleaseOut(BaseModel):
    """The baton is free."""

    released: bool = True
