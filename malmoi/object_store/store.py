"""The bucket, for asyncio: the `minio` client is synchronous and runs in threads."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final, ParamSpec, TypeVar

import structlog
import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from malmoi.settings import ObjectStoreSettings

P = ParamSpec("P")
T = TypeVar("T")
_PART_BYTES = 8 * 1024 * 1024
_BLOCK_BYTES = 256 * 1024
_AGAIN_AFTER_S = 1.0
_BACK_WITHIN_S = 600.0

log = structlog.get_logger()


class ObjectMissing(Exception):
    """The bucket has no such object; retrying will not bring it."""


class ObjectTooLarge(Exception):
    """The object exceeds what the caller is ready to take."""


class MultipartMissing(Exception):
    """There is no such multipart upload (any more): it was completed, or aborted."""


class PartsRefused(Exception):
    """The parts have changed since they were listed, or the store finds one too small."""


class StoreUnavailable(Exception):
    """The store did not answer, or refused; retrying is sensible."""


_MEANING: Final[Mapping[str, type[Exception]]] = {
    "NoSuchKey": ObjectMissing,
    "NoSuchObject": ObjectMissing,
    "NoSuchUpload": MultipartMissing,
    "InvalidPart": PartsRefused,
    "EntityTooSmall": PartsRefused,
}
"""What an S3 error code says; any other one says that the store does not do its work."""


@dataclass(frozen=True, slots=True)
class Stat:
    """What the bucket says of an object without sending it."""

    size: int
    """Bytes."""
    content_type: str
    """As it was stored, which may be as a stranger named it."""


class ObjectStore:
    """Objects of one bucket."""

    def __init__(self, settings: ObjectStoreSettings) -> None:
        self.bucket = settings.s3_bucket
        self.client = Minio(
            endpoint=settings.s3_endpoint,
            access_key=settings.minio_access_key.get_secret_value(),
            secret_key=settings.minio_secret_key.get_secret_value(),
            secure=settings.s3_secure,
            region=settings.s3_region,
            http_client=urllib3.PoolManager(
                maxsize=32,
                timeout=urllib3.Timeout(connect=5, read=30),
                retries=urllib3.Retry(
                    total=2, backoff_factor=0.2, status_forcelist=[502, 503, 504]
                ),
            ),
        )

    async def ensure_bucket(self) -> None:
        """Create the bucket unless it exists."""
        await self.call(self._ensure_bucket)

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the bucket is there."""
        if not await self.call(self.client.bucket_exists, bucket_name=self.bucket):
            raise StoreUnavailable(f"there is no bucket {self.bucket!r}")

    async def put(self, key: str, content: BinaryIO, *, length: int, content_type: str) -> None:
        """Store `length` bytes from the position of `content`."""
        await self.call(
            self.client.put_object,
            bucket_name=self.bucket,
            object_name=key,
            data=content,
            length=length,
            content_type=content_type,
            part_size=_PART_BYTES,
        )

    async def put_surely(self, key: str, content: bytes, *, content_type: str) -> None:
        """Store a small object, however long the store stays away."""
        while True:
            try:
                return await self.put(
                    key, BytesIO(content), length=len(content), content_type=content_type
                )
            except StoreUnavailable as error:
                log.warning("object.not_stored", key=key, error=str(error))
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def fetch(self, key: str, target: Path, *, max_bytes: int) -> int:
        """Write an object to a file and return its size in bytes.

        Raises:
            ObjectMissing: there is no such object.
            ObjectTooLarge: it has more than `max_bytes`; nothing more was read.
            StoreUnavailable: try again.

        """
        return await self.call(self._fetch, key, target, max_bytes)

    async def fetch_surely(self, key: str, target: Path, *, max_bytes: int) -> int:
        """`fetch`, though the store may be away for minutes.

        Raises:
            ObjectMissing, ObjectTooLarge: as `fetch` does.
            StoreUnavailable: not once in ten minutes; it may be this one object.

        """
        give_up_at = time.monotonic() + _BACK_WITHIN_S
        while True:
            try:
                return await self.fetch(key, target, max_bytes=max_bytes)
            except StoreUnavailable as error:
                if time.monotonic() > give_up_at:
                    raise
                log.warning("object.not_fetched", key=key, error=str(error))
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def read(self, key: str) -> bytes:
        """The content of a small object; raises as `fetch` does."""
        return await self.call(self._read, key)

    async def stat(self, key: str) -> Stat:
        """Size and type of an object; raises as `fetch` does."""
        found = await self.call(self.client.stat_object, bucket_name=self.bucket, object_name=key)
        return Stat(found.size or 0, found.content_type or "application/octet-stream")

    async def open_range(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        """Yield `length` bytes from byte `start`, block by block; raises as `fetch` does."""
        if length <= 0:
            return  # to the client library, 0 would mean everything
        response = await self.call(
            self.client.get_object,
            bucket_name=self.bucket,
            object_name=key,
            offset=start,
            length=length,
        )
        try:
            while block := await self.call(response.read, _BLOCK_BYTES):
                yield block
        finally:
            # In a thread, and not waited for: whoever was cut off may still be reading in one.
            asyncio.get_running_loop().run_in_executor(None, _hang_up, response)

    async def copy(self, key: str, to: str) -> None:
        """Copy an object inside the store; raises as `fetch` does."""
        await self.call(
            self.client.copy_object,
            bucket_name=self.bucket,
            object_name=to,
            source=CopySource(self.bucket, key),
        )

    async def delete(self, key: str) -> None:
        """Remove an object; one that does not exist is no error."""
        await self.call(self.client.remove_object, bucket_name=self.bucket, object_name=key)

    async def delete_many(self, keys: Sequence[str]) -> None:
        """Remove objects with few requests; those that do not exist are no error."""
        if keys:
            await self.call(self._delete_many, keys)

    async def delete_all(self, prefix: str) -> None:
        """Remove every object whose key begins so."""
        for key in await self.call(self._keys, prefix):
            await self.delete(key)

    async def keys_before(self, prefix: str, instant: datetime) -> list[str]:
        """Keys under `prefix` that were last written before `instant`."""
        return await self.call(self._keys_before, prefix, instant)

    def _keys_before(self, prefix: str, instant: datetime) -> list[str]:
        found = self.client.list_objects(bucket_name=self.bucket, prefix=prefix, recursive=True)
        return [
            each.object_name
            for each in found
            if each.object_name and each.last_modified and each.last_modified < instant
        ]

    def _delete_many(self, keys: Sequence[str]) -> None:
        asked = (DeleteObject(key) for key in keys)
        errors = list(self.client.remove_objects(self.bucket, asked))
        if errors:
            raise StoreUnavailable(f"{len(errors)} objects were not deleted: {errors[0].message}")

    def _keys(self, prefix: str) -> list[str]:
        found = self.client.list_objects(bucket_name=self.bucket, prefix=prefix, recursive=True)
        return [each.object_name for each in found if each.object_name]

    def _ensure_bucket(self) -> None:
        if not self.client.bucket_exists(bucket_name=self.bucket):
            self.client.make_bucket(bucket_name=self.bucket)

    def _fetch(self, key: str, target: Path, max_bytes: int) -> int:
        response = self.client.get_object(bucket_name=self.bucket, object_name=key)
        written = 0
        try:
            with target.open("wb") as file:
                for block in response.stream(_BLOCK_BYTES):
                    written += file.write(block)
                    if written > max_bytes:
                        raise ObjectTooLarge(f"more than {max_bytes} bytes")
        finally:
            _hang_up(response)
        return written

    def _read(self, key: str) -> bytes:
        response = self.client.get_object(bucket_name=self.bucket, object_name=key)
        try:
            return bytes(response.read())
        finally:
            _hang_up(response)

    async def call(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """Ask the client, in a thread; raises what the errors of S3 mean."""
        try:
            return await asyncio.to_thread(function, *arguments, **named)
        except S3Error as error:
            raise _MEANING.get(error.code or "", StoreUnavailable)(str(error)) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise StoreUnavailable(str(error)) from error


def _hang_up(response: urllib3.BaseHTTPResponse) -> None:
    response.close()
    response.release_conn()
