"""Who may use the console, and what operators do to accounts."""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import User

ADMIN: Final = "admin"
USER: Final = "user"
Role = Literal["user", "admin"]


async def set_role(transaction: Transaction, user_id: UUID, role: Role) -> bool:
    """Give the account a role; False when there is no such account."""
    changed = await transaction.session.execute(
        update(User)
        .where(User.id == user_id)
        .values(role=role)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    )
    return changed.one_or_none() is not None


async def lock_user(transaction: Transaction, user_id: UUID) -> None:
    """Let nobody else count what the account has until the transaction ends."""
    await transaction.session.execute(select(User.id).where(User.id == user_id).with_for_update())


async def lock_admins(transaction: Transaction) -> set[UUID]:
    """All admins; they stay it until the transaction ends."""
    rows = await transaction.session.scalars(
        select(User.id).where(User.role == ADMIN).order_by(User.id).with_for_update()
    )
    return set(rows)


async def admins(session: AsyncSession) -> Sequence[User]:
    """All of them, by address."""
    return (
        await session.scalars(select(User).where(User.role == ADMIN).order_by(User.email))
    ).all()


async def end_sessions(
    transaction: Transaction, user_id: UUID, *, password_hash: str | None = None
) -> bool:
    """No token of the account counts from now on, nor the old password where a new hash is given.

    Returns False when there is no such account.
    """
    values = {"tokens_valid_from": func.now()}
    changed = await transaction.session.execute(
        update(User)
        .where(User.id == user_id)
        .values(**values, **({} if password_hash is None else {"password_hash": password_hash}))
        .returning(User.id)
        .execution_options(synchronize_session=False)
    )
    return changed.one_or_none() is not None
