"""Processes of a cluster whose supervisor was killed."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

from local_cluster.home import MARKER

PATIENCE_S = 5


def find(root: Path) -> list[psutil.Process]:
    """Return every process that carries the mark of this home; ask only while holding its lock."""
    mark = str(root)
    return [
        process
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get(MARKER) == mark and process.pid != os.getpid()
    ]


def end(root: Path) -> int:
    """End what is left: SIGTERM, then SIGKILL after five seconds; returns how many there were."""
    left = find(root)
    for process in left:
        _signal(process, signal.SIGTERM)
    for process in _still_running(left):
        _signal(process, signal.SIGKILL)
    _still_running(left)
    return len(left)


def _signal(process: psutil.Process, signum: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signum)


def _still_running(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Wait for their end; returns those that outlast our patience."""
    deadline = time.monotonic() + PATIENCE_S
    while (alive := [process for process in processes if _alive(process)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.02)
    return alive


def _alive(process: psutil.Process) -> bool:
    """Tell whether it runs; one that waits to be reaped by its parent does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
