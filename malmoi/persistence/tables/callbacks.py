"""Who is told of jobs, what was told, and by which secrets they know that it was us."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from malmoi.persistence.tables.base import NOW, Table


class Callback(Table):
    """The receiver of one job's events; whoever holds its lease sends, and nobody else."""

    __tablename__ = "callbacks"

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    owner_user_id: Mapped[UUID]
    url: Mapped[str]
    host: Mapped[str]
    refused_at: Mapped[datetime | None]
    """When the receiver said that it wants no more (410)."""
    lease_id: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]


class CallbackDelivery(Table):
    """One event on its way to a receiver; its id is the `webhook-id` of every attempt."""

    __tablename__ = "callback_deliveries"
    __table_args__ = (
        UniqueConstraint("job_id", "seq", name="uq_callback_deliveries_job_seq"),
        Index("ix_callback_deliveries_due", "due_at", postgresql_where=text("state = 'pending'")),
        Index(
            "ix_callback_deliveries_ended",
            "ended_at",
            postgresql_where=text("ended_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("callbacks.job_id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(BigInteger)
    """The event's number in the job's stream: the order of delivery."""
    type: Mapped[str]
    body: Mapped[str]
    """JSON, to the byte the same at every attempt."""
    state: Mapped[str] = mapped_column(server_default="pending")
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    due_at: Mapped[datetime] = mapped_column(server_default=NOW)
    begun_at: Mapped[datetime] = mapped_column(server_default=NOW)
    """Since when it is tried; a replay begins anew."""
    tries: Mapped[int] = mapped_column(server_default="0")
    """Attempts since then."""
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """`{at, status, outcome, duration_s}`, oldest first; the latest ones if there are many."""
    ended_at: Mapped[datetime | None]


class CallbackSecret(Table):
    """What one signing secret of a user is derived from; the secret itself is stored nowhere."""

    __tablename__ = "callback_secrets"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    """Random: the derivation's salt."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    ends_at: Mapped[datetime | None]
    """A replaced one signs on for a while, beside its successor."""
