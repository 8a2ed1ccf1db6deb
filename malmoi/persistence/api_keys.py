"""API keys: whose they are and what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import ApiKey, User

_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A key and the account that it speaks for."""

    key: ApiKey
    user: User
    use_is_noted: bool
    """Whether `last_used_at` is recent enough."""


async def keys_of(session: AsyncSession, owner_user_id: UUID) -> Sequence[ApiKey]:
    """The owner's keys, newest first."""
    mine = select(ApiKey).where(ApiKey.owner_user_id == owner_user_id)
    return (await session.scalars(mine.order_by(ApiKey.created_at.desc(), ApiKey.id))).all()


async def holder_of(session: AsyncSession, secret_sha256: str) -> KeyHolder | None:
    """Whom a secret speaks for, unless its key was revoked."""
    noted = ApiKey.last_used_at > func.now() - _USE_NOTED_EVERY
    rows = await session.execute(
        select(ApiKey, User, func.coalesce(noted, False))
        .join(User, User.id == ApiKey.owner_user_id)
        .where(ApiKey.secret_sha256 == secret_sha256)
    )
    row = rows.one_or_none()
    return None if row is None else KeyHolder(row[0], row[1], row[2])


async def note_use(transaction: Transaction, key_id: UUID) -> None:
    """Remember that the key is in use; a minute is exact enough."""
    unknown = ApiKey.last_used_at.is_(None)
    old = ApiKey.last_used_at <= func.now() - _USE_NOTED_EVERY
    await transaction.session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, or_(unknown, old))
        .values(last_used_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def revoke(transaction: Transaction, key_id: UUID, owner_user_id: UUID) -> bool:
    """Let the key open nothing any more; False when the owner has no such key."""
    gone = await transaction.session.execute(
        delete(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.owner_user_id == owner_user_id)
        .returning(ApiKey.id)
    )
    return gone.one_or_none() is not None
