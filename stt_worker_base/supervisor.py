"""Keeps one inference process loaded: the next one when it ends, a smaller one when memory does."""

import asyncio
from asyncio import Future

import structlog

from malmoi.observability.metrics import CHILD_RESTARTS_TOTAL
from malmoi.process import end_tasks
from stt_worker_base.child_process import ChildProcess
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.outcome import Capabilities, Fallback

log = structlog.get_logger(__name__)


class Supervisor:
    """One process at a time, with the model loaded."""

    def __init__(self, engine_path: str) -> None:
        self._engine_path = engine_path
        self._environment: dict[str, str] = {}
        self._loaded: Future[ChildProcess] | None = None
        self._running: asyncio.Task[None] | None = None
        self._capabilities: Capabilities | None = None
        self.fallbacks: tuple[str, ...] = ()
        """What the process had to do without so far."""
        self._outgrown: ChildProcess | None = None
        """The last one that was replaced for its size."""
        self.stopping = False

    @property
    def ready(self) -> bool:
        """Whether a process has the model loaded."""
        loaded = self._loaded
        return loaded is not None and loaded.done() and loaded.exception() is None

    @property
    def capabilities(self) -> Capabilities:
        """What the loaded engine can do; valid once started."""
        assert self._capabilities is not None, "start() first"
        return self._capabilities

    async def start(self) -> None:
        """Return when the model is loaded.

        Raises:
            EngineUnavailable: it cannot be; the text tells the operator what to do.

        """
        self._loaded = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run())
        await self.process()

    async def stop(self) -> None:
        """End the process now."""
        self.stopping = True
        if self._running is not None:
            await end_tasks(self._running)

    async def process(self) -> ChildProcess:
        """The process, once it has loaded the model; raises as `start` does."""
        assert self._loaded is not None, "start() first"
        return await asyncio.shield(self._loaded)

    def serves(self, process: ChildProcess) -> bool:
        """Whether tasks are still given to `process`."""
        return self.ready and self._loaded is not None and self._loaded.result() is process

    def retire(self, process: ChildProcess) -> None:
        """End `process` and let the next task wait for a fresh one."""
        process.kill()
        if self.serves(process):
            self._loaded = asyncio.get_running_loop().create_future()

    def outgrown(self, watermark_bytes: int | None) -> bool:
        """Whether the loaded process has grown beyond the watermark."""
        if watermark_bytes is None or not self.ready or self._loaded is None:
            return False
        return self._loaded.result().resident_bytes() > watermark_bytes

    async def renew(self) -> None:
        """Replace the loaded process, which has nothing in hand."""
        self._outgrown = await self.process()
        log.warning("inference.outgrown", resident_bytes=self._outgrown.resident_bytes())
        self.retire(self._outgrown)

    async def _run(self) -> None:
        """Keep one process loaded, until loading fails."""
        process: ChildProcess | None = None
        try:
            while True:
                process = await ChildProcess.spawn(self._engine_path, self._environment)
                if smaller := await self._load(process):
                    self._fall_back(smaller)
                    continue
                self._announce(process)
                await process.deliver()
                self.retire(process)
                if process.out_of_memory and (smaller := self.capabilities.fallback):
                    self._fall_back(smaller)
                cause = self._cause(process)
                CHILD_RESTARTS_TOTAL.labels(cause).inc()
                log.warning("inference.process_ended", how=await process.end(), cause=cause)
        except EngineUnavailable as error:
            self._refuse(error)
        except asyncio.CancelledError:
            self._refuse(EngineUnavailable("The worker is being stopped."))
            raise
        finally:
            if process is not None:
                process.kill()
                await process.end()

    async def _load(self, process: ChildProcess) -> Fallback | None:
        """None once the model is loaded; a smaller way when the memory does not suffice for it."""
        try:
            self._capabilities = await process.capabilities()
        except EngineUnavailable as error:
            if error.fallback is None:
                raise
            return error.fallback
        return None

    def _fall_back(self, fallback: Fallback) -> None:
        """Let the next process be smaller."""
        log.warning("inference.falls_back", to=fallback.name)
        self._environment |= fallback.environment
        self.fallbacks += (fallback.name,)

    def _cause(self, process: ChildProcess) -> str:
        if process is self._outgrown:
            return "outgrown"
        return "died" if process.suspects else "ended"

    def _announce(self, process: ChildProcess) -> None:
        assert self._loaded is not None
        self._loaded.set_result(process)

    def _refuse(self, error: EngineUnavailable) -> None:
        assert self._loaded is not None
        if self._loaded.done():
            self._loaded = asyncio.get_running_loop().create_future()
        self._loaded.set_exception(error)
        self._loaded.exception()  # it is told to whoever asks, and is no accident if nobody does
