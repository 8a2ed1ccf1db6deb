"""Accounts."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_, select
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


def token_counts(issued_at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """A token of this instant still speaks for the user: no operator has ended it since."""
    return or_(User.tokens_valid_from.is_(None), User.tokens_valid_from <= issued_at)


async def ended_sessions(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Since when the tokens of these users count, where not all of them do."""
    rows = await session.execute(
        select(User.id, User.tokens_valid_from).where(
            User.id.in_(user_ids), User.tokens_valid_from.is_not(None)
        )
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}
