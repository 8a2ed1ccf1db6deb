"""What is on its way, what was told, and what was given up."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from malmoi.persistence.tables.base import NOW, Table


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
    partition: Mapped[int | None]
    """Of a worker that is to have the task; None: by the key."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    available_at: Mapped[datetime] = mapped_column(server_default=NOW)
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
    ts: Mapped[datetime] = mapped_column(server_default=NOW)


class LedgerLine(Table):
    """Append-only: accepted = completed + failed + cancelled + open must always close."""

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("job_id", "entry", name="uq_ledger_job_entry"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job_id: Mapped[UUID]
    entry: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)


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
    created_at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
    resolved_at: Mapped[datetime | None]
