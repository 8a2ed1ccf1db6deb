"""Recordings and the work on them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
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
        # How many recordings somebody has open.
        Index(
            "ix_jobs_open_of_user",
            "owner_user_id",
            postgresql_where=text("state IN ('queued', 'running') AND room_id IS NULL"),
        ),
        # What may be old enough to be erased.
        Index(
            "ix_jobs_with_audio",
            "finished_at",
            postgresql_where=text("finished_at IS NOT NULL AND audio_expired_at IS NULL"),
        ),
        Index(
            "ix_jobs_with_text",
            "finished_at",
            postgresql_where=text("finished_at IS NOT NULL AND text_expired_at IS NULL"),
        ),
        Index("ix_jobs_text", WORDS_OF_RESULT, postgresql_using="gin"),
        # Whose recording an object is, before it is deleted.
        Index("ix_jobs_audio_key", "audio_key"),
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
    """Shared with the jobs that do this one again."""
    audio_bytes: Mapped[int] = mapped_column(BigInteger)
    audio_s: Mapped[float | None]
    file_name: Mapped[str | None]
    """As its sender called the recording; for people to read, and for nothing else."""
    idempotency_key: Mapped[str | None]
    request_sha256: Mapped[str | None]
    """What the idempotency key stands for."""
    plan: Mapped[dict[str, Any] | None]
    """`{chunks, language, language_probability}` of a recording that is recognised in chunks; of
    another try also `taken_over_percent`, which was done before it began."""
    result: Mapped[dict[str, Any] | None]
    correction: Mapped[dict[str, Any] | None]
    """`{text, segments, speakers}` as an operator corrected them; `result` stays as recognised."""
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    retry_of: Mapped[UUID | None] = mapped_column(unique=True)
    """The ended job whose recording and message this one took over; it may be deleted by now."""
    callback_events: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    """What the receiver in `callbacks` wants to hear; None: there is none."""
    trace_id: Mapped[str] = mapped_column(index=True)
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    audio_expired_at: Mapped[datetime | None]
    """This and the next one: when it was erased because its time was over."""
    text_expired_at: Mapped[datetime | None]


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
        # What the dispatcher chooses from.
        Index("ix_tasks_waiting", "job_id", "index", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    kind: Mapped[str]
    index: Mapped[int] = mapped_column(server_default="0")
    engine: Mapped[str]
    lane: Mapped[str]
    audio_key: Mapped[str | None]
    """A chunk's own object; None: the job's recording."""
    audio_bytes: Mapped[int | None] = mapped_column(BigInteger)
    start_s: Mapped[float] = mapped_column(server_default="0")
    """Where in the recording a chunk begins."""
    audio_s: Mapped[float | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    """What a chunk says, as `jobs.result`, until all are put together; in the recording's times."""
    state: Mapped[str] = mapped_column(server_default="dispatched")
    attempt: Mapped[int] = mapped_column(server_default="1")
    failures: Mapped[int] = mapped_column(server_default="0")
    """Attempts that failed by themselves."""
    losses: Mapped[int] = mapped_column(server_default="0")
    """Attempts that disappeared with their worker."""
    percent: Mapped[int] = mapped_column(server_default="0")
    stage: Mapped[str | None]
    """What its worker was doing last: `fetch`, `decode`, `plan`, `transcribe`."""
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
