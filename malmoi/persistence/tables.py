"""The tables. Who writes which row is drawn in docs/architecture.md."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_NOW = text("now()")


class Table(DeclarativeBase):
    """Base of all tables: text is TEXT, instants carry their zone."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        str: Text,
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
    }


class User(Table):
    """Somebody who can sign in (seed 000 section 4)."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(unique=True)
    """Lower case."""
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(server_default="user")
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class Room(Table):
    """A conversation of two; the row also holds the baton's truth (ARCHITECTURE section 5)."""

    __tablename__ = "rooms"
    __table_args__ = (
        Index(
            "ix_rooms_held",
            "speaker_expires_at",
            postgresql_where=text("current_speaker_user_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str]
    password_hash: Mapped[str | None]
    capacity: Mapped[int] = mapped_column(server_default="2")
    language: Mapped[str] = mapped_column(server_default="ko")
    vocabulary: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW, index=True)
    current_speaker_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    speaker_acquired_at: Mapped[datetime | None]
    speaker_expires_at: Mapped[datetime | None]
    baton_grant: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Counts grants; never goes back, so a late clip can be told from a timely one."""
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Number of the room's newest event."""


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
    joined_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    last_seen_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    """When a live socket, or the join itself, last proved presence."""
    left_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default="offline")


class RoomSocket(Table):
    """A live WebSocket; its gateway touches the row at every ping, a dead one's rows go stale."""

    __tablename__ = "room_sockets"
    __table_args__ = (Index("ix_room_sockets_seat", "room_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    room_id: Mapped[UUID]
    user_id: Mapped[UUID]
    seen_at: Mapped[datetime] = mapped_column(server_default=_NOW, index=True)


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
    meta_json: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class Job(Table):
    """One recording for one engine."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("owner_user_id", "idempotency_key", name="uq_jobs_idempotency_key"),
        Index("ix_jobs_open", "state", postgresql_where=text("state IN ('queued', 'running')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("rooms.id"))
    message_id: Mapped[UUID | None]
    """The room message that the result becomes; the row itself goes when nobody spoke."""
    baton_grant: Mapped[int | None] = mapped_column(BigInteger)
    engine: Mapped[str]
    lane: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="queued")
    options: Mapped[dict[str, Any]]
    audio_key: Mapped[str]
    audio_bytes: Mapped[int] = mapped_column(BigInteger)
    audio_s: Mapped[float | None]
    idempotency_key: Mapped[str | None]
    request_sha256: Mapped[str | None]
    """What the idempotency key stands for."""
    result: Mapped[dict[str, Any] | None]
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    trace_id: Mapped[str]
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW, index=True)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Task(Table):
    """A unit of work that one worker answers for under a lease (ARCHITECTURE section 4.4)."""

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("job_id", "kind", "index", name="uq_tasks_job_kind_index"),
        Index(
            "ix_tasks_open",
            "lease_until",
            postgresql_where=text("state IN ('dispatched', 'running')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    kind: Mapped[str]
    index: Mapped[int] = mapped_column(server_default="0")
    engine: Mapped[str]
    lane: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="dispatched")
    attempt: Mapped[int] = mapped_column(server_default="1")
    failures: Mapped[int] = mapped_column(server_default="0")
    """Attempts that failed by themselves."""
    losses: Mapped[int] = mapped_column(server_default="0")
    """Attempts that disappeared with their worker."""
    percent: Mapped[int] = mapped_column(server_default="0")
    worker_id: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    suspicion: Mapped[dict[str, Any] | None]
    """Cluster id and end offsets that must be read before the attempt may be given up."""
    dispatched_at: Mapped[datetime | None]
    """When the request of the current attempt reached the broker, and where it lies there."""
    dispatch_cluster_id: Mapped[str | None]
    dispatch_partition: Mapped[int | None]
    dispatch_offset: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class OutboxRow(Table):
    """A message on its way to Kafka, written in the transaction of the fact it tells."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_pending", "available_at", postgresql_where=text("sent_at IS NULL")),
        Index("ix_outbox_sent", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    topic: Mapped[str]
    key: Mapped[str]
    value: Mapped[bytes]
    trace_id: Mapped[str]
    task_id: Mapped[UUID | None]
    attempt: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    available_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    """Not to be sent earlier: the pause before another attempt."""
    sent_at: Mapped[datetime | None]


class EventRow(Table):
    """A numbered fact of a room or job; the truth behind WebSocket, SSE and poll."""

    __tablename__ = "events"

    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    type: Mapped[str]
    payload: Mapped[dict[str, Any]]
    trace_id: Mapped[str | None]
    ts: Mapped[datetime] = mapped_column(server_default=_NOW)


class LedgerLine(Table):
    """Append-only: accepted = completed + failed + cancelled + open must always close."""

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("job_id", "entry", name="uq_ledger_job_entry"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job_id: Mapped[UUID]
    entry: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=_NOW)


class DeadLetterRow(Table):
    """A task or message that was given up, kept until somebody requeues or discards it."""

    __tablename__ = "dead_letters"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    task_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None]
    source_topic: Mapped[str]
    reason: Mapped[str]
    payload: Mapped[str]
    trace_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW, index=True)
    resolved_at: Mapped[datetime | None]
