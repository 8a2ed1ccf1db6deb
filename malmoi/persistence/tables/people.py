"""Accounts."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Mapped, mapped_column

from malmoi.persistence.tables.base import NOW, Table


class User(Table):
    """Somebody who can sign in (seed 000 section 4)."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(unique=True)
    """Lower case."""
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(server_default="user")
    """`user` or `admin`."""
    tokens_valid_from: Mapped[datetime | None]
    """Tokens issued earlier count no more: an operator has ended the sessions."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
