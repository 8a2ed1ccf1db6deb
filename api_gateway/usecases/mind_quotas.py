"""How much one account may hand in; judged where it cannot be overtaken, and foreseen before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from api_gateway.errors import QuotaExceeded
from malmoi.contracts.problems import NotFound
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.quotas import Quota, Use, count_in, hold_user, left_of_day, use_of
from malmoi.persistence.tables import User
from malmoi.persistence.users import user_of_id

_JOBS_END_WITHIN_S = 30
"""When to look again whether an open one has ended; nobody can know."""
_AT_ONCE: Final = 4
"""So many open recordings of one account go to Kafka the quickest way; nobody can overtake them
there, so further ones wait for their turn in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What holds for an account, and what it has used of it."""

    user: User
    quota: Quota
    use: Use


@dataclass(frozen=True, slots=True)
class Quotas:
    """`everybody` is what an account may do unless an operator says otherwise."""

    database: Database
    everybody: Quota

    async def foresee(self, user: User) -> None:
        """Refuse before the body is read what would be refused after it; this is no promise.

        Raises:
            QuotaExceeded: nothing more may be handed in now.

        """
        async with self.database.reading() as session:
            use = await use_of(session, user.id)
        _require(self.everybody.of(user), use, audio_bytes=1, now=datetime.now(UTC))

    async def take(self, transaction: Transaction, user_id: UUID, audio_bytes: int) -> bool:
        """Let a recording of the account count; others of it wait until the transaction ends.

        Returns whether it is to take turns with those of other accounts.

        Raises:
            QuotaExceeded: it would be one too many, or too much for today.

        """
        user = await hold_user(transaction, user_id)
        use = await use_of(transaction.session, user_id)
        now = await transaction.now()
        _require(self.everybody.of(user), use, audio_bytes=audio_bytes, now=now)
        await count_in(transaction, user_id, audio_bytes)
        return _has_much_open(use)

    async def foresee_bytes(
        self, transaction: Transaction, user_id: UUID, audio_bytes: int
    ) -> None:
        """Refuse bytes before they lie in the bucket; this is no promise.

        Raises:
            QuotaExceeded: so much could not be handed in today.

        """
        user = await transaction.session.get_one(User, user_id)
        use = await use_of(transaction.session, user_id)
        now = await transaction.now()
        _require_bytes(self.everybody.of(user), use, audio_bytes=audio_bytes, now=now)

    async def show(self, user_id: UUID) -> Allowance:
        """What holds for an account; raises NotFound when there is none."""
        async with self.database.reading() as session:
            user = await user_of_id(session, user_id)
            if user is None:
                raise NotFound("there is no such account")
            use = await use_of(session, user_id)
        return Allowance(user, self.everybody.of(user), use)

    async def allow(self, user_id: UUID, own: Mapping[str, int | None]) -> Allowance:
        """Set what the account may do, by the names of its columns; None: as everybody."""
        async with self.database.transaction() as transaction:
            user = await transaction.session.get(User, user_id)
            if user is None:
                raise NotFound("there is no such account")
            for name, value in own.items():
                setattr(user, name, value)
        return await self.show(user_id)


async def takes_turns(transaction: Transaction, user_id: UUID) -> bool:
    """Whether another recording of the account is to take turns with those of others."""
    return _has_much_open(await use_of(transaction.session, user_id))


def _has_much_open(use: Use) -> bool:
    return use.open_jobs >= _AT_ONCE


def _require(quota: Quota, use: Use, *, audio_bytes: int, now: datetime) -> None:
    if use.open_jobs >= quota.open_jobs:
        raise QuotaExceeded(
            f"{use.open_jobs} recordings of yours wait or are being recognised, and no more may at "
            "once; wait for one to end, or cancel one",
            retry_after_s=_JOBS_END_WITHIN_S,
        )
    _require_bytes(quota, use, audio_bytes=audio_bytes, now=now)


def _require_bytes(quota: Quota, use: Use, *, audio_bytes: int, now: datetime) -> None:
    if use.audio_bytes_today + audio_bytes > quota.audio_bytes_per_day:
        raise QuotaExceeded(
            f"{use.audio_bytes_today} of {quota.audio_bytes_per_day} bytes a day are used; the "
            "next day begins at 00:00 UTC",
            retry_after_s=int(left_of_day(now).total_seconds()) + 1,
        )
