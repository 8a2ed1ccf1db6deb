"""A recording of gigabytes, cut off again and again, and the gateway's memory meanwhile."""

import argparse
import random
import threading
import time
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.running_cluster import RunningCluster, cluster

AT_ONCE = 3
PIECE = 64 * 1024
SAMPLES = 50
MEMORY_EVERY_S = 0.5


class Cut(Exception):
    """The line is gone."""


@dataclass
class Line:
    """What all parts of one session share: after `lasts` bytes nobody sends any more."""

    lasts: float
    sent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def carry(self, length: int) -> None:
        with self.lock:
            self.sent += length
            if self.sent > self.lasts:
                raise Cut


def content(begin: int, size: int) -> bytes:
    """The bytes of the recording from `begin`: each 8 of them say where they are."""
    first, last = begin // 8, -(-(begin + size) // 8)
    return array("Q", range(first, last)).tobytes()[begin - first * 8 :][:size]


def pieces(begin: int, size: int, line: Line) -> Iterator[bytes]:
    data = memoryview(content(begin, size))
    for at in range(0, size, PIECE):
        piece = bytes(data[at : at + PIECE])
        line.carry(len(piece))
        yield piece


def put(bucket: httpx.Client, part: dict[str, Any], part_size: int, line: Line) -> None:
    begin = (part["number"] - 1) * part_size
    body = pieces(begin, part["size"], line)
    headers = {"Content-Length": str(part["size"])}
    bucket.put(part["url"], content=body, headers=headers).raise_for_status()


def session(running: RunningCluster, token: str, path: str, line: Line) -> bool:
    """Go on with nothing but the id of the upload; False when the line broke before its end."""
    headers = {"Authorization": f"Bearer {token}"}
    with (
        httpx.Client(base_url=f"{running.url}/api", headers=headers, timeout=60) as api,
        httpx.Client(timeout=60) as bucket,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        while True:
            told = api.get(path).raise_for_status().json()
            if not told["missing"]:
                api.post(f"{path}/complete").raise_for_status()
                return True
            sending = [
                threads.submit(put, bucket, part, told["part_size"], line)
                for part in told["missing"]
            ]
            errors = [each.exception() for each in sending]
            if any(isinstance(each, Cut) for each in errors):
                return False
            for error in filter(None, errors):
                raise error


@contextmanager
def memory_of(running: RunningCluster) -> Iterator[list[float]]:
    """Fill a list with the gateway's resident memory in MB."""
    seen: list[float] = [running.memory_mb()["api_gateway"]]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(MEMORY_EVERY_S):
            seen.append(running.memory_mb()["api_gateway"])

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield seen
    finally:
        stop.set()
        watching.join()


def check(api: httpx.Client, path: str, size: int) -> None:
    """Hand it in, and read some of it back."""
    job = api.post("/jobs", json={"upload_id": path.rpartition("/")[2]}).raise_for_status().json()
    for _ in range(SAMPLES):
        begin = random.randrange(size - 1000)
        audio = api.get(
            f"/jobs/{job['job_id']}/audio", headers={"Range": f"bytes={begin}-{begin + 999}"}
        )
        assert audio.content == content(begin, 1000), begin


def measure(running: RunningCluster, size: int, cuts: int) -> None:
    with httpx.Client(base_url=f"{running.url}/api", timeout=60) as api:
        person = {"email": "uploads@example.com", "password": "correct horse battery"}
        token = api.post("/auth/signup", json=person).raise_for_status().json()["token"]
        api.headers["Authorization"] = f"Bearer {token}"
        begun = api.post("/uploads", json={"file_name": "film.mp4", "size": size})
        path = f"/uploads/{begun.raise_for_status().json()['upload_id']}"
        shares = sorted(random.random() for _ in range(cuts))
        lines = [(b - a) * size for a, b in zip([0.0, *shares], shares, strict=False)]
        start = time.monotonic()
        with memory_of(running) as seen:
            sent, broken = 0, 0
            for lasts in [*lines, float("inf")]:
                line = Line(lasts)
                whole = session(running, token, path, line)
                sent, broken = sent + line.sent, broken + (not whole)
        took = time.monotonic() - start
        check(api, path, size)
        after = running.memory_mb()["api_gateway"]
    gigabytes = size / 1e9
    print(f"{gigabytes:.1f} GB in {took:.0f} s, {size / took / 1e6:.0f} MB/s, cut {broken} times")
    print(f"sent {sent / size:.3f} times; {SAMPLES} places of it read back as they were")
    print(
        f"gateway, MB: before {seen[0]:.0f}, peak {max(seen):.0f}, "
        f"at the end {seen[-1]:.0f}, after reading back {after:.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    random.seed(asked.seed)
    # Nobody is to listen to it.
    with cluster("--workers", "whisper=0", MAX_RECORDING_SIZE="100GiB") as running:
        measure(running, int(asked.gigabytes * 1e9), asked.cuts)


if __name__ == "__main__":
    main()
