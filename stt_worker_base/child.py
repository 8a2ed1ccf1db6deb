"""Inference in a process of its own, seen from the worker.

A crash, a hang or exhausted memory costs that process and one attempt; the worker goes on with a
fresh one. Nothing heavy is imported here: the worker holds no numpy, FFmpeg or model.
"""

import asyncio
import itertools
from asyncio import Future
from collections.abc import Callable
from pathlib import Path

import structlog

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.observability.metrics import CHILD_RESTARTS_TOTAL
from stt_worker_base.allowance import Allowance
from stt_worker_base.child_process import ChildProcess, Inbox
from stt_worker_base.child_protocol import Detect, Order, Task
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.outcome import (
    Cancelled,
    Capabilities,
    Detected,
    Failed,
    Progress,
    Transcribed,
)
from stt_worker_base.settings import WorkerSettings

log = structlog.get_logger(__name__)

_POLL_S = 0.2

OnProgress = Callable[[Progress], None]
_Said = Transcribed | Detected | Failed | Cancelled


class InferenceChild:
    """Serves one batch task at a time, and amid it one that is urgent; others wait their turn."""

    def __init__(self, engine_path: str, settings: WorkerSettings) -> None:
        self._engine_path = engine_path
        self._settings = settings
        self._turn, self._urgent_turn = asyncio.Lock(), asyncio.Lock()
        self._numbers = itertools.count(1)
        self._allowances: dict[int, Allowance] = {}
        self._loaded: Future[ChildProcess] | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._capabilities: Capabilities | None = None
        self._stopping = False

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
        urgent: bool = False,
        on_progress: OnProgress = lambda _: None,
    ) -> Transcribed | Failed | Cancelled:
        """Recognise the recording at `path`, which must stay until this returns.

        What is `urgent` begins amid a task in hand, between two of its decoding windows. A bad
        recording, a crash, a hang and exhausted memory are outcomes. Cancelling the coroutine
        ends the work.

        Raises:
            EngineUnavailable: a fresh process cannot load the model, or `stop` was called.

        """

        def order(number: int) -> Task:
            return Task(number=number, path=path, options=options, max_audio_s=max_audio_s)

        async with self._urgent_turn if urgent else self._turn:
            said = await self._served(order, on_progress)
        assert not isinstance(said, Detected)
        return said

    async def detect_language(
        self, path: Path, *, max_audio_s: float
    ) -> Detected | Failed | Cancelled:
        """Say in which language a recording is; urgent, and it raises as `transcribe` does."""

        def order(number: int) -> Detect:
            return Detect(number=number, path=path, max_audio_s=max_audio_s)

        async with self._urgent_turn:
            said = await self._served(order, lambda _: None)
        assert not isinstance(said, Transcribed)
        return said

    async def stop(self) -> None:
        """End the process now; a task in hand returns `Cancelled`."""
        self._stopping = True
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.wait([self._supervisor])

    async def _process(self) -> ChildProcess:
        assert self._loaded is not None, "start() first"
        return await asyncio.shield(self._loaded)

    async def _served(self, order_of: Callable[[int], Order], on_progress: OnProgress) -> _Said:
        """Ask until the process ends for no other order's sake."""
        said: _Said | None = None
        while said is None:
            process = await self._process()
            said = await self._asked(process, order_of(next(self._numbers)), on_progress)
        return said

    async def _asked(
        self, process: ChildProcess, order: Order, on_progress: OnProgress
    ) -> _Said | None:
        inbox = process.hand_over(order)
        allowance = self._allowances[order.number] = Allowance(self._settings)
        sound = False
        try:
            said = await self._said(process, order, inbox, on_progress)
            sound = said is None or _leaves_sound(said)
            return said
        finally:
            process.forget(order)
            del self._allowances[order.number]
            for other in self._allowances.values():
                other.put_off(allowance.used_s)
            if not sound:
                process.ended_for = process.ended_for or order.number
                self._retire(process)

    async def _said(
        self, process: ChildProcess, order: Order, inbox: Inbox, on_progress: OnProgress
    ) -> _Said | None:
        """None: the process ended, and not because of this order."""
        allowance = self._allowances[order.number]
        while allowance.left_s > 0 or process.at_work not in {None, order.number}:
            try:
                report = await asyncio.wait_for(inbox.get(), max(allowance.left_s, _POLL_S))
            except TimeoutError:
                continue
            if report is None:
                return await self._verdict(process, order)
            if not isinstance(report.said, Progress):
                return report.said
            allowance.note(report.said)
            on_progress(report.said)
        return _hung()

    async def _verdict(self, process: ChildProcess, order: Order) -> _Said | None:
        if self._stopping:
            return Cancelled()
        guilty = process.ended_for or process.at_work or order.number
        return _crashed(await process.end()) if guilty == order.number else None

    async def _supervise(self) -> None:
        """Keep one process loaded, until loading fails."""
        process: ChildProcess | None = None
        try:
            while True:
                process = await ChildProcess.spawn(self._engine_path)
                self._capabilities = await process.capabilities()
                self._announce(process)
                await process.deliver()
                self._retire(process)
                cause = "died" if process.ended_for is None else "ended"
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


def _leaves_sound(said: _Said) -> bool:
    match said:
        case Transcribed() | Detected():
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
