"""A recording is handed in: stored, then promised, in this order (ARCHITECTURE section 4.1)."""

import hashlib
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from api_gateway.errors import NotSpeaker
from api_gateway.usecases.examine_recording import Recording
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.events import EventType
from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.model import instant
from malmoi.contracts.problems import IdempotencyKeyReused
from malmoi.object_store.keys import audio_key
from malmoi.object_store.store import ObjectStore, StoreUnavailable
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.baton import current_hold
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.events import next_place, told_at
from malmoi.persistence.jobs import NewJob, job_of_key
from malmoi.persistence.room_messages import (
    KeyInUse,
    accept_new_job,
    pending_message,
    require_free_key,
)
from malmoi.persistence.rooms import lock_room
from malmoi.persistence.tables import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Who wants what recognised, and how. `grant` counts for room clips only."""

    owner_user_id: UUID
    lane: Lane
    options: DecodeOptions
    engine: Engine = Engine.WHISPER
    room_id: UUID | None = None
    grant: int | None = None
    idempotency_key: str | None = None


class Intake:
    """Accepts recordings; what was accepted is answered, whatever happens to the client."""

    def __init__(self, database: Database, store: ObjectStore) -> None:
        self._database = database
        self._store = store

    async def take(self, submission: Submission, recording: Recording) -> Job:
        """The job that the recording has become, or became when its key was used before.

        The baton is judged once, here and now that the body is complete: storing the recording
        takes its time, and must not cost the speaker the turn.

        Raises:
            NotSpeaker: it is a room's clip, and the sender has no valid grant.
            IdempotencyKeyReused: the key stands for another recording.
            StoreUnavailable: nothing was accepted.

        """
        fingerprint = _fingerprint(submission, recording)
        known = await self._known(submission, fingerprint)
        if known is not None:
            return known
        new = self._new_job(submission, recording, fingerprint)
        if submission.room_id is not None:
            new = replace(new, message_id=uuid4(), baton_grant=await self._judge(submission))
        await self._store.put(
            new.audio_key,
            recording.content,
            length=recording.length,
            content_type=recording.content_type,
        )
        try:
            return await self._accept(new)
        except KeyInUse:
            await self._discard(new.audio_key)
            twin = await self._known(submission, fingerprint)
            assert twin is not None
            return twin

    def _new_job(self, submission: Submission, recording: Recording, fingerprint: str) -> NewJob:
        job_id = uuid4()
        return NewJob(
            id=job_id,
            owner_user_id=submission.owner_user_id,
            engine=submission.engine,
            lane=submission.lane,
            options=submission.options,
            audio_key=audio_key(job_id),
            audio_bytes=recording.length,
            trace_id=current_trace_id(),
            room_id=submission.room_id,
            idempotency_key=submission.idempotency_key,
            request_sha256=fingerprint,
            file_name=recording.name,
        )

    async def _known(self, submission: Submission, fingerprint: str) -> Job | None:
        if submission.idempotency_key is None:
            return None
        async with self._database.reading() as session:
            job = await job_of_key(session, submission.owner_user_id, submission.idempotency_key)
        if job is not None and job.request_sha256 != fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key stands for another request")
        return job

    async def _judge(self, submission: Submission) -> int:
        assert submission.room_id is not None
        async with self._database.reading() as session:
            hold = await current_hold(session, submission.room_id)
        if hold is None or hold.user_id != submission.owner_user_id:
            raise NotSpeaker("only the speaker may send clips; acquire the baton first")
        if submission.grant not in {None, hold.grant}:
            raise NotSpeaker("the grant of this clip is over; acquire the baton again")
        return hold.grant

    async def _accept(self, new: NewJob) -> Job:
        async with self._database.transaction() as transaction:
            if new.room_id is None:
                return await accept_new_job(transaction, new, now=await transaction.now())
            await _require_free_key(transaction, new.room_id, new)
            place = await next_place(transaction, new.room_id)
            told = {
                "message_id": str(new.message_id),
                "room_id": str(new.room_id),
                "sender_user_id": str(new.owner_user_id),
                "job_id": str(new.id),
                "type": "stt",
                "status": "pending",
                "created_at": instant(place.now),
            }
            kind = EventType.MESSAGE_PENDING
            event = told_at(transaction, new.room_id, place, kind, told, trace_id=new.trace_id)
            message = pending_message(new, position=place.seq)
            return await accept_new_job(transaction, new, now=place.now, along=(event, message))

    async def _discard(self, key: str) -> None:
        try:
            await self._store.delete(key)
        except StoreUnavailable:
            return  # the hourly sweep finds it


async def _require_free_key(transaction: Transaction, room_id: UUID, new: NewJob) -> None:
    """Ask again under the room's lock.

    An INSERT that meets the twin's key waits for whoever is ending the twin's job, and they wait
    for the room.
    """
    if new.idempotency_key is not None:
        await lock_room(transaction, room_id)
        await require_free_key(transaction, new)


def _fingerprint(submission: Submission, recording: Recording) -> str:
    # Not the grant: a retry may come under a later one, and still is the same clip.
    asked = (
        recording.sha256,
        str(submission.room_id),
        submission.lane,
        submission.options.model_dump_json(),
    )
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()
