"""Recordings that their senders put into the object store themselves, part by part."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from malmoi.persistence.tables.base import NOW, Table


class DirectUpload(Table):
    """An upload that was begun; how far it is, the object store knows."""

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    """Also names its object."""
    owner_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    multipart_id: Mapped[str]
    """The object store's own name for it while it is under way."""
    file_name: Mapped[str | None]
    content_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    """As announced, and checked when it is completed."""
    part_bytes: Mapped[int] = mapped_column(BigInteger)
    """Of every part but the last."""
    job_id: Mapped[UUID | None]
    """The job whose recording it has become; it may be deleted by now."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    completed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """Nobody can use it afterwards, and the hourly sweep forgets it."""
