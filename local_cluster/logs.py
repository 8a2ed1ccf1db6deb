"""Log files of child processes: bounded, and readable from the end."""

import shutil
from collections.abc import Iterator
from pathlib import Path

MAX_LOG_BYTES = 10 * 1024**2
"""A log longer than this is moved to `<name>.log.1`, so at most about twice as much is kept."""

TAIL_BLOCK_BYTES = 64 * 1024
"""How much of the end of a file `tail` reads at least."""


def rotate(log: Path, *, max_bytes: int = MAX_LOG_BYTES) -> bool:
    """Copy a log that is too long to `<name>.1` and empty it; tell whether that was done.

    The writer keeps its descriptor (opened with O_APPEND, so it goes on at the start), which is
    why the file is emptied, not renamed. Lines written between the copy and the emptying are lost.
    """
    if not log.exists() or log.stat().st_size <= max_bytes:
        return False
    shutil.copyfile(log, log.with_name(log.name + ".1"))
    with log.open("r+b") as file:
        file.truncate(0)
    return True


def tail(log: Path, lines: int) -> list[str]:
    """Return the last lines of a log; empty when there is none."""
    if lines <= 0 or not log.exists():
        return []
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - max(TAIL_BLOCK_BYTES, lines * 1024)))
        text = file.read().decode(errors="replace")
    return text.splitlines()[-lines:]


class Follower:
    """Hands out what was added to a log since the last look."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._position = log.stat().st_size if log.exists() else 0

    def new_lines(self) -> Iterator[str]:
        """Yield the complete lines added meanwhile; starts again after the log was rotated."""
        if not self._log.exists():
            return
        with self._log.open("rb") as file:
            if file.seek(0, 2) < self._position:
                self._position = 0
            file.seek(self._position)
            added = file.read()
        complete, newline, _ = added.rpartition(b"\n")
        self._position += len(complete) + len(newline)
        yield from complete.decode(errors="replace").splitlines()
