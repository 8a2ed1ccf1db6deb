"""Keeps one daemon running: starts it again when it dies, ever more slowly if it keeps dying."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from local_cluster.backoff import Backoff
from local_cluster.errors import ProcessError
from local_cluster.logs import rotate
from local_cluster.servers.server import Server
from local_cluster.service_process import ServiceProcess
from local_cluster.state import Part, PartPhase


class Supervised:
    """A daemon, whether it runs, and why it died last."""

    def __init__(
        self, daemon: Server | ServiceProcess, on_change: Callable[["Supervised"], None]
    ) -> None:
        self.daemon = daemon
        self.phase = PartPhase.WAITING
        self.failure: ProcessError | None = None
        self.after_restart: Callable[[], Awaitable[None]] | None = None
        """Called when it runs again after a death; a ProcessError from it counts as another one."""
        self._on_change = on_change
        self._backoff = Backoff()
        self._restarts = 0
        self._was_ready_once = asyncio.Event()
        self._kept: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self.daemon.name

    def part(self) -> Part:
        return Part(
            name=self.name,
            phase=self.phase,
            pid=self.daemon.pid,
            port=self.daemon.port,
            restarts=self._restarts,
            log=self.daemon.log,
            failure=str(self.failure) if self.failure else None,
        )

    def keep(self) -> None:
        """Start it and keep it running, in the background."""
        self._kept = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def ready(self) -> None:
        """Wait until it is ready for the first time.

        Raises:
            ProcessError: it keeps dying.

        """
        while not self._was_ready_once.is_set():
            if self.phase is PartPhase.FAILING and self.failure is not None:
                raise self.failure
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """End the daemon and let it rest."""
        if self._kept is not None:
            self._kept.cancel()
            await asyncio.wait([self._kept])
        await self.daemon.stop()
        self._change(PartPhase.STOPPED)

    async def _keep(self) -> None:
        while True:
            born = time.monotonic()
            try:
                await self._run_once()
            except ProcessError as error:
                self.failure = error
            delay_s = self._backoff.died(lived_s=time.monotonic() - born)
            self._change(PartPhase.FAILING if self._backoff.keeps_dying else PartPhase.RESTARTING)
            await asyncio.sleep(delay_s)
            self._restarts += 1

    async def _run_once(self) -> None:
        """Start it and wait for its end, which is always a failure here."""
        if not self._backoff.keeps_dying:
            self._change(PartPhase.STARTING)
        rotate(self.daemon.log)
        await self.daemon.spawn()
        self._on_change(self)
        await self.daemon.wait_ready(timeout_s=self.daemon.start_timeout_s)
        if self._was_ready_once.is_set() and self.after_restart is not None:
            await self._finish_restart(self.after_restart)
        self._was_ready_once.set()
        self._change(PartPhase.READY)
        raise await self._ended()

    async def _ended(self) -> ProcessError:
        """Wait for the daemon's end, and say how it ended."""
        return self.daemon.failure(f"ended with code {await self.daemon.exited()}")

    async def _finish_restart(self, after_restart: Callable[[], Awaitable[None]]) -> None:
        """Do what follows a restart, unless the daemon dies meanwhile: it could wait for ever."""
        finishing = asyncio.ensure_future(after_restart())
        dying = asyncio.ensure_future(self.daemon.exited())
        try:
            await asyncio.wait([finishing, dying], return_when=asyncio.FIRST_COMPLETED)
            if finishing.done():
                finishing.result()
        except ProcessError:
            await self.daemon.stop()
            raise
        finally:
            finishing.cancel()
            dying.cancel()
            await asyncio.gather(finishing, dying, return_exceptions=True)

    def _change(self, phase: PartPhase) -> None:
        self.phase = phase
        self._on_change(self)
