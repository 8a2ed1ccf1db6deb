"""Inference in a process of its own, seen from the worker.

A crash, a hang or exhausted memory costs that process and one attempt; the worker goes on with a
fresh one. Nothing heavy is imported here: the worker holds no numpy, FFmpeg or model.
"""

import asyncio
import itertools
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.task_errors import TaskErrorCode
from stt_worker_base.allowance import Allowance
from stt_worker_base.child_process import ChildProcess, Inbox
from stt_worker_base.child_protocol import Detect, Order, Task
from stt_worker_base.outcome import (
    Cancelled,
    Capabilities,
    Detected,
    Failed,
    Progress,
    Transcribed,
)
from stt_worker_base.settings import WorkerSettings
from stt_worker_base.supervisor import Supervisor

OnProgress = Callable[[Progress], None]
OrderOf = Callable[[int], Order]
"""Makes the order of a number."""
_Said = Transcribed | Detected | Failed | Cancelled


class _Alone(Enum):
    """The process ended, perhaps because of this order: ask again with no other in hand."""

    ALONE = "alone"


_ALONE = _Alone.ALONE


class InferenceChild:
    """Serves as many tasks at once as the engine can, and amid them one that is urgent.

    When the process dies or hangs with several in hand, each of them is tried once more, alone:
    then it is known who is to blame. When it is ended because of one of them, the others begin
    again.
    """

    def __init__(self, engine_path: str, settings: WorkerSettings) -> None:
        self._settings = settings
        self._supervisor = Supervisor(engine_path)
        self._numbers = itertools.count(1)
        self._allowances: dict[int, Allowance] = {}

    async def start(self) -> None:
        """Return when the model is loaded.

        Raises:
            EngineUnavailable: it cannot be; the text tells the operator what to do.

        """
        await self._supervisor.start()

    @property
    def ready(self) -> bool:
        """Whether a task would begin at once, if no other is in hand."""
        return self._supervisor.ready

    @property
    def capabilities(self) -> Capabilities:
        """What the loaded engine can do; valid once started."""
        return self._supervisor.capabilities

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

        What is `urgent` begins amid a task in hand, after a decoding window of it at most. A bad
        recording, a crash, a hang and exhausted memory are outcomes. Cancelling the coroutine
        ends the work.

        Raises:
            EngineUnavailable: a fresh process cannot load the model, or `stop` was called.

        """

        def order(number: int) -> Task:
            return Task(
                number=number, path=path, options=options, max_audio_s=max_audio_s, urgent=urgent
            )

        said = await self._served(order, on_progress, urgent=urgent)
        assert not isinstance(said, Detected)
        return said

    async def detect_language(
        self, path: Path, *, max_audio_s: float
    ) -> Detected | Failed | Cancelled:
        """Say in which language a recording is; urgent, and it raises as `transcribe` does."""

        def order(number: int) -> Detect:
            return Detect(number=number, path=path, max_audio_s=max_audio_s)

        said = await self._served(order, lambda _: None, urgent=True)
        assert not isinstance(said, Transcribed)
        return said

    async def stop(self) -> None:
        """End the process now; a task in hand returns `Cancelled`."""
        await self._supervisor.stop()

    async def _served(self, order_of: OrderOf, on_progress: OnProgress, *, urgent: bool) -> _Said:
        if not urgent or not self._allowances:  # what is urgent waits for nobody
            await self._renew_if_outgrown()
        said: _Said | _Alone | None = None
        while said is None or said is _ALONE:
            process = await self._supervisor.process()
            places = process.places
            async with places.all() if said is _ALONE else places.one(urgent=urgent):
                # Another may have come meanwhile, with fewer places.
                if self._supervisor.serves(process):
                    order = order_of(next(self._numbers))
                    said = await self._answer(process, order, on_progress) or said
        return said

    async def _renew_if_outgrown(self) -> None:
        watermark = self._settings.memory_watermark
        if self._supervisor.outgrown(watermark):
            process = await self._supervisor.process()
            async with process.places.all():
                if self._supervisor.serves(process) and self._supervisor.outgrown(watermark):
                    await self._supervisor.renew()

    async def _answer(
        self, process: ChildProcess, order: Order, on_progress: OnProgress
    ) -> _Said | _Alone | None:
        inbox = process.hand_over(order)
        allowance = self._allowances[order.number] = Allowance(self._settings, urgent=order.urgent)
        sound = False
        try:
            said = await self._said(process, order, inbox, on_progress)
            sound = said is None or said is _ALONE or _leaves_sound(said)
            return said
        finally:
            process.forget(order)
            del self._allowances[order.number]
            if order.urgent:
                for other in self._allowances.values():
                    other.put_off(allowance.used_s)
            if not sound:
                process.end_for(order)
                self._supervisor.retire(process)

    async def _said(
        self, process: ChildProcess, order: Order, inbox: Inbox, on_progress: OnProgress
    ) -> _Said | _Alone | None:
        """None: the process ended for another order's sake."""
        allowance = self._allowances[order.number]
        while (left_s := self._left_s(order)) > 0:
            try:
                async with asyncio.timeout(left_s):
                    report = await inbox.get()
            except TimeoutError:
                continue
            if report is None:
                return self._verdict(process, order, _crashed(await process.end()))
            if not isinstance(report.said, Progress):
                return self._taken(process, order, report.said)
            allowance.note(report.said)
            on_progress(report.said)
        process.suspect_all()
        self._supervisor.retire(process)
        return self._verdict(process, order, _hung())

    def _left_s(self, order: Order) -> float:
        """Not positive once the order has used its time up; what is urgent takes none of it."""
        left_s = self._allowances[order.number].left_s
        if order.urgent:
            return left_s
        return left_s + sum(each.used_s for each in self._allowances.values() if each.urgent)

    def _taken(
        self, process: ChildProcess, order: Order, said: Transcribed | Detected | Failed
    ) -> _Said | None:
        """None: it is to be asked again of a process that needs less memory."""
        match said:
            case Transcribed():
                return said.model_copy(update={"fallbacks": self._supervisor.fallbacks})
            case Failed(code=TaskErrorCode.ENGINE_OUT_OF_MEMORY) if self.capabilities.fallback:
                process.end_for(order)
                self._supervisor.retire(process)
                return None
        return said

    def _verdict(
        self, process: ChildProcess, order: Order, failed: Failed
    ) -> _Said | _Alone | None:
        if self._supervisor.stopping:
            return Cancelled()
        if order.number not in process.suspects:
            return None
        return failed if len(process.suspects) == 1 else _ALONE


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
