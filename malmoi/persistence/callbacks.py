"""Callbacks: written with the event they tell, read by their owners, swept when they are old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.callbacks import (
    TYPES,
    CallbackWish,
    DeliveryState,
    callback_body,
)
from malmoi.contracts.events import Event
from malmoi.contracts.jobs import JobState
from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import Callback, CallbackDelivery, Job

_SHOWN_MAX = 1000


def receiver_of(job_id: UUID, owner_user_id: UUID, wish: CallbackWish) -> Callback:
    """The row, for the caller to insert with the job's."""
    return Callback(job_id=job_id, owner_user_id=owner_user_id, url=wish.url, host=wish.host)


def delivery_of(job: Job, event: Event) -> CallbackDelivery | None:
    """The row, for the caller to insert with the event's; None unless the receiver asked for it."""
    wanted = job.callback_events or ()
    if not any(each in wanted and TYPES[each] == event.type for each in TYPES):
        return None
    body = callback_body(job.id, JobState(job.state), event, duration_s=job.audio_s)
    return CallbackDelivery(
        id=uuid4(),
        job_id=job.id,
        seq=event.seq,
        type=event.type,
        body=body.model_dump_json(exclude_none=True),
        state=DeliveryState.PENDING,
        created_at=event.ts,
        due_at=event.ts,
        begun_at=event.ts,
        tries=0,
        attempts=[],
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What a job's receiver was told, or is to be."""

    callback: Callback
    events: Sequence[str]
    deliveries: Sequence[CallbackDelivery]
    """In order; the latest ones if there are very many."""


async def told_of(session: AsyncSession, job_id: UUID) -> Told | None:
    """Everything about a job's callbacks; None when nobody wants any."""
    rows = await session.execute(
        select(Callback, Job.callback_events)
        .join(Job, Job.id == Callback.job_id)
        .where(Callback.job_id == job_id)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    latest = await session.scalars(
        select(CallbackDelivery)
        .where(CallbackDelivery.job_id == job_id)
        .order_by(CallbackDelivery.seq.desc())
        .limit(_SHOWN_MAX)
    )
    return Told(row[0], row[1] or [], latest.all()[::-1])


async def wish_of(session: AsyncSession, job: Job) -> CallbackWish | None:
    """What the sender of a job wished to be told."""
    if job.callback_events is None:
        return None
    callback = await session.get_one(Callback, job.id)
    events = [each for each in TYPES if each in job.callback_events]
    return CallbackWish(callback.url, callback.host, events)


async def replay(
    transaction: Transaction, job_id: UUID, delivery_id: UUID
) -> CallbackDelivery | None:
    """Have an event delivered again, now; one that is waiting for its next attempt waits no more.

    A receiver that wanted no more is asked again: somebody says that it does now.
    """
    callback = await transaction.session.scalar(
        select(Callback).where(Callback.job_id == job_id).with_for_update(key_share=True)
    )
    delivery = await transaction.session.get(CallbackDelivery, delivery_id)
    if callback is None or delivery is None or delivery.job_id != job_id:
        return None
    now = await transaction.now()
    callback.refused_at = None
    delivery.state = DeliveryState.PENDING
    delivery.due_at = delivery.begun_at = now
    delivery.tries = 0
    delivery.ended_at = None
    transaction.wrote_callback = True
    return delivery


async def delete_old_deliveries(session: AsyncSession, *, older_than: timedelta) -> int:
    """Forget deliveries that ended long ago; returns how many."""
    gone = await session.execute(
        delete(CallbackDelivery)
        .where(CallbackDelivery.ended_at < func.now() - older_than)
        .returning(CallbackDelivery.id)
    )
    return len(gone.all())


async def pending_deliveries(session: AsyncSession) -> tuple[int, float]:
    """How many events are not delivered yet, and the age of the oldest in seconds."""
    oldest = func.extract("epoch", func.now() - func.min(CallbackDelivery.created_at))
    rows = await session.execute(
        select(func.count(), func.coalesce(oldest, 0)).where(
            CallbackDelivery.state == DeliveryState.PENDING
        )
    )
    count, oldest_s = rows.one()
    return int(count), float(oldest_s)
