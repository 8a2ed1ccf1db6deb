"""Who does the work."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from malmoi.persistence.tables.base import NOW, Table


class WorkerRow(Table):
    """A worker as it described itself last; it goes when it has been silent for long."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    engine: Mapped[str]
    model: Mapped[str]
    device: Mapped[str]
    slots: Mapped[int]
    task_ids: Mapped[dict[str, Any]]
    """`{"tasks": [...]}`: what it has in hand."""
    partitions: Mapped[dict[str, Any]]
    """`{"topic/partition": lag in messages}`."""
    real_time_factor: Mapped[float | None]
    """Of its last recordings: engine seconds by seconds of audio."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(server_default=NOW)
