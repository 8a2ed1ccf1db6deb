"""The inference process: `python -m stt_worker_base.inference module:Class`, started by a worker.

It loads one engine, then serves orders from stdin and reports on stdout until stdin ends. Whatever
goes wrong here, in C code too, costs this process and one attempt, never the worker.

Each order has a thread. The threads take turns at the engine window by window, so somebody's clip
in a room waits for a few seconds of work, not for the end of a chunk; or the engine lets them in
itself, between parts of a window or several at once.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from functools import partial
from threading import Lock, Thread
from typing import IO

from malmoi.contracts.task_errors import TaskErrorCode
from stt_worker_base.child_protocol import ORDER, Order, Ready, Report, Task, Unavailable
from stt_worker_base.engine import Engine, load_engine
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.outcome import Detected, Failed, Progress, Transcribed
from stt_worker_base.recognise import Turn, detect, recognise
from stt_worker_base.turns import Turns

_PR_SET_PDEATHSIG = 1


def main(engine_path: str) -> int:
    """Serve until the parent closes our stdin. Returns the exit status."""
    die_with_parent()
    reports = private_stdout()
    try:
        engine = load_engine(engine_path)
    except EngineUnavailable as error:
        _send(reports, Unavailable(detail=str(error), fallback=error.fallback))
        return 1
    _send(reports, Ready(capabilities=engine.capabilities))
    _Server(engine, reports).serve(sys.stdin.buffer)
    return 0


class _Server:
    def __init__(self, engine: Engine, reports: IO[bytes]) -> None:
        self._engine = engine
        self._turns = None if engine.lets_others_in else Turns()
        self._reports = reports
        self._reporting = Lock()

    def serve(self, orders: Iterable[bytes]) -> None:
        for line in orders:
            Thread(target=self._do, args=(ORDER.validate_json(line),), daemon=True).start()

    def _do(self, order: Order) -> None:
        said = self._said(order)
        self._report(order, said)
        if isinstance(said, Failed) and said.code is TaskErrorCode.ENGINE_OUT_OF_MEMORY:
            # What is left of the heap, and a CUDA context after it ran out, cannot be trusted.
            os._exit(1)

    def _said(self, order: Order) -> Transcribed | Detected | Failed:
        turn = self._turn(urgent=order.urgent)
        report = partial(self._report, order)
        if isinstance(order, Task):
            return recognise(self._engine, order, report=report, turn=turn)
        report(Progress(stage="decode", fraction=0))
        return detect(self._engine, order, turn=turn)

    def _turn(self, *, urgent: bool) -> Turn:
        if self._turns is not None:
            return partial(self._turns.turn, urgent=urgent)
        return self._engine.in_a_hurry if urgent else nullcontext

    def _report(self, order: Order, said: Progress | Transcribed | Detected | Failed) -> None:
        with self._reporting:
            _send(self._reports, Report(number=order.number, said=said))


def _send(reports: IO[bytes], message: Ready | Unavailable | Report) -> None:
    reports.write(message.model_dump_json().encode() + b"\n")
    reports.flush()


def private_stdout() -> IO[bytes]:
    """Keep the protocol's pipe for ourselves: libraries that print go to stderr."""
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return pipe


def die_with_parent() -> None:
    """Leave no orphan behind a killed worker, even in the middle of a task."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
