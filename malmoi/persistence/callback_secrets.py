"""Which secrets sign a user's callbacks: the newest, and replaced ones for a while."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.database import Transaction
from malmoi.persistence.many import among
from malmoi.persistence.roles import lock_user
from malmoi.persistence.tables import CallbackSecret

OVERLAP: Final = timedelta(hours=24)
"""So long a receiver may take to learn the new secret."""
_LIVE = or_(CallbackSecret.ends_at.is_(None), CallbackSecret.ends_at > func.now())
_SIGNING_MAX = 3


async def live_secrets(session: AsyncSession, user_id: UUID) -> Sequence[CallbackSecret]:
    """The user's signing secrets, newest first; none before the first was made."""
    found = await session.scalars(
        select(CallbackSecret)
        .where(CallbackSecret.user_id == user_id, _LIVE)
        .order_by(CallbackSecret.ends_at.desc().nulls_first())
        .limit(_SIGNING_MAX)
    )
    return found.all()


async def salts_of(session: AsyncSession, user_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Of what each user's signatures are derived; of the user's own id while there is no secret."""
    rows = await session.scalars(
        select(CallbackSecret)
        .where(among(CallbackSecret.user_id, set(user_ids)), _LIVE)
        .order_by(CallbackSecret.ends_at.desc().nulls_first())
    )
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append(row.id)
    return {user_id: found.get(user_id, [user_id])[:_SIGNING_MAX] for user_id in user_ids}


async def replace_secret(transaction: Transaction, user_id: UUID) -> Sequence[CallbackSecret]:
    """Make a new one, the first of the live ones; those before it sign on for `OVERLAP`."""
    session = transaction.session
    await lock_user(transaction, user_id)
    mine = CallbackSecret.user_id == user_id
    await session.execute(delete(CallbackSecret).where(mine, CallbackSecret.ends_at <= func.now()))
    await session.execute(
        update(CallbackSecret)
        .where(mine, CallbackSecret.ends_at.is_(None))
        .values(ends_at=func.now() + OVERLAP)
    )
    session.add(CallbackSecret(user_id=user_id))
    await session.flush()
    return await live_secrets(session, user_id)
