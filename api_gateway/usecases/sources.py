"""Where a recording comes from: a body, an upload that went past us, a URL, a key of the bucket."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from uuid import UUID

from api_gateway.errors import (
    AudioEmpty,
    ObjectRefused,
    RecordingTooLarge,
    UploadIncomplete,
    WrongState,
)
from api_gateway.usecases.examine_recording import Recording, legible_name
from malmoi.contracts.problems import NotFound, Unavailable
from malmoi.object_store.keys import own_prefix, upload_key
from malmoi.object_store.multipart import Multipart
from malmoi.object_store.store import ObjectMissing, ObjectStore, Stat
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.tables import DirectUpload
from malmoi.persistence.uploads import lock_upload, upload_of
from malmoi.web.destinations import AnswerTooLarge, OutboundError
from malmoi.web.outbound import Answer, Bounds, Outbound

_OK = 200
_SHORT_BYTES = 1024 * 1024
_FETCHED_AT_ONCE = 8
"""Each holds a part or two in memory."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A recording that lies in the object store."""

    key: str
    length: int
    name: str | None
    """As its sender calls it."""


@dataclass(frozen=True, slots=True)
class Short:
    """All of a recording."""

    content: bytes
    name: str | None
    """As its sender calls it."""


class Source(Protocol):
    """A recording that somebody hands in."""

    @property
    def sha256(self) -> str:
        """What an idempotency key stands for: the same for the same recording."""

    @property
    def short(self) -> Short | None:
        """All of it, where that is little and at hand."""

    async def place(self, key: str) -> Placed:
        """Have it in the object store, under `key` unless it lies there already."""

    async def claim(self, transaction: Transaction, job_id: UUID) -> None:
        """Note in the transaction that accepts the job that it is the job's now."""


class Elsewhere:
    """What is still to be looked at."""

    @property
    def short(self) -> Short | None:
        """Nothing is at hand."""
        return None


class Unclaimed:
    """What nobody else could claim."""

    async def claim(self, transaction: Transaction, job_id: UUID) -> None:
        """Nothing is to be noted."""


@dataclass(frozen=True)
class FromBody(Unclaimed):
    """A complete body of a request."""

    recording: Recording
    store: ObjectStore

    @property
    def sha256(self) -> str:
        return self.recording.sha256

    @cached_property
    def short(self) -> Short | None:
        it = self.recording
        if it.length > _SHORT_BYTES:
            return None
        content = it.content.read()
        it.content.seek(0)
        return Short(content, it.name)

    async def place(self, key: str) -> Placed:
        """Store it; raises StoreUnavailable."""
        it = self.recording
        await self.store.put(key, it.content, length=it.length, content_type=it.content_type)
        return Placed(key, it.length, it.name)


@dataclass(frozen=True, slots=True)
class FromUpload(Elsewhere):
    """A completed upload, whose object stays where it is."""

    upload_id: UUID
    owner_user_id: UUID
    database: Database

    @property
    def sha256(self) -> str:
        return _digest("upload", str(self.upload_id))

    async def place(self, key: str) -> Placed:  # noqa: ARG002 - it lies there already
        """Look at it.

        Raises:
            NotFound, UploadIncomplete, WrongState: it cannot become a job's recording.

        """
        async with self.database.reading() as session:
            upload = self._usable(await upload_of(session, self.upload_id, self.owner_user_id))
        return Placed(upload_key(upload.id), upload.size_bytes, upload.file_name)

    async def claim(self, transaction: Transaction, job_id: UUID) -> None:
        """Take it for this job; raises as `place` does."""
        held = await lock_upload(transaction, self.upload_id, self.owner_user_id)
        self._usable(held).job_id = job_id
        await transaction.session.flush()

    def _usable(self, upload: DirectUpload | None) -> DirectUpload:
        if upload is None:
            raise NotFound(f"there is no upload {self.upload_id} of yours (any more)")
        if upload.job_id is not None:
            raise WrongState(f"this upload has become the recording of job {upload.job_id}")
        if upload.completed_at is None:
            raise UploadIncomplete(f"complete it first: POST /uploads/{upload.id}/complete")
        return upload


@dataclass(frozen=True, slots=True)
class FromUrl(Elsewhere, Unclaimed):
    """Whatever a URL leads to; fetched before the job is accepted."""

    url: str
    fetching: "Fetching"

    @property
    def sha256(self) -> str:
        return _digest("url", self.url)

    async def place(self, key: str) -> Placed:
        """Fetch and store it, a part at a time.

        Raises:
            OutboundError: there is no such recording, or not one that we take.
            AudioEmpty: nothing came.
            Unavailable: too many are fetched at the moment.

        """
        async with self.fetching.answer(self.url) as answer:
            size = await self.fetching.multipart.put_stream(
                key,
                answer.chunks,
                content_type="application/octet-stream",
                max_bytes=self.fetching.bounds.max_bytes,
            )
            if not size:
                await self.fetching.multipart.store.delete(key)
                raise AudioEmpty("the URL has no bytes")
        return Placed(key, size, legible_name(answer.url.path))


class Fetching:
    """Fetches a few recordings at once."""

    def __init__(self, outbound: Outbound, multipart: Multipart, bounds: Bounds) -> None:
        self.multipart = multipart
        self.bounds = bounds
        self._outbound = outbound
        self._places = asyncio.Semaphore(_FETCHED_AT_ONCE)

    @asynccontextmanager
    async def answer(self, url: str) -> AsyncIterator[Answer]:
        """The recording, still to be read; raises as `FromUrl.place` does."""
        if self._places.locked():
            raise Unavailable("too many recordings are being fetched; try again")
        async with self._places, self._outbound.get(url, self.bounds) as answer:
            if answer.status != _OK:
                raise OutboundError(f"the URL was answered with {answer.status}")
            declared = answer.headers.get("content-length", "")
            if declared.isdecimal() and int(declared) > self.bounds.max_bytes:
                raise AnswerTooLarge(f"the URL has more than {self.bounds.max_bytes} bytes")
            yield answer


@dataclass(frozen=True, slots=True)
class FromBucket(Elsewhere, Unclaimed):
    """An object that somebody with access to the bucket has put there; copied, never changed."""

    object_key: str
    owner_user_id: UUID
    copying: "Copying"

    @property
    def sha256(self) -> str:
        return _digest("object", self.object_key)

    async def place(self, key: str) -> Placed:
        """Copy it inside the store.

        Raises:
            ObjectRefused: it lies where the caller may not read.
            NotFound, AudioEmpty, RecordingTooLarge: there is no such recording, or we take it not.

        """
        stat = await self.copying.look(self.object_key, self.owner_user_id)
        await self.copying.store.copy(self.object_key, key)
        return Placed(key, stat.size, legible_name(self.object_key))


@dataclass(frozen=True, slots=True)
class Copying:
    """Which objects may be handed in by their keys."""

    store: ObjectStore
    prefixes: Sequence[str]
    max_bytes: int

    async def look(self, object_key: str, owner_user_id: UUID) -> Stat:
        """What there is to copy; raises as `FromBucket.place` does."""
        if not object_key.startswith((own_prefix(owner_user_id), *self.prefixes)):
            raise ObjectRefused(f"only objects under {own_prefix(owner_user_id)} are yours")
        try:
            stat = await self.store.stat(object_key)
        except ObjectMissing as error:
            raise NotFound(f"there is no object {object_key}") from error
        if not stat.size:
            raise AudioEmpty("the object is empty")
        if stat.size > self.max_bytes:
            raise RecordingTooLarge(f"a recording has at most {self.max_bytes} bytes")
        return stat


def _digest(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}\n{name}".encode()).hexdigest()
