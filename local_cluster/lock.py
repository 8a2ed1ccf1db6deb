"""Who runs the cluster of a home: an advisory lock that the kernel frees when its holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from local_cluster.errors import AlreadyRunning

PATIENCE_S = 0.3
"""Longer than `holder` of another process holds the lock while it looks."""


@contextmanager
def hold(file: Path) -> Iterator[None]:
    """Hold the lock while the block runs.

    Raises:
        AlreadyRunning: another process holds it.

    """
    with file.open("a+") as lock:
        _acquire(lock, file)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)


def _acquire(lock: TextIO, file: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise AlreadyRunning(f"a cluster runs already in {file.parent}") from error
            time.sleep(0.02)
        else:
            return


def holder(file: Path) -> int | None:
    """Return the process that holds the lock; None when nobody does."""
    if not file.exists():
        return None
    with file.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _written_pid(lock)
    return None


def _written_pid(lock: TextIO) -> int | None:
    """Read the number that the holder writes right after it got the lock."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        lock.seek(0)
        if (text := lock.read()).isdigit():
            return int(text)
        time.sleep(0.01)
    return None
