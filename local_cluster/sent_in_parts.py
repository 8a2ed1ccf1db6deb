"""A large recording on its way to the cluster: part by part, and past the gateway."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from local_cluster.answers import checked
from local_cluster.errors import RequestRefused

LARGE_BYTES: Final = 8 * 1024**2
"""Smaller files go in one request."""
_AT_ONCE: Final = 3
_ROUNDS_IN_VAIN: Final = 8
_LONGEST_PAUSE_S: Final = 15.0
_BUCKET_ANSWERS_WITHIN: Final = httpx.Timeout(60)


@dataclass(frozen=True, slots=True)
class InParts:
    """A file that was announced; `told` is what the gateway answered."""

    client: httpx.Client
    file: Path
    told: dict[str, Any]
    on_sent: Callable[[int], None]
    """Told how many bytes have arrived."""

    def send(self) -> str:
        """Send what is missing, as often as it takes; returns the id of the upload.

        Raises:
            RequestRefused: the cluster says no, or nothing has arrived for a minute.
            httpx.TransportError: the gateway is away.

        """
        told, in_vain = self.told, 0
        path = f"/uploads/{told['upload_id']}"
        while told["missing"]:
            in_vain = 0 if self._round(told) else in_vain + 1
            if in_vain > _ROUNDS_IN_VAIN:
                raise RequestRefused("no part of the recording arrives")
            if in_vain:
                time.sleep(min(_LONGEST_PAUSE_S, 0.5 * 2**in_vain))
            told = checked(self.client.get(path))
        checked(self.client.post(f"{path}/complete"))
        return str(told["upload_id"])

    def _round(self, told: dict[str, Any]) -> int:
        """Try each part that the page names once; returns how many have arrived."""
        arrived = 0
        before = told["size"] - told["missing_count"] * told["part_size"]
        sent = max(0, before)
        # A client of its own: our token is not for the bucket.
        with (
            httpx.Client(timeout=_BUCKET_ANSWERS_WITHIN) as bucket,
            ThreadPoolExecutor(_AT_ONCE) as threads,
            self.file.open("rb") as file,
        ):
            tried = [
                threads.submit(_put, bucket, file.fileno(), part, told["part_size"])
                for part in told["missing"]
            ]
            for part, each in zip(told["missing"], tried, strict=True):
                if each.result():
                    arrived += 1
                    sent += part["size"]
                    self.on_sent(sent)
        return arrived


def _put(bucket: httpx.Client, file: int, part: dict[str, Any], part_size: int) -> bool:
    content = os.pread(file, part["size"], (part["number"] - 1) * part_size)
    try:
        return bucket.put(part["url"], content=content).is_success
    except httpx.TransportError:
        return False
