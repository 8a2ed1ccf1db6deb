"""Accounts."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import User


async def add_user(transaction: Transaction, *, email: str, password_hash: str) -> User | None:
    """Create an account; None when the address has one already, also under a race."""
    added: User | None = await transaction.session.scalar(
        insert(User)
        .values(id=uuid4(), email=email, password_hash=password_hash)
        .on_conflict_do_nothing(index_elements=[User.email])
        .returning(User)
    )
    return added


async def user_of_email(session: AsyncSession, email: str) -> User | None:
    """The account of an address in lower case."""
    found: User | None = await session.scalar(select(User).where(User.email == email))
    return found


async def user_of_id(session: AsyncSession, user_id: UUID) -> User | None:
    """The account, unless it was deleted."""
    return await session.get(User, user_id)
