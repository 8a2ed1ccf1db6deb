"""What the worker asks of its inference process, line by line, waiting or not."""

import os
import select
from collections import deque

from stt_worker_base.child_protocol import ORDER, Order

_READ_BYTES = 64 * 1024


class Orders:
    """Reads orders from a pipe."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._begun = b""
        self._lines: deque[bytes] = deque()
        self._open = True

    def next(self) -> Order | None:
        """Wait for an order; None once the worker has closed the pipe."""
        while not self._lines and self._open:
            self._read()
        return ORDER.validate_json(self._lines.popleft()) if self._lines else None

    def waiting(self) -> Order | None:
        """An order that is there already."""
        while self._open and select.select([self._pipe], [], [], 0)[0]:
            self._read()
        return ORDER.validate_json(self._lines.popleft()) if self._lines else None

    def _read(self) -> None:
        content = os.read(self._pipe, _READ_BYTES)
        self._open = bool(content)
        *lines, self._begun = (self._begun + content).split(b"\n")
        self._lines.extend(lines)
