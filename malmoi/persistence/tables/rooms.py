"""Rooms, and who is in them."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from malmoi.persistence.tables.base import NOW, Table


class Room(Table):
    """A conversation of two; the row also holds the baton's truth (ARCHITECTURE section 5)."""

    __tablename__ = "rooms"
    __table_args__ = (
        Index(
            "ix_rooms_held",
            "speaker_expires_at",
            postgresql_where=text("current_speaker_user_id IS NOT NULL"),
        ),
        Index(
            "ix_rooms_offered",
            "offer_expires_at",
            postgresql_where=text("offered_user_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str]
    password_hash: Mapped[str | None]
    capacity: Mapped[int] = mapped_column(server_default="2")
    language: Mapped[str] = mapped_column(server_default="ko")
    vocabulary: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
    current_speaker_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    speaker_acquired_at: Mapped[datetime | None]
    speaker_expires_at: Mapped[datetime | None]
    baton_grant: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Counts grants; never goes back, so a late clip can be told from a timely one."""
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Number of the room's newest event."""
    invite_code: Mapped[str | None] = mapped_column(unique=True)
    """Who has it joins without the password."""
    offered_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    offer_expires_at: Mapped[datetime | None]
    """Until then the free baton is kept for the first who raised a hand."""


class Participant(Table):
    """A seat in a room: from join until leave, or until nobody was connected for a while."""

    __tablename__ = "room_participants"
    __table_args__ = (
        Index(
            "uq_room_participants_seat",
            "room_id",
            "user_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    joined_at: Mapped[datetime] = mapped_column(server_default=NOW)
    last_seen_at: Mapped[datetime] = mapped_column(server_default=NOW)
    """When a live socket, or the join itself, last proved presence."""
    left_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default="offline")


class RaisedHand(Table):
    """Somebody who wants to speak next; the first raised is the next in line."""

    __tablename__ = "raised_hands"

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, Identity())


class RoomSocket(Table):
    """A live WebSocket; its gateway touches the row at every ping, a dead one's rows go stale."""

    __tablename__ = "room_sockets"
    __table_args__ = (Index("ix_room_sockets_seat", "room_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    room_id: Mapped[UUID]
    user_id: Mapped[UUID]
    seen_at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
