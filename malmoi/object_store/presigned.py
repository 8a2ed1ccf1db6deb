"""URLs by which somebody without credentials may put one part, or read one object, for a while."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import urllib3
from minio import Minio

from malmoi.settings import ObjectStoreSettings

_LIFE: Final = timedelta(hours=1)
_READ_LIFE: Final = timedelta(hours=6)
"""Longer, for players go on asking for ranges for as long as somebody listens."""
_ADDRESSES_KNOWN: Final = 64
_ORIGIN: Final = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")


class NoAddress(Exception):
    """The address is none that a URL could have."""


class Presigner:
    """Signs for the address by which clients reach the bucket: the signature covers their `Host`.

    Asks nobody: the region is told, not looked up.
    """

    def __init__(self, settings: ObjectStoreSettings) -> None:
        self._settings = settings
        self._connections = urllib3.PoolManager(1)
        self._client_of = lru_cache(_ADDRESSES_KNOWN)(self._new_client)

    def part_url(self, origin: str, key: str, multipart_id: str, number: int) -> str:
        """Where a part is to be put.

        Raises:
            NoAddress: `origin` is not `http(s)://host[:port]`.

        """
        return self._client_of(origin).get_presigned_url(
            "PUT",
            self._settings.s3_bucket,
            key,
            expires=_LIFE,
            extra_query_params={"uploadId": multipart_id, "partNumber": str(number)},
        )

    def read_url(self, origin: str, key: str) -> str:
        """Where an object is to be read, whole or by `Range`.

        Raises:
            NoAddress: `origin` is not `http(s)://host[:port]`.

        """
        return self._client_of(origin).get_presigned_url(
            "GET", self._settings.s3_bucket, key, expires=_READ_LIFE
        )

    def _new_client(self, origin: str) -> Minio:
        settings = self._settings
        if _ORIGIN.fullmatch(origin) is None:
            raise NoAddress("the address is not of the form http(s)://host[:port]")
        address = urlsplit(origin)
        try:
            return Minio(
                endpoint=address.netloc,
                access_key=settings.minio_access_key.get_secret_value(),
                secret_key=settings.minio_secret_key.get_secret_value(),
                secure=address.scheme == "https",
                region=settings.s3_region,
                http_client=self._connections,
            )
        except ValueError as error:
            raise NoAddress(str(error)) from error
