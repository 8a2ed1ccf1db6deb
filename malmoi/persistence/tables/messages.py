"""What was said, or signed."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from malmoi.persistence.tables.base import NOW, Table
from malmoi.persistence.tables.people import User


class RoomMessage(Table):
    """What somebody said; pending until recognised."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("room_id", "position", name="uq_messages_room_position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    sender_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    """Fixed at hand-in: the number of the room event that announced the clip."""
    type: Mapped[str] = mapped_column(server_default="stt")
    status: Mapped[str] = mapped_column(server_default="pending")
    content_text: Mapped[str | None]
    original_text: Mapped[str | None]
    """As it was recognised, once its sender has edited it."""
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    meta_json: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    sender_email: Mapped[str] = column_property(
        select(User.email).where(User.id == sender_user_id).scalar_subquery(),
        expire_on_flush=False,  # it does not change with the row
    )
    """Read with the row: who has left the room still has said it."""


class SignVideo(Table):
    """A recorded sign-language message on its way to being playable (seed 000, phase 2)."""

    __tablename__ = "sign_videos"
    __table_args__ = (
        UniqueConstraint("owner_user_id", "idempotency_key", name="uq_sign_videos_idempotency_key"),
        Index("ix_sign_videos_open", "dispatched_at", postgresql_where=text("state = 'open'")),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    owner_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(server_default="open")
    """`open`, `ready` or `failed`."""
    attempt: Mapped[int] = mapped_column(server_default="1")
    video_key: Mapped[str]
    """What was uploaded."""
    video_bytes: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str]
    playable_key: Mapped[str | None]
    poster_key: Mapped[str | None]
    duration_s: Mapped[float | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    idempotency_key: Mapped[str | None]
    request_sha256: Mapped[str | None]
    """What the idempotency key stands for."""
    trace_id: Mapped[str]
    dispatched_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]
