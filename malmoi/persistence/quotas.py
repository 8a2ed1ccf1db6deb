"""What an account may have handed in, judged in the transaction that accepts the next recording."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.jobs import JobState
from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import DailyUse, Job, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one account may do. Rooms know no quotas."""

    hand_in_per_minute: int
    open_jobs: int
    audio_bytes_per_day: int

    def of(self, user: User) -> Self:
        """The same, as an operator has changed it for this account."""
        return type(self)(
            hand_in_per_minute=user.hand_in_per_minute or self.hand_in_per_minute,
            open_jobs=user.open_jobs or self.open_jobs,
            audio_bytes_per_day=user.audio_bytes_per_day or self.audio_bytes_per_day,
        )


@dataclass(frozen=True, slots=True)
class Use:
    """What an account has open, and has handed in today (UTC)."""

    open_jobs: int
    audio_bytes_today: int


async def hold_user(transaction: Transaction, user_id: UUID) -> User:
    """Let nobody else accept a recording of this account until the transaction ends.

    Rooms do not wait: what refers to the account may be inserted meanwhile.
    """
    return await transaction.session.get_one(
        User, user_id, with_for_update={"key_share": True}, populate_existing=True
    )


async def use_of(session: AsyncSession, user_id: UUID) -> Use:
    """What counts against the quota."""
    open_jobs = (
        select(func.count())
        .select_from(Job)
        .where(
            Job.owner_user_id == user_id,
            Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
            Job.room_id.is_(None),
        )
        .scalar_subquery()
    )
    today = (
        select(DailyUse.audio_bytes)
        .where(DailyUse.user_id == user_id, DailyUse.day == _utc_day())
        .scalar_subquery()
    )
    row = (await session.execute(select(open_jobs, func.coalesce(today, 0)))).one()
    return Use(row[0], row[1])


async def count_in(transaction: Transaction, user_id: UUID, audio_bytes: int) -> None:
    """Note that the account has handed in so much."""
    new = insert(DailyUse).values(user_id=user_id, day=_utc_day(), jobs=1, audio_bytes=audio_bytes)
    again = new.on_conflict_do_update(
        index_elements=[DailyUse.user_id, DailyUse.day],
        set_={
            "jobs": DailyUse.jobs + 1,
            "audio_bytes": DailyUse.audio_bytes + new.excluded.audio_bytes,
        },
    )
    await transaction.session.execute(again)


async def forget_uses(transaction: Transaction, *, older_than: timedelta) -> None:
    """Delete what no quota counts any more."""
    await transaction.session.execute(
        delete(DailyUse).where(DailyUse.day < _utc_day() - older_than.days)
    )


def _utc_day() -> ColumnElement[date]:
    return cast(func.timezone("utc", func.now()), Date)


def left_of_day(now: datetime) -> timedelta:
    """How long the day (UTC) lasts still."""
    now = now.astimezone(UTC)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return tomorrow - now
