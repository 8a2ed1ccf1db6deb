"""Accounts."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
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
    hand_in_per_minute: Mapped[int | None]
    """This and the next two: what an operator allows this account; null: as everybody."""
    open_jobs: Mapped[int | None]
    audio_bytes_per_day: Mapped[int | None] = mapped_column(BigInteger)
    retain_audio_days: Mapped[int | None]
    """This and the next one: how long the owner wants things kept; null: as the cluster does."""
    retain_text_days: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)


class ApiKey(Table):
    """Lets a system speak for an account, within its scopes; a revoked one has no row."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    begins: Mapped[str]
    """The first characters of the secret, for its owner to know it by."""
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    last_used_at: Mapped[datetime | None]
