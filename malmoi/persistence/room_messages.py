"""What was said in a room: handing in a clip, and reading what came of the clips."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.database import Transaction
from malmoi.persistence.jobs import NewJob, accept_job, job_of_key
from malmoi.persistence.tables import Job, RoomMessage

_KEY_CONSTRAINT: Final = "uq_jobs_idempotency_key"


class KeyInUse(Exception):
    """The owner's idempotency key was used by a request that ran at the same time."""


def add_pending_message(transaction: Transaction, *, job: NewJob, position: int) -> None:
    """Note that a clip was handed in; `position` fixes its place in the conversation."""
    assert job.room_id is not None
    message = RoomMessage(
        id=job.message_id,
        room_id=job.room_id,
        sender_user_id=job.owner_user_id,
        position=position,
    )
    transaction.session.add(message)


async def require_free_key(transaction: Transaction, new: NewJob) -> None:
    """See that the job's idempotency key stands for nothing yet.

    Raises:
        KeyInUse: it does, by now; roll back and read its job.

    """
    key = new.idempotency_key
    if key and await job_of_key(transaction.session, new.owner_user_id, key) is not None:
        raise KeyInUse


async def accept_new_job(transaction: Transaction, new: NewJob, *, now: datetime) -> Job:
    """`accept_job` for a key that may be in use.

    Raises:
        KeyInUse: another request with this key was committed first; roll back and read its job.

    """
    try:
        return await accept_job(transaction, new, now=now)
    except IntegrityError as error:
        if _KEY_CONSTRAINT in str(error.orig):
            raise KeyInUse from error
        raise


async def messages_page(
    session: AsyncSession,
    room_id: UUID,
    *,
    after: int | None,
    before: int | None,
    limit: int,
) -> Sequence[RoomMessage]:
    """Final messages in the order of speaking; without `after`, the newest of the range."""
    page = select(RoomMessage).where(RoomMessage.room_id == room_id, RoomMessage.status == "final")
    if before is not None:
        page = page.where(RoomMessage.position < before)
    if after is not None:
        rows = await session.scalars(
            page.where(RoomMessage.position > after).order_by(RoomMessage.position).limit(limit)
        )
        return rows.all()
    rows = await session.scalars(page.order_by(RoomMessage.position.desc()).limit(limit))
    return rows.all()[::-1]


async def find_job(session: AsyncSession, job_id: UUID) -> Job | None:
    """The job as it is now."""
    return await session.get(Job, job_id, populate_existing=True)
