"""A process that should always run: how to start it, how to know that it is ready, how it ends."""

import asyncio
import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from local_cluster.errors import StartFailed
from local_cluster.logs import tail
from local_cluster.process import LAST_LINES, ChildProcess, Command


class Daemon(ABC):
    """What servers and services have in common.

    `start`, `stop`, `kill` and `restart` may be called from any event loop, one after the other.
    """

    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    stop_timeout_s: ClassVar[float] = 10
    """Seconds to end by itself before SIGKILL."""
    start_timeout_s: ClassVar[float] = 60
    ready_poll_s: ClassVar[float] = 0.02

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._child: ChildProcess | None = None

    @abstractmethod
    def command(self) -> Command:
        """Return what to run; asked before each start."""

    @abstractmethod
    async def ready(self) -> bool:
        """Tell whether it does its work now; never raises because it does not."""

    async def prepare(self) -> None:  # noqa: B027 - most daemons have nothing to prepare
        """Bring files into the state that the command needs, also after a kill half-way."""

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None and self._child.running else None

    async def spawn(self) -> None:
        """Start the process without waiting until it is ready."""
        await self.prepare()
        self._child = ChildProcess.spawn(self.command(), self.log)

    async def start(self) -> None:
        """Start the process and return when it is ready.

        Raises:
            StartFailed: it ended, or was not ready in time (it is stopped then).

        """
        await self.spawn()
        await self.wait_ready(timeout_s=self.start_timeout_s)

    async def wait_ready(self, *, timeout_s: float) -> None:
        """Wait for a process that was spawned; raises StartFailed as `start` does."""
        deadline = time.monotonic() + timeout_s
        while not await self.ready():
            if self.pid is None:
                raise self.failure(f"ended with code {await self.exited()} before it was ready")
            if time.monotonic() > deadline:
                await self.stop()
                raise self.failure(f"was not ready after {timeout_s:g} s")
            await asyncio.sleep(self.ready_poll_s)

    def failure(self, reason: str) -> StartFailed:
        return StartFailed(self.name, reason, tail(self.log, LAST_LINES), self.log)

    async def exited(self) -> int:
        """Wait until the process ended; returns its exit code (minus the signal)."""
        if self._child is None:
            return 0
        return await self._child.wait()

    async def stop(self) -> None:
        """End it as its own documentation asks for; SIGKILL after `stop_timeout_s`."""
        if self._child is not None:
            await self._child.stop(self.stop_signal, timeout_s=self.stop_timeout_s)

    async def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._child is not None:
            await self._child.stop(signal.SIGKILL, timeout_s=self.stop_timeout_s)

    async def restart(self) -> None:
        await self.stop()
        await self.start()
