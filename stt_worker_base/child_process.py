"""One life of the inference process, from its start to its end."""

import asyncio
import os
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from malmoi.contracts.task_errors import TaskErrorCode
from stt_worker_base.child_protocol import (
    FROM_CHILD,
    MAX_LINE_BYTES,
    Order,
    Ready,
    Report,
    Unavailable,
)
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.outcome import Capabilities, Failed
from stt_worker_base.places import Places

ALLOCATION: Final = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024**2),
}
"""For glibc, mallopt(3): keep the memory of one decoding window for the next one.

Otherwise the kernel clears gigabytes a minute for it: an eighth of the time on a processor.
"""

Inbox = asyncio.Queue[Report | None]
"""Reports of one order; None once the process has ended."""


class ChildProcess:
    """A started process. It has its own session and none of our files but its two pipes."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._inboxes: dict[int, Inbox] = {}
        self._ended_for_one = False
        self.out_of_memory = False
        """It ended for want of memory."""
        self.suspects: frozenset[int] = frozenset()
        """The orders of which it died or hung, if it did: one of them is to blame."""
        self.places = Places(1)
        """As many as its engine has, once that is loaded."""

    @classmethod
    async def spawn(cls, engine_path: str, environment: Mapping[str, str]) -> Self:
        """Start a process; `capabilities` then waits for its model.

        `environment` changes ours.

        Call it from a thread that lives as long as this process: the child dies with that thread.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "stt_worker_base.inference", engine_path),
            stdin=PIPE,
            stdout=PIPE,
            limit=MAX_LINE_BYTES,
            start_new_session=True,
            env={
                **ALLOCATION,
                **os.environ,
                **environment,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def resident_bytes(self) -> int:
        """What it holds of the machine's memory; 0 where the system does not tell."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except OSError:
            return 0
        return pages * resource.getpagesize()

    async def capabilities(self) -> Capabilities:
        """Wait until the engine is loaded.

        Raises:
            EngineUnavailable: it cannot be loaded, or loading it ended the process.

        """
        match await self._message():
            case Ready(capabilities=capabilities):
                self.places = Places(capabilities.at_once)
                return capabilities
            case Unavailable(detail=detail, fallback=fallback):
                raise EngineUnavailable(detail, fallback=fallback)
            case _:
                self.kill()
        raise EngineUnavailable(f"The inference process {await self.end()} while it was loading.")

    def hand_over(self, order: Order) -> Inbox:
        """Ask for something; what it says of it comes to the inbox."""
        inbox = self._inboxes[order.number] = Inbox()
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(order.model_dump_json().encode() + b"\n")
        return inbox

    def forget(self, order: Order) -> None:
        """Its reports interest nobody any more."""
        self._inboxes.pop(order.number, None)

    def end_for(self, order: Order) -> None:
        """End it because of `order` alone; the others have no part in it."""
        self._ended_for_one = self._ended_for_one or order.number not in self.suspects
        self.kill()

    def suspect_all(self) -> None:
        """It hangs, or died, of one of those in hand, unless it was ended for one of them."""
        if not self._ended_for_one and not self.suspects:
            self.suspects = frozenset(self._inboxes)

    async def deliver(self) -> None:
        """Sort its reports into the inboxes until it ends; then every inbox hears of the end."""
        try:
            while isinstance(message := await self._message(), Report):
                # Noted here: the process ends right after it, perhaps before anybody reads this.
                self.out_of_memory = self.out_of_memory or _ran_out_of_memory(message)
                inbox = self._inboxes.get(message.number)
                if inbox is not None:
                    inbox.put_nowait(message)
        finally:
            self.kill()
            self.suspect_all()
            for inbox in self._inboxes.values():
                inbox.put_nowait(None)

    def kill(self) -> None:
        if self.alive:
            self._process.kill()

    async def end(self) -> str:
        """Wait for the end, and say how it came: `exited with status 66`."""
        status = await self._process.wait()
        if status < 0:
            return f"was killed by {signal.Signals(-status).name}"
        return f"exited with status {status}"

    async def _message(self) -> Ready | Unavailable | Report | None:
        """What the process says next; None once it has ended, or says what no sane one would."""
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
            return FROM_CHILD.validate_json(line) if line else None
        except ValueError:
            return None


def _ran_out_of_memory(report: Report) -> bool:
    said = report.said
    return isinstance(said, Failed) and said.code is TaskErrorCode.ENGINE_OUT_OF_MEMORY
