"""Inference in a process of its own, seen from the worker.

A crash, a hang or exhausted memory costs that process and one attempt; the worker goes on with a
fresh one. Nothing heavy is imported here: the worker holds no numpy, FFmpeg or model.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable
from pathlib import Path

import structlog

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.observability.metrics import CHILD_RESTARTS_TOTAL
from stt_worker_base.child_process import ChildProcess
from stt_worker_base.child_protocol import Task
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.outcome import (
    Cancelled,
    Capabilities,
    Failed,
    Outcome,
    Progress,
    Transcribed,
)
from stt_worker_base.settings import WorkerSettings

log = structlog.get_logger(__name__)

OnProgress = Callable[[Progress], None]


class InferenceChild:
    """Serves one task at a time; a second one waits for its turn."""

    def __init__(self, engine_path: str, settings: WorkerSettings) -> None:
        self._engine_path = engine_path
        self._settings = settings
        self._turn = asyncio.Lock()
        self._loaded: Future[ChildProcess] | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._capabilities: Capabilities | None = None
        self._cancelling = False

    async def start(self) -> None:
        """Return when the model is loaded.

        Raises:
            EngineUnavailable: it cannot be; the text tells the operator what to do.

        """
        self._loaded = asyncio.get_running_loop().create_future()
        self._supervisor = asyncio.create_task(self._supervise())
        await self._process()

    @property
    def ready(self) -> bool:
        """Whether a task would begin at once, if no other is in hand."""
        loaded = self._loaded
        return loaded is not None and loaded.done() and loaded.exception() is None

    @property
    def capabilities(self) -> Capabilities:
        """What the loaded engine can do; valid once started."""
        assert self._capabilities is not None, "start() first"
        return self._capabilities

    async def transcribe(
        self,
        path: Path,
        options: DecodeOptions,
        *,
        max_audio_s: float,
        on_progress: OnProgress = lambda _: None,
    ) -> Outcome:
        """Recognise the recording at `path`, which must stay until this returns.

        A bad recording, a crash, a hang and exhausted memory are outcomes. Cancelling the
        coroutine ends the work.

        Raises:
            EngineUnavailable: a fresh process cannot load the model, or `stop` was called.

        """
        async with self._turn:
            process = await self._process()
            self._cancelling, sound = False, False
            try:
                process.send(Task(path=path, options=options, max_audio_s=max_audio_s))
                outcome = await self._outcome(process, on_progress)
                sound = _leaves_sound(outcome)
            finally:
                if not sound:
                    self._retire(process)
            return outcome

    async def cancel(self) -> None:
        """End what is running, which then returns `Cancelled`. Harmless when nothing is."""
        if self._turn.locked() and self.ready:
            self._cancelling = True
            (await self._process()).kill()

    async def stop(self) -> None:
        """End the process now; a task in hand returns `Cancelled`."""
        self._cancelling = True
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.wait([self._supervisor])

    async def _process(self) -> ChildProcess:
        assert self._loaded is not None, "start() first"
        return await asyncio.shield(self._loaded)

    async def _outcome(self, process: ChildProcess, on_progress: OnProgress) -> Outcome:
        loop, minimum_s = asyncio.get_running_loop(), self._settings.task_min_deadline_s
        decoding = True
        try:
            async with asyncio.timeout(minimum_s) as deadline:
                while (report := await process.report()) is not None:
                    if isinstance(report, Transcribed | Failed):
                        return report
                    if isinstance(report, Progress):
                        if decoding and report.audio_s is not None:
                            decoding = False
                            allowed_s = self._settings.task_deadline_factor * report.audio_s
                            deadline.reschedule(loop.time() + max(minimum_s, allowed_s))
                        on_progress(report)
        except TimeoutError:
            return _hung()
        return Cancelled() if self._cancelling else _crashed(await process.end())

    async def _supervise(self) -> None:
        """Keep one process loaded, until loading fails."""
        process: ChildProcess | None = None
        try:
            while True:
                process = await ChildProcess.spawn(self._engine_path)
                self._capabilities = await process.capabilities()
                self._announce(process)
                how = await process.end()
                self._retire(process)
                cause = "cancelled" if self._cancelling else "died"
                CHILD_RESTARTS_TOTAL.labels(cause).inc()
                log.warning("inference.process_ended", how=how, cancelled=self._cancelling)
        except EngineUnavailable as error:
            self._refuse(error)
        except asyncio.CancelledError:
            self._refuse(EngineUnavailable("The worker is being stopped."))
            raise
        finally:
            if process is not None:
                process.kill()
                await process.end()

    def _announce(self, process: ChildProcess) -> None:
        assert self._loaded is not None
        self._loaded.set_result(process)

    def _refuse(self, error: EngineUnavailable) -> None:
        assert self._loaded is not None
        if self._loaded.done():
            self._loaded = asyncio.get_running_loop().create_future()
        self._loaded.set_exception(error)
        self._loaded.exception()  # it is told to whoever asks, and is no accident if nobody does

    def _retire(self, process: ChildProcess) -> None:
        """End `process` and let the next task wait for a fresh one."""
        process.kill()
        if self.ready and self._loaded is not None and self._loaded.result() is process:
            self._loaded = asyncio.get_running_loop().create_future()


def _leaves_sound(outcome: Outcome) -> bool:
    match outcome:
        case Transcribed():
            return True
        case Failed(code=code):
            return code not in _FATAL
        case Cancelled():
            return False


_FATAL = frozenset(
    {
        TaskErrorCode.ENGINE_CRASHED,
        TaskErrorCode.ENGINE_TIMEOUT,
        TaskErrorCode.ENGINE_OUT_OF_MEMORY,
    }
)


def _hung() -> Failed:
    detail = "The recogniser did not finish in time. Send the recording again, or a shorter one."
    return Failed(code=TaskErrorCode.ENGINE_TIMEOUT, detail=detail, retryable=True)


def _crashed(how: str) -> Failed:
    detail = f"The recogniser {how} in the middle of the recording. Send it again."
    return Failed(code=TaskErrorCode.ENGINE_CRASHED, detail=detail, retryable=True)
