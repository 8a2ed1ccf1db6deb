"""A recording goes from its sender to the object store part by part; no byte passes us."""

import asyncio
from asyncio import Semaphore
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from api_gateway.errors import (
    AudioEmpty,
    RecordingTooLarge,
    TooManyUploads,
    UploadIncomplete,
    WrongState,
)
from api_gateway.usecases.mind_quotas import Quotas
from malmoi.contracts.problems import NotFound
from malmoi.object_store.keys import upload_key
from malmoi.object_store.multipart import Multipart, StoredPart, part_bytes_for
from malmoi.object_store.store import MultipartMissing, ObjectMissing, PartsRefused
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.roles import lock_user
from malmoi.persistence.tables import DirectUpload
from malmoi.persistence.uploads import (
    announced_by,
    begin_upload,
    lock_joining,
    lock_upload,
    note_completed,
    prolong_upload,
    upload_of,
)

_OPEN_MAX = 100
"""Of one account; what nobody completes lies there until it expires."""
_MISSING_TOLD = 10
_JOINS_AT_ONCE = 3
_JOINED_ELSEWHERE_S = 0.2
"""Between two looks at whether another request is done with the same upload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUpload:
    """What somebody is about to send."""

    owner_user_id: UUID
    file_name: str | None
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """An upload, and the sizes of those parts of it that have arrived whole, by number."""

    upload: DirectUpload
    parts: Mapping[int, int] = field(default_factory=dict)

    def missing(self) -> list[int]:
        """The numbers of the parts that are still to come."""
        if self.upload.completed_at is not None:
            return []
        return [n for n in range(1, part_count(self.upload) + 1) if n not in self.parts]


@dataclass(frozen=True, slots=True)
class UploadOffice:
    """Begins, shows, completes and aborts uploads for those who own them."""

    database: Database
    multipart: Multipart
    quotas: Quotas
    max_bytes: int
    life: timedelta
    _joins: Semaphore = field(default_factory=lambda: Semaphore(_JOINS_AT_ONCE))
    """Each keeps a connection to PostgreSQL for as long as the store takes."""

    async def begin(self, new: NewUpload) -> Arrived:
        """Make a place for the parts.

        Raises:
            AudioEmpty, RecordingTooLarge: the size is none that we take.
            TooManyUploads: the account has begun enough.
            QuotaExceeded: it could not be handed in today beside what has been begun.

        """
        if new.size == 0:
            raise AudioEmpty("the file is empty; record again")
        if new.size > self.max_bytes:
            raise RecordingTooLarge(f"a recording has at most {self.max_bytes} bytes")
        upload_id = uuid4()
        upload = DirectUpload(
            id=upload_id,
            owner_user_id=new.owner_user_id,
            multipart_id=await self.multipart.begin(
                upload_key(upload_id), content_type=new.content_type
            ),
            file_name=new.file_name,
            content_type=new.content_type,
            size_bytes=new.size,
            part_bytes=part_bytes_for(new.size),
        )
        async with self.database.transaction() as transaction:
            await lock_user(transaction, new.owner_user_id)
            announced = await announced_by(transaction.session, new.owner_user_id)
            if announced.count >= _OPEN_MAX:
                raise TooManyUploads(
                    f"an account has {_OPEN_MAX} open uploads at most; complete or abort one first"
                )
            lying = announced.size_bytes + new.size
            await self.quotas.foresee_bytes(transaction, new.owner_user_id, lying)
            await begin_upload(transaction, upload, self.life)
        return Arrived(upload)

    async def show(self, upload_id: UUID, owner_user_id: UUID) -> Arrived:
        """What has arrived, as the object store says; whoever asks goes on, and has time again.

        Raises:
            NotFound: there is no such upload of this user (any more).

        """
        async with self.database.transaction() as transaction:
            await prolong_upload(transaction, upload_id, owner_user_id, self.life)
        upload = await self._own(upload_id, owner_user_id)
        if upload.completed_at is not None:
            return Arrived(upload)
        try:
            return Arrived(upload, _whole(upload, await self._parts(upload)))
        except MultipartMissing:
            # Completed, and whoever did it died before it was noted; or aborted by the store.
            return Arrived(upload)

    async def complete(self, upload_id: UUID, owner_user_id: UUID) -> Arrived:
        """Make the parts a recording that can be handed in; repeating it is no error.

        Raises:
            NotFound: there is no such upload of this user (any more).
            UploadIncomplete: parts are missing, or of another size than announced.

        """
        while (upload := await self._own(upload_id, owner_user_id)).completed_at is None:
            async with self._joins, self.database.transaction() as transaction:
                if await lock_joining(transaction, upload_id):
                    await self._complete(transaction, upload_id, owner_user_id)
                    continue
            await asyncio.sleep(_JOINED_ELSEWHERE_S)
        return Arrived(upload)

    async def abort(self, upload_id: UUID, owner_user_id: UUID) -> None:
        """Forget the upload and what has arrived of it.

        Raises:
            NotFound: there is no such upload of this user (any more).
            WrongState: it has become a job's recording.

        """
        async with self.database.transaction() as transaction:
            upload = await lock_upload(transaction, upload_id, owner_user_id)
            if upload is None:
                raise _no_such(upload_id)
            if upload.job_id is not None:
                raise WrongState(f"it has become the recording of job {upload.job_id}; delete that")
            await transaction.session.delete(upload)
        # After the row: what a failure leaves behind here, the hourly sweep finds.
        key = upload_key(upload_id)
        await self.multipart.abort(key, upload.multipart_id)
        await self.multipart.store.delete(key)

    async def _own(self, upload_id: UUID, owner_user_id: UUID) -> DirectUpload:
        async with self.database.reading() as session:
            upload = await upload_of(session, upload_id, owner_user_id)
        if upload is None:
            raise _no_such(upload_id)
        return upload

    async def _parts(self, upload: DirectUpload) -> list[StoredPart]:
        return await self.multipart.parts(upload_key(upload.id), upload.multipart_id)

    async def _complete(
        self, transaction: Transaction, upload_id: UUID, owner_user_id: UUID
    ) -> None:
        upload = await upload_of(transaction.session, upload_id, owner_user_id)
        if upload is None:
            raise _no_such(upload_id)
        if upload.completed_at is None:
            await self._join(upload)
            if not await note_completed(transaction, upload_id, self.life):
                raise _no_such(upload_id)

    async def _join(self, upload: DirectUpload) -> None:
        """Have the store put the parts together, unless it has."""
        try:
            parts = await self._parts(upload)
            missing = Arrived(upload, _whole(upload, parts)).missing()
            if missing or len(parts) > part_count(upload):
                raise UploadIncomplete(_told(missing))
            await self.multipart.complete(upload_key(upload.id), upload.multipart_id, parts)
        except PartsRefused as error:
            raise UploadIncomplete("a part was sent again meanwhile; complete once more") from error
        except MultipartMissing:
            pass  # put together before, or aborted
        await self._require_whole(upload)

    async def _require_whole(self, upload: DirectUpload) -> None:
        try:
            stat = await self.multipart.store.stat(upload_key(upload.id))
        except ObjectMissing as error:
            raise _no_such(upload.id) from error
        if stat.size != upload.size_bytes:
            raise UploadIncomplete("the store has lost a part of it; abort it and begin anew")


def part_count(upload: DirectUpload) -> int:
    """Of how many parts it consists."""
    return -(-upload.size_bytes // upload.part_bytes)


def part_size(upload: DirectUpload, number: int) -> int:
    """How many bytes a part has; all but the last are alike."""
    return min(upload.part_bytes, upload.size_bytes - (number - 1) * upload.part_bytes)


def _whole(upload: DirectUpload, parts: list[StoredPart]) -> dict[int, int]:
    """The parts that are what they should be; others are to be sent again."""
    count = part_count(upload)
    return {
        each.number: each.size
        for each in parts
        if each.number <= count and each.size == part_size(upload, each.number)
    }


def _told(missing: list[int]) -> str:
    if not missing:
        return "there are more parts than announced; abort it and begin anew"
    some = ", ".join(map(str, missing[:_MISSING_TOLD]))
    more = "" if len(missing) <= _MISSING_TOLD else f" and {len(missing) - _MISSING_TOLD} more"
    return f"parts are missing, or have another size than announced: {some}{more}"


def _no_such(upload_id: UUID) -> NotFound:
    return NotFound(f"there is no upload {upload_id} of yours (any more)")
