"""The inference process: `python -m stt_worker_base.inference module:Class`, started by a worker.

It loads one engine, then reads tasks from stdin and reports on stdout until stdin ends. Whatever
goes wrong here, in C code too, costs this process and one attempt, never the worker.
"""

import ctypes
import os
import signal
import sys
from typing import IO

from malmoi.contracts.task_errors import TaskErrorCode
from stt_worker_base.child_protocol import Ready, Report, Task, Unavailable
from stt_worker_base.engine import Engine, load_engine
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.outcome import Failed
from stt_worker_base.recognise import recognise

_PR_SET_PDEATHSIG = 1


def main(engine_path: str) -> int:
    """Serve tasks until the parent closes our stdin. Returns the exit status."""
    _die_with_parent()
    reports = _private_stdout()
    try:
        engine = load_engine(engine_path)
    except EngineUnavailable as error:
        _send(reports, Unavailable(detail=str(error)))
        return 1
    _send(reports, Ready(capabilities=engine.capabilities))
    return _serve(engine, reports)


def _serve(engine: Engine, reports: IO[bytes]) -> int:
    for line in sys.stdin.buffer:
        task = Task.model_validate_json(line)
        outcome = recognise(engine, task, report=lambda progress: _send(reports, progress))
        _send(reports, outcome)
        if isinstance(outcome, Failed) and outcome.code is TaskErrorCode.ENGINE_OUT_OF_MEMORY:
            # What is left of the heap, and a CUDA context after it ran out, cannot be trusted.
            return 1
    return 0


def _send(reports: IO[bytes], report: Report) -> None:
    reports.write(report.model_dump_json().encode() + b"\n")
    reports.flush()


def _private_stdout() -> IO[bytes]:
    """Keep the protocol's pipe for ourselves: libraries that print go to stderr."""
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return pipe


def _die_with_parent() -> None:
    """Leave no orphan behind a killed worker, even in the middle of a task."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
