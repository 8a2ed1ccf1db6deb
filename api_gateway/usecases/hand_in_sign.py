"""A sign video is handed in: stored, then promised, in this order (ARCHITECTURE section 4.1)."""

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

from api_gateway.usecases.examine_recording import Recording
from malmoi.contracts.problems import IdempotencyKeyReused, NotFound
from malmoi.object_store.keys import sign_source_key
from malmoi.object_store.store import ObjectStore, StoreUnavailable
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.database import Database
from malmoi.persistence.rooms import lock_room
from malmoi.persistence.sign_videos import NewSignVideo, SignKeyInUse, accept_sign, sign_of_key


@dataclass(frozen=True, slots=True)
class SignIntake:
    """Accepts sign videos; what was accepted becomes playable or fails with a reason."""

    database: Database
    store: ObjectStore

    async def take(
        self, room_id: UUID, user_id: UUID, video: Recording, *, idempotency_key: str | None
    ) -> UUID:
        """The message that the video has become, or became when its key was used before.

        Raises:
            IdempotencyKeyReused: the key stands for another video, or for another room.
            StoreUnavailable: nothing was accepted.

        """
        fingerprint = hashlib.sha256(f"{video.sha256}\n{room_id}".encode()).hexdigest()
        known = await self._known(user_id, idempotency_key, fingerprint)
        if known is not None:
            return known
        new = _new(room_id, user_id, video, key=idempotency_key, fingerprint=fingerprint)
        await self.store.put(
            new.video_key, video.content, length=video.length, content_type=video.content_type
        )
        try:
            await self._accept(new)
        except SignKeyInUse:
            await self._discard(new.video_key)
            twin = await self._known(user_id, idempotency_key, fingerprint)
            assert twin is not None
            return twin
        return new.message_id

    async def _known(self, user_id: UUID, key: str | None, fingerprint: str) -> UUID | None:
        if key is None:
            return None
        async with self.database.reading() as session:
            video = await sign_of_key(session, user_id, key)
        if video is None:
            return None
        if video.request_sha256 != fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key stands for another video")
        return video.message_id

    async def _accept(self, new: NewSignVideo) -> None:
        async with self.database.transaction() as transaction:
            room = await lock_room(transaction, new.room_id)
            if room is None:
                raise NotFound("there is no such room")
            await accept_sign(transaction, new, room)

    async def _discard(self, key: str) -> None:
        try:
            await self.store.delete(key)
        except StoreUnavailable:
            return  # the hourly sweep finds it


def _new(
    room_id: UUID, user_id: UUID, video: Recording, *, key: str | None, fingerprint: str
) -> NewSignVideo:
    message_id = uuid4()
    return NewSignVideo(
        message_id=message_id,
        room_id=room_id,
        owner_user_id=user_id,
        video_key=sign_source_key(message_id),
        video_bytes=video.length,
        content_type=video.content_type,
        trace_id=current_trace_id(),
        idempotency_key=key,
        request_sha256=fingerprint,
    )
