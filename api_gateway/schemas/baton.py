"""The speaker's baton."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from malmoi.persistence.hands import Queue


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


class HandOut(BaseModel):
    """The line, and the caller's place in it."""

    queue: list[UUID]
    place: int | None
    """1 is the next; null without a raised hand."""
    offered_user_id: UUID | None
    offer_expires_at: datetime | None

    @classmethod
    def of(cls, queue: Queue, user_id: UUID) -> Self:
        """As the user sees it."""
        hands = list(queue.hands)
        return cls(
            queue=hands,
            place=hands.index(user_id) + 1 if user_id in hands else None,
            offered_user_id=queue.offered_user_id,
            offer_expires_at=queue.offer_expires_at,
        )
