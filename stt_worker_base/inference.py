"""The inference process: `python -m stt_worker_base.inference module:Class`, started by a worker.

It loads one engine, then serves orders from stdin and reports on stdout until stdin ends. Whatever
goes wrong here, in C code too, costs this process and one attempt, never the worker.

An order that comes while another is in hand is served between two decoding windows, on the same
model: so somebody's clip in a room waits for a few seconds of work, not for the end of a chunk.
"""

import ctypes
import os
import signal
import sys
from typing import IO

from malmoi.contracts.task_errors import TaskErrorCode
from stt_worker_base.child_protocol import Order, Ready, Report, Task, Unavailable
from stt_worker_base.engine import Engine, load_engine
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.orders import Orders
from stt_worker_base.outcome import Detected, Failed, Progress, Transcribed
from stt_worker_base.recognise import detect, recognise

_PR_SET_PDEATHSIG = 1


def main(engine_path: str) -> int:
    """Serve until the parent closes our stdin. Returns the exit status."""
    die_with_parent()
    reports = private_stdout()
    try:
        engine = load_engine(engine_path)
    except EngineUnavailable as error:
        _send(reports, Unavailable(detail=str(error)))
        return 1
    _send(reports, Ready(capabilities=engine.capabilities))
    server = _Server(engine, Orders(sys.stdin.fileno()), reports)
    return server.serve()


class _Server:
    def __init__(self, engine: Engine, orders: Orders, reports: IO[bytes]) -> None:
        self._engine = engine
        self._orders = orders
        self._reports = reports

    def serve(self) -> int:
        while (order := self._orders.next()) is not None:
            self._do(order)
        return 0

    def _do(self, order: Order) -> None:
        said = self._said(order)
        _send(self._reports, Report(number=order.number, said=said))
        if isinstance(said, Failed) and said.code is TaskErrorCode.ENGINE_OUT_OF_MEMORY:
            # What is left of the heap, and a CUDA context after it ran out, cannot be trusted;
            # nor can an order that this one was served amid.
            sys.exit(1)

    def _said(self, order: Order) -> Transcribed | Detected | Failed:
        def report(progress: Progress) -> None:
            _send(self._reports, Report(number=order.number, said=progress))

        if isinstance(order, Task):
            return recognise(self._engine, order, report=report, between=self._let_others_pass)
        report(Progress(stage="decode", fraction=0))
        return detect(self._engine, order)

    def _let_others_pass(self) -> None:
        while (order := self._orders.waiting()) is not None:
            self._do(order)


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
