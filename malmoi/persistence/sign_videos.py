"""Sign messages: accepting a video, and what becomes of it. Rows change under the room's lock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Text, cast, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.events import EventType
from malmoi.contracts.sign import SignRequested
from malmoi.contracts.topics import SIGN_REQUESTS
from malmoi.persistence.database import Transaction
from malmoi.persistence.events import next_place, tell_room, told_at
from malmoi.persistence.many import among
from malmoi.persistence.outbox import enqueue
from malmoi.persistence.rooms import lock_room
from malmoi.persistence.said import SIGN, Said, told_of
from malmoi.persistence.tables import OutboxRow, Room, RoomMessage, SignVideo

OPEN, READY, FAILED = "open", "ready", "failed"
_KEY_CONSTRAINT: Final = "uq_sign_videos_idempotency_key"


class SignKeyInUse(Exception):
    """The owner's idempotency key was used by a request that ran at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignVideo:
    """A video that lies in the object store and is to be shown in a room."""

    message_id: UUID = field(default_factory=uuid4)
    room_id: UUID
    owner_user_id: UUID
    video_key: str
    video_bytes: int
    content_type: str
    trace_id: str
    idempotency_key: str | None = None
    request_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class HeldSign:
    """A sign message whose room this transaction holds."""

    room: Room
    message: RoomMessage
    video: SignVideo

    @property
    def is_open(self) -> bool:
        """Whether it is not known yet what becomes of the video."""
        return self.video.state == OPEN


async def accept_sign(transaction: Transaction, new: NewSignVideo, room: Room) -> None:
    """Write message, video and request, and tell the room, which the caller holds.

    Raises:
        SignKeyInUse: another request with this key was first; roll back and read its video.

    """
    session = transaction.session
    place = await next_place(transaction, new.room_id)
    message = RoomMessage(
        id=new.message_id,
        room_id=new.room_id,
        sender_user_id=new.owner_user_id,
        position=place.seq,
        type=SIGN,
        status="pending",
        created_at=place.now,
    )
    session.add(message)
    await session.flush()
    await session.refresh(message, ["sender_email"])
    video = SignVideo(
        message_id=new.message_id,
        owner_user_id=new.owner_user_id,
        state=OPEN,
        attempt=1,
        video_key=new.video_key,
        video_bytes=new.video_bytes,
        content_type=new.content_type,
        idempotency_key=new.idempotency_key,
        request_sha256=new.request_sha256,
        trace_id=new.trace_id,
        dispatched_at=place.now,
    )
    session.add(video)
    await _flush(session)
    _request(transaction, HeldSign(room, message, video))
    told = told_of(Said(message, message.id, video))
    kind = EventType.MESSAGE_CREATED
    session.add(told_at(transaction, new.room_id, place, kind, told, trace_id=new.trace_id))


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if _KEY_CONSTRAINT in str(error.orig):
            raise SignKeyInUse from error
        raise


async def sign_of_key(session: AsyncSession, owner_user_id: UUID, key: str) -> SignVideo | None:
    """The video that this owner's idempotency key already stands for."""
    found: SignVideo | None = await session.scalar(
        select(SignVideo).where(
            SignVideo.owner_user_id == owner_user_id, SignVideo.idempotency_key == key
        )
    )
    return found


async def signs_of(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, SignVideo]:
    """The videos of those messages that have one and were not deleted."""
    rows = await session.scalars(
        select(SignVideo)
        .join(RoomMessage, RoomMessage.id == SignVideo.message_id)
        .where(among(SignVideo.message_id, message_ids), RoomMessage.deleted_at.is_(None))
    )
    return {each.message_id: each for each in rows}


async def lock_sign(transaction: Transaction, message_id: UUID) -> HeldSign | None:
    """Hold a sign message until the transaction ends; None if there is none."""
    session = transaction.session
    room_id = await session.scalar(
        select(RoomMessage.room_id).where(RoomMessage.id == message_id, RoomMessage.type == SIGN)
    )
    room = None if room_id is None else await lock_room(transaction, room_id)
    if room is None:
        return None
    # Read under the lock: what stood here before it may be old.
    message = await session.get(RoomMessage, message_id, populate_existing=True)
    video = await session.get(SignVideo, message_id, populate_existing=True)
    return None if message is None or video is None else HeldSign(room, message, video)


async def tell_update(transaction: Transaction, held: HeldSign) -> None:
    """Tell the room what the message is now; nobody hears of a deleted one."""
    if held.message.deleted_at is None:
        await tell_room(
            transaction,
            held.message.room_id,
            EventType.MESSAGE_UPDATED,
            told_of(Said(held.message, held.message.id, held.video)),
            trace_id=held.video.trace_id,
        )


async def request_again(transaction: Transaction, held: HeldSign) -> None:
    """Send the request of an open video anew, under the next attempt."""
    held.video.attempt += 1
    held.video.dispatched_at = await transaction.now()
    _request(transaction, held)


async def silent_signs(
    session: AsyncSession, *, older_than: timedelta, limit: int
) -> list[tuple[UUID, int]]:
    """Open videos, with their attempt, whose request reached the broker long ago."""
    waiting = exists().where(
        OutboxRow.topic == SIGN_REQUESTS.name,
        OutboxRow.key == cast(SignVideo.message_id, Text),
        OutboxRow.sent_at.is_(None),
    )
    rows = await session.execute(
        select(SignVideo.message_id, SignVideo.attempt)
        .where(SignVideo.state == OPEN, SignVideo.dispatched_at < func.now() - older_than, ~waiting)
        .order_by(SignVideo.dispatched_at)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


async def open_signs(session: AsyncSession) -> int:
    """How many videos are not playable yet."""
    found = await session.scalar(
        select(func.count()).select_from(SignVideo).where(SignVideo.state == OPEN)
    )
    return found or 0


def _request(transaction: Transaction, held: HeldSign) -> None:
    video = held.video
    request = SignRequested(
        message_id=video.message_id,
        attempt=video.attempt,
        video_key=video.video_key,
        video_bytes=video.video_bytes,
        language=held.room.language,
        accepted_at=held.message.created_at,
    )
    enqueue(transaction, SIGN_REQUESTS, request, trace_id=video.trace_id)
