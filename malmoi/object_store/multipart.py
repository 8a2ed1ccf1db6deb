"""Objects that arrive in parts: from clients by presigned URLs, and from streams of any length.

The client library keeps these calls to itself; tests/integration/object_store holds it to them.
"""

# ruff: noqa: SLF001 - there is no other way to them

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from minio.datatypes import Part

from malmoi.object_store.store import MultipartMissing, ObjectStore, ObjectTooLarge

_MIB: Final = 1024**2
PART_BYTES: Final = 8 * _MIB
"""Little enough to be sent again over a bad line, and more than the 5 MiB that S3 wants."""
PARTS_MAX: Final = 10_000
"""S3 takes no more."""


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part as the store has it."""

    number: int
    """From 1."""
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A multipart upload that was neither completed nor aborted."""

    key: str
    multipart_id: str


def part_bytes_for(size: int) -> int:
    """How large the parts of an object are; all but the last one have this size."""
    least = -(-size // PARTS_MAX)
    return max(PART_BYTES, -(-least // _MIB) * _MIB)


@dataclass(frozen=True, slots=True)
class Multipart:
    """Multipart uploads into the bucket."""

    store: ObjectStore

    async def begin(self, key: str, *, content_type: str) -> str:
        """The id under which parts of a new object are taken."""
        client, bucket = self.store.client, self.store.bucket
        headers: dict[str, str | list[str] | tuple[str]] = {"Content-Type": content_type}
        return await self.store.call(client._create_multipart_upload, bucket, key, headers)

    async def put(self, key: str, multipart_id: str, number: int, content: bytes) -> StoredPart:
        """Store one part; the same number again replaces it."""
        client, bucket = self.store.client, self.store.bucket
        etag = await self.store.call(
            client._upload_part, bucket, key, content, None, multipart_id, number
        )
        return StoredPart(number, len(content), etag)

    async def parts(self, key: str, multipart_id: str) -> list[StoredPart]:
        """The parts that have arrived, by number.

        Raises:
            MultipartMissing: it was completed or aborted.

        """
        return await self.store.call(self._parts, key, multipart_id)

    async def complete(self, key: str, multipart_id: str, parts: Sequence[StoredPart]) -> None:
        """Make the parts an object.

        Raises:
            MultipartMissing: it was completed or aborted.
            PartsRefused: a part is another one by now; list them again.

        """
        client, bucket = self.store.client, self.store.bucket
        named = [Part(each.number, each.etag) for each in parts]
        await self.store.call(client._complete_multipart_upload, bucket, key, multipart_id, named)

    async def abort(self, key: str, multipart_id: str) -> None:
        """Forget the parts; a multipart upload that is no more is no error."""
        client, bucket = self.store.client, self.store.bucket
        with contextlib.suppress(MultipartMissing):
            await self.store.call(client._abort_multipart_upload, bucket, key, multipart_id)

    async def begun_before(self, prefix: str, instant: datetime) -> list[Begun]:
        """What was begun under `prefix` before `instant` and never ended.

        MinIO itself tells nothing here unless `prefix` is a whole key, and forgets stale parts on
        its own after a day.
        """
        return await self.store.call(self._begun_before, prefix, instant)

    async def put_stream(
        self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, max_bytes: int
    ) -> int:
        """Store what comes, holding one part of it in memory; returns its size in bytes.

        Raises:
            ObjectTooLarge: there is more than `max_bytes`; nothing is kept.

        """
        multipart_id = await self.begin(key, content_type=content_type)
        async with contextlib.AsyncExitStack() as unless_stored:
            unless_stored.push_async_callback(self.abort, key, multipart_id)
            size = await self._put_stream(key, multipart_id, chunks, max_bytes)
            unless_stored.pop_all()
        return size

    async def _put_stream(
        self, key: str, multipart_id: str, chunks: AsyncIterator[bytes], max_bytes: int
    ) -> int:
        parts: list[StoredPart] = []
        size, held = 0, bytearray()
        part_bytes = part_bytes_for(max_bytes)
        async for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise ObjectTooLarge(f"more than {max_bytes} bytes")
            held += chunk
            while len(held) >= part_bytes:
                content = bytes(held[:part_bytes])
                del held[:part_bytes]
                parts.append(await self.put(key, multipart_id, len(parts) + 1, content))
        if held or not parts:
            parts.append(await self.put(key, multipart_id, len(parts) + 1, bytes(held)))
        await self.complete(key, multipart_id, parts)
        return size

    def _parts(self, key: str, multipart_id: str) -> list[StoredPart]:
        found: list[StoredPart] = []
        marker = None
        while True:
            page = self.store.client._list_parts(
                self.store.bucket, key, multipart_id, part_number_marker=marker
            )
            found += [StoredPart(p.part_number, p.size or 0, p.etag) for p in page.parts]
            if not page.is_truncated or not page.parts:
                return found
            marker = str(page.parts[-1].part_number)

    def _begun_before(self, prefix: str, instant: datetime) -> list[Begun]:
        found: list[Begun] = []
        key_marker = id_marker = None
        while True:
            page = self.store.client._list_multipart_uploads(
                self.store.bucket,
                prefix=prefix,
                key_marker=key_marker,
                upload_id_marker=id_marker,
            )
            found += [
                Begun(each.object_name, each.upload_id)
                for each in page.uploads
                if each.upload_id and each.initiated_time and each.initiated_time < instant
            ]
            if not page.is_truncated or not page.next_upload_id_marker:
                return found
            key_marker, id_marker = page.next_key_marker, page.next_upload_id_marker
