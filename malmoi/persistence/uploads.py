"""Uploads whose bytes go to the object store without us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.database import Transaction
from malmoi.persistence.many import among
from malmoi.persistence.tables import DirectUpload

_LOCK_JOINING = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:upload_id, 0))")


def _owned(upload_id: UUID, owner_user_id: UUID) -> ColumnElement[bool]:
    return and_(
        DirectUpload.id == upload_id,
        DirectUpload.owner_user_id == owner_user_id,
        DirectUpload.expires_at > func.now(),
    )


async def begin_upload(transaction: Transaction, upload: DirectUpload, life: timedelta) -> None:
    """Insert the row; it lives from now on, by PostgreSQL's clock."""
    upload.expires_at = func.now() + life
    transaction.session.add(upload)
    await transaction.session.flush()
    await transaction.session.refresh(upload)


@dataclass(frozen=True, slots=True)
class Announced:
    """Uploads of an account that have become nothing yet."""

    count: int
    size_bytes: int


async def announced_by(session: AsyncSession, owner_user_id: UUID) -> Announced:
    """What the owner has begun, whether it has arrived or not."""
    asked = select(func.count(), func.coalesce(func.sum(DirectUpload.size_bytes), 0))
    row = (
        await session.execute(
            asked.where(
                DirectUpload.owner_user_id == owner_user_id,
                DirectUpload.job_id.is_(None),
                DirectUpload.expires_at > func.now(),
            )
        )
    ).one()
    return Announced(count=row[0], size_bytes=int(row[1]))


async def upload_of(
    session: AsyncSession, upload_id: UUID, owner_user_id: UUID
) -> DirectUpload | None:
    """The owner's upload, unless its time is over."""
    found: DirectUpload | None = await session.scalar(
        select(DirectUpload).where(_owned(upload_id, owner_user_id))
    )
    return found


async def lock_upload(
    transaction: Transaction, upload_id: UUID, owner_user_id: UUID
) -> DirectUpload | None:
    """The same, held until the transaction ends."""
    found: DirectUpload | None = await transaction.session.scalar(
        select(DirectUpload).where(_owned(upload_id, owner_user_id)).with_for_update()
    )
    return found


async def lock_joining(transaction: Transaction, upload_id: UUID) -> bool:
    """Be the only one who has the store put its parts together, until the transaction ends.

    Asked twice at a time, a store may make an object of the parts that are left. False when
    somebody else does it now.
    """
    taken: bool = await transaction.session.scalar(_LOCK_JOINING, {"upload_id": str(upload_id)})
    return taken


async def prolong_upload(
    transaction: Transaction, upload_id: UUID, owner_user_id: UUID, life: timedelta
) -> None:
    """Whoever goes on with an upload has the whole time again."""
    await transaction.session.execute(
        update(DirectUpload)
        .where(_owned(upload_id, owner_user_id), DirectUpload.completed_at.is_(None))
        .values(expires_at=func.now() + life)
        .execution_options(synchronize_session=False)
    )


async def note_completed(transaction: Transaction, upload_id: UUID, life: timedelta) -> bool:
    """Remember that its object is whole; False when it was aborted meanwhile."""
    done = await transaction.session.execute(
        update(DirectUpload)
        .where(DirectUpload.id == upload_id)
        .values(
            completed_at=func.coalesce(DirectUpload.completed_at, func.now()),
            expires_at=func.now() + life,
        )
        .returning(DirectUpload.id)
    )
    return done.one_or_none() is not None


async def forget_expired(transaction: Transaction) -> Sequence[DirectUpload]:
    """Delete the rows whose time is over; returns those that became no job's recording."""
    gone = await transaction.session.scalars(
        delete(DirectUpload).where(DirectUpload.expires_at <= func.now()).returning(DirectUpload)
    )
    return [each for each in gone if each.job_id is None]


async def known_uploads(session: AsyncSession, upload_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids that an upload has."""
    return set(
        await session.scalars(select(DirectUpload.id).where(among(DirectUpload.id, upload_ids)))
    )
