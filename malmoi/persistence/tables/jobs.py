"""Recordings and the work on them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from malmoi.persistence.tables.base import NOW, Table

WORDS_OF_RESULT = text(
    # Parenthesised as PostgreSQL prints it, so that migrations and tables can be compared.
    "to_tsvector('simple', left(coalesce((result -> 'transcript') ->> 'text', ''), 200000))"
)
"""What a search for spoken words looks at; a vector of more than 1 MB would be an error."""


class Job(Table):
    """One recording for one engine."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("owner_user_id", "idempotency_key", name="uq_jobs_idempotency_key"),
        Index("ix_jobs_open", "state", postgresql_where=text("state IN ('queued', 'running')")),
        # Pages of the admin console: newest first, from a known place on.
        Index("ix_jobs_page", text("created_at DESC"), text("id DESC")),
        Index("ix_jobs_state_page", "state", text("created_at DESC"), text("id DESC")),
        Index("ix_jobs_room_page", "room_id", text("created_at DESC"), text("id DESC")),
        Index("ix_jobs_user_page", "owner_user_id", text("created_at DESC"), text("id DESC")),
        Index("ix_jobs_lane_page", "lane", text("created_at DESC"), text("id DESC")),
        Index(
            "ix_jobs_error_page",
            "error_code",
            text("created_at DESC"),
            text("id DESC"),
            postgresql_where=text("error_code IS NOT NULL"),
        ),
        Index("ix_jobs_text", WORDS_OF_RESULT, postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("rooms.id"))
    message_id: Mapped[UUID | None] = mapped_column(index=True)
    """The room message that the result becomes; the row itself goes when nobody spoke."""
    baton_grant: Mapped[int | None] = mapped_column(BigInteger)
    engine: Mapped[str]
    lane: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="queued")
    options: Mapped[dict[str, Any]]
    audio_key: Mapped[str]
    audio_bytes: Mapped[int] = mapped_column(BigInteger)
    audio_s: Mapped[float | None]
    file_name: Mapped[str | None]
    """As its sender called the recording; for people to read, and for nothing else."""
    idempotency_key: Mapped[str | None]
    request_sha256: Mapped[str | None]
    """What the idempotency key stands for."""
    result: Mapped[dict[str, Any] | None]
    correction: Mapped[dict[str, Any] | None]
    """`{text, segments, speakers}` as an operator corrected them; `result` stays as recognised."""
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    retry_of: Mapped[UUID | None] = mapped_column(unique=True)
    """The ended job whose recording and message this one took over; it may be deleted by now."""
    trace_id: Mapped[str] = mapped_column(index=True)
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
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
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
