"""What people have used, and what was erased because its time was over."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from malmoi.persistence.tables.base import NOW, Table


class DailyUse(Table):
    """What an account has handed in on one day (UTC), whatever became of it."""

    __tablename__ = "daily_uses"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    jobs: Mapped[int]
    audio_bytes: Mapped[int] = mapped_column(BigInteger)


class Erasure(Table):
    """Append-only: which job lost its recording or its text, when, and by which rule."""

    __tablename__ = "erasures"
    __table_args__ = (Index("ix_erasures_of_user", "owner_user_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(index=True)
    owner_user_id: Mapped[UUID]
    what: Mapped[str]
    """`audio` or `text`."""
    rule: Mapped[str]
    """`cluster` or `user`: whose wish it was."""
    days: Mapped[int]
    """After so many days, by that rule."""
    at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
