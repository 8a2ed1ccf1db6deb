"""What was said in a room: handing in a clip, and reading what came of the clips."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from malmoi.persistence.database import Transaction
from malmoi.persistence.jobs import NewJob, accept_job, job_of_key
from malmoi.persistence.tables import Job, RoomMessage, Table

_KEY_CONSTRAINT: Final = "uq_jobs_idempotency_key"


class KeyInUse(Exception):
    """The owner's idempotency key was used by a request that ran at the same time."""


def pending_message(job: NewJob, *, position: int) -> RoomMessage:
    """The row that says a clip was handed in; `position` fixes its place in the conversation."""
    assert job.room_id is not None
    return RoomMessage(
        id=job.message_id,
        room_id=job.room_id,
        sender_user_id=job.owner_user_id,
        position=position,
    )


async def require_free_key(transaction: Transaction, new: NewJob) -> None:
    """See that the job's idempotency key stands for nothing yet.

    Raises:
        KeyInUse: it does, by now; roll back and read its job.

    """
    key = new.idempotency_key
    if key and await job_of_key(transaction.session, new.owner_user_id, key) is not None:
        raise KeyInUse


async def accept_new_job(
    transaction: Transaction, new: NewJob, *, now: datetime, along: Sequence[Table] = ()
) -> Job:
    """`accept_job` for a key that may be in use.

    Raises:
        KeyInUse: another request with this key was committed first; roll back and read its job.

    """
    try:
        return await accept_job(transaction, new, now=now, along=along)
    except IntegrityError as error:
        if _KEY_CONSTRAINT in str(error.orig):
            raise KeyInUse from error
        raise


async def find_job(session: AsyncSession, job_id: UUID, *, with_text: bool = True) -> Job | None:
    """The job as it is now; the text of many hours is large, so read it only where it is shown."""
    unread = () if with_text else (defer(Job.result), defer(Job.correction))
    return await session.get(Job, job_id, populate_existing=True, options=unread)
