"""A recording is handed in: promised once it is stored (ARCHITECTURE section 4.1).

A short one is on its way into the store while its rows are written; the commit waits for it.
"""

import hashlib
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from api_gateway.errors import NotSpeaker, QuotaExceeded, WrongState
from api_gateway.usecases.mind_quotas import Quotas
from api_gateway.usecases.sources import Placed, Source
from api_gateway.usecases.storing import StoreSlow, Storing
from malmoi.contracts.callbacks import CallbackWish
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.events import EventType
from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.model import instant
from malmoi.contracts.problems import IdempotencyKeyReused
from malmoi.live.clips import ClipHandover
from malmoi.object_store.keys import audio_key
from malmoi.object_store.store import ObjectStore
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
    callback: CallbackWish | None = None


class Intake:
    """Accepts recordings; what was accepted is answered, whatever happens to the client."""

    def __init__(
        self, database: Database, store: ObjectStore, quotas: Quotas, clips: ClipHandover
    ) -> None:
        self._database = database
        self._clips = clips
        self._quotas = quotas
        self._store = store

    async def take(self, submission: Submission, source: Source) -> Job:
        """The job that the recording has become, or became when its key was used before.

        The baton is judged once, here and now that the body is complete: storing the recording
        takes its time, and must not cost the speaker the turn.

        Raises:
            NotSpeaker: it is a room's clip, and the sender has no valid grant.
            IdempotencyKeyReused: the key stands for another recording.
            QuotaExceeded: the sender has too much open, or has sent too much today.
            AppError: the source has its own reasons.
            StoreUnavailable: nothing was accepted.

        """
        fingerprint = _fingerprint(submission, source)
        known = await self._known(submission, fingerprint)
        if known is not None:
            return known
        try:
            return await self._take_new(submission, source, fingerprint)
        except (KeyInUse, WrongState, QuotaExceeded):
            # The same request, sent twice at once: the other one was first.
            twin = await self._known(submission, fingerprint)
            if twin is None:
                raise
            return twin

    async def _take_new(self, submission: Submission, source: Source, fingerprint: str) -> Job:
        job_id = uuid4()
        storing = Storing(source, audio_key(job_id), self._clips)
        try:
            storing.begin_if_short()
            grant = await self._judge(submission)
            placed = await storing.placed()
            new = self._new_job(submission, job_id, placed, fingerprint)
            if grant is not None:
                new = replace(new, message_id=uuid4(), baton_grant=grant)
            return await self._accept(new, source, storing)
        except (NotSpeaker, KeyInUse, QuotaExceeded):
            await storing.discard(self._store)
            raise
        finally:
            await storing.end()

    def _new_job(
        self, submission: Submission, job_id: UUID, placed: Placed, fingerprint: str
    ) -> NewJob:
        return NewJob(
            id=job_id,
            owner_user_id=submission.owner_user_id,
            engine=submission.engine,
            lane=submission.lane,
            options=submission.options,
            audio_key=placed.key,
            audio_bytes=placed.length,
            trace_id=current_trace_id(),
            room_id=submission.room_id,
            idempotency_key=submission.idempotency_key,
            request_sha256=fingerprint,
            file_name=placed.name,
            callback=submission.callback,
        )

    async def _known(self, submission: Submission, fingerprint: str) -> Job | None:
        if submission.idempotency_key is None:
            return None
        async with self._database.reading() as session:
            job = await job_of_key(session, submission.owner_user_id, submission.idempotency_key)
        if job is not None and job.request_sha256 != fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key stands for another request")
        return job

    async def _judge(self, submission: Submission) -> int | None:
        """The grant under which a room's clip was spoken; None for what belongs to no room."""
        if submission.room_id is None:
            return None
        async with self._database.reading() as session:
            hold = await current_hold(session, submission.room_id)
        if hold is None or hold.user_id != submission.owner_user_id:
            raise NotSpeaker("only the speaker may send clips; acquire the baton first")
        if submission.grant not in {None, hold.grant}:
            raise NotSpeaker("the grant of this clip is over; acquire the baton again")
        return hold.grant

    async def _accept(self, new: NewJob, source: Source, storing: Storing) -> Job:
        """Promise the job; only a store that is at work may keep the locks waiting."""
        try:
            return await self._promise(new, source, storing)
        except StoreSlow:
            await storing.stored()
            return await self._promise(new, source, storing)

    async def _promise(self, new: NewJob, source: Source, storing: Storing) -> Job:
        async with self._database.transaction() as transaction:
            await source.claim(transaction, new.id)
            job = await self._write(transaction, new)
            await storing.soon()
            return job

    async def _write(self, transaction: Transaction, new: NewJob) -> Job:
        if new.room_id is None:
            turns = await self._quotas.take(transaction, new.owner_user_id, new.audio_bytes)
            new = replace(new, takes_turns=turns)
            return await accept_new_job(transaction, new, now=await transaction.now())
        place = await next_place(transaction, new.room_id)
        # Asked again under the room's lock: an INSERT that meets the twin's key waits for
        # whoever is ending the twin's job, and they wait for the room.
        await require_free_key(transaction, new)
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


def _fingerprint(submission: Submission, source: Source) -> str:
    # Not the grant: a retry may come under a later one, and still is the same clip.
    asked = (
        source.sha256,
        str(submission.room_id),
        submission.engine,
        submission.lane,
        submission.options.model_dump_json(),
        *_wished(submission.callback),
    )
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()


def _wished(callback: CallbackWish | None) -> list[str]:
    return [] if callback is None else [callback.url, *sorted(callback.events)]
