"""Erasing recordings and texts whose time is over; what is deleted stands in `erasures`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, aliased, defer

from malmoi.contracts.events import EventType, job_stream
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import tell_room
from malmoi.persistence.said import forget_words, holding_both
from malmoi.persistence.tables import (
    CallbackDelivery,
    Erasure,
    EventRow,
    Job,
    RoomMessage,
    Task,
    User,
)


class Kept(StrEnum):
    """What has a time of its own."""

    AUDIO = "audio"
    TEXT = "text"


_OF: Final[dict[Kept, tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]]] = {
    Kept.AUDIO: (Job.audio_expired_at, User.retain_audio_days),
    Kept.TEXT: (Job.text_expired_at, User.retain_text_days),
}


@dataclass(frozen=True, slots=True)
class Due:
    """An ended job, held until the transaction ends, that is too old by a rule."""

    job: Job
    days: int
    rule: str
    """`user` where the owner wanted it sooner than everybody, else `cluster`."""


async def due(
    transaction: Transaction, what: Kept, days: int | None, *, now: datetime, limit: int
) -> list[Due]:
    """The longest ended jobs whose recording or text is to go; others' replicas skip them.

    `days` hold for everybody, None: for ever; an account may have fewer of its own.
    """
    rows = await transaction.session.execute(
        _overdue(what, days, now).limit(limit).with_for_update(of=Job, skip_locked=True)
    )
    return [_due(row, days) for row in rows]


def _overdue(what: Kept, days: int | None, now: datetime) -> Select[Any]:
    expired, own = _OF[what]
    allowed = func.least(cast(literal(days), Integer), own)
    # PostgreSQL's LEAST leaves nulls out; where both are, nothing is ever too old.
    before = literal(now) - func.make_interval(0, 0, 0, allowed)
    chosen = (
        select(Job, own.label("own"))
        .join(User, User.id == Job.owner_user_id)
        .where(Job.finished_at.is_not(None), expired.is_(None), Job.finished_at < before)
        .order_by(Job.finished_at, Job.id)
        # What is erased need not be read: of many hours it is large.
        .options(defer(Job.result), defer(Job.correction))
        .execution_options(populate_existing=True)
    )
    return chosen.where(~(_shared_audio(before) if what is Kept.AUDIO else _untold()))


def _shared_audio(before: ColumnElement[datetime]) -> ColumnElement[bool]:
    """A recording is shared with the jobs that do this one again, and goes with the last one."""
    later = aliased(Job)
    needs_it = or_(later.finished_at.is_(None), later.finished_at >= before)
    of_another = and_(later.audio_key == Job.audio_key, later.id != Job.id, needs_it)
    return select(later.id).where(of_another).exists()


def _untold() -> ColumnElement[bool]:
    """Some receiver is still to hear of the job."""
    of_job = and_(CallbackDelivery.job_id == Job.id, CallbackDelivery.state == "pending")
    return select(CallbackDelivery.id).where(of_job).exists()


def _due(row: Row[Any], days: int | None) -> Due:
    sooner = row.own is not None and (days is None or row.own < days)
    if sooner:
        return Due(row.Job, row.own, "user")
    assert days is not None, "without any rule nothing is due"
    return Due(row.Job, days, "cluster")


def note(transaction: Transaction, what: Kept, erased: Sequence[Due], *, now: datetime) -> None:
    """Mark the jobs and write down what was deleted, and by which rule."""
    for each in erased:
        setattr(each.job, f"{what}_expired_at", now)
        transaction.session.add(
            Erasure(
                job_id=each.job.id,
                owner_user_id=each.job.owner_user_id,
                what=what,
                rule=each.rule,
                days=each.days,
                at=now,
            )
        )


async def forget_text(transaction: Transaction, job: Job, *, now: datetime) -> None:
    """Take what was said out of a held job, its tasks, events and callbacks, and its room."""
    job.result = job.correction = None
    job.options = {**job.options, "prompt": None}
    session = transaction.session
    await session.execute(
        update(Task)
        .where(Task.job_id == job.id, Task.result.is_not(None))
        .values(result=None)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(EventRow)
        .where(EventRow.stream == job_stream(job.id), EventRow.payload.has_key("text"))
        .values(payload=EventRow.payload.op("||")(bindparam("blank", {"text": None}, JSONB)))
        .execution_options(synchronize_session=False)
    )
    await session.execute(delete(CallbackDelivery).where(CallbackDelivery.job_id == job.id))
    await _forget_message(transaction, job, now=now)


async def _forget_message(transaction: Transaction, job: Job, *, now: datetime) -> None:
    """As if its sender had deleted it."""
    message: RoomMessage | None = await transaction.session.scalar(
        holding_both(
            select(RoomMessage).where(
                RoomMessage.id == job.message_id, RoomMessage.deleted_at.is_(None)
            )
        )
    )
    if message is None:
        return
    message.deleted_at = now
    message.content_text = message.original_text = None
    await forget_words(transaction, message)
    told = {
        "message_id": str(message.id),
        "room_id": str(message.room_id),
        "position": message.position,
    }
    await tell_room(transaction, message.room_id, EventType.MESSAGE_DELETED, told)
