"""Rooms and users as the console shows them."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from malmoi.persistence.overviews import RoomOverview, UserOverview
from malmoi.persistence.roles import Role


class OccupantOut(BaseModel):
    """Somebody with a seat."""

    user_id: UUID
    email: str
    status: str
    online: bool


class HolderOut(BaseModel):
    """Who has the baton."""

    user_id: UUID
    grant: int
    acquired_at: datetime | None
    expires_at: datetime | None


class RoomAdminOut(BaseModel):
    """A room as operators see it: who is there, and nothing of what is said."""

    id: UUID
    title: str
    language: str
    capacity: int
    has_password: bool
    created_at: datetime
    participants: list[OccupantOut]
    holder: HolderOut | None
    grant: int
    """The number of the newest grant."""
    queue: list[UUID]
    """Who has raised a hand, in line."""
    offered_user_id: UUID | None
    last_seq: int

    @classmethod
    def of(cls, overview: RoomOverview) -> Self:
        """As it is now."""
        room = overview.room
        return cls(
            id=room.id,
            title=room.title,
            language=room.language,
            capacity=room.capacity,
            has_password=room.password_hash is not None,
            created_at=room.created_at,
            participants=[
                OccupantOut(
                    user_id=each.user_id,
                    email=each.email,
                    status=each.status,
                    online=each.status == "online",
                )
                for each in overview.participants
            ],
            holder=_holder(overview),
            grant=room.baton_grant,
            queue=list(overview.queue),
            offered_user_id=room.offered_user_id,
            last_seq=room.last_seq,
        )


class RoomsAdminOut(BaseModel):
    """A page of rooms, newest first."""

    rooms: list[RoomAdminOut]
    next: str | None


class ReleasedOut(BaseModel):
    """Whether there was a baton to take."""

    released: bool


class SeatOut(BaseModel):
    """A room where a user has a seat."""

    id: UUID
    title: str
    status: str


class UserAdminOut(BaseModel):
    """An account as operators see it."""

    id: UUID
    email: str
    role: str
    created_at: datetime
    tokens_valid_from: datetime | None
    """When an operator ended its sessions last."""
    rooms: list[SeatOut]

    @classmethod
    def of(cls, overview: UserOverview) -> Self:
        """Without the password's hash."""
        user = overview.user
        return cls(
            id=user.id,
            email=user.email,
            role=user.role,
            created_at=user.created_at,
            tokens_valid_from=user.tokens_valid_from,
            rooms=[
                SeatOut(id=each.id, title=each.title, status=each.status) for each in overview.rooms
            ],
        )


class UsersAdminOut(BaseModel):
    """A page of accounts, newest first."""

    users: list[UserAdminOut]
    next: str | None


class PasswordOut(BaseModel):
    """The new password; it is told this once."""

    password: str


class RoleIn(BaseModel):
    """What the account may do."""

    role: Role


class RoleOut(BaseModel):
    """What the account may do from now on."""

    role: Role


def _holder(overview: RoomOverview) -> HolderOut | None:
    room = overview.room
    if not overview.held or room.current_speaker_user_id is None:
        return None
    return HolderOut(
        user_id=room.current_speaker_user_id,
        grant=room.baton_grant,
        acquired_at=room.speaker_acquired_at,
        expires_at=room.speaker_expires_at,
    )
