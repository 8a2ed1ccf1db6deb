"""The process that transcodes: `python -m sign_service.child`, started by the service per video.

It reads its work from stdin, bounds its own memory, CPU and files, and answers on stdout.
Whatever goes wrong here, in C code too, costs this process and one try, never the service.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import IO

from sign_service.child_protocol import Answer, Exhausted, Refused, Work
from sign_service.errors import VideoRefused

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def main() -> int:
    """Do one piece of work. Returns the exit status."""
    answers = _private_stdout()
    _die_with_parent()
    work = Work.model_validate_json(sys.stdin.buffer.readline())
    _bound(work)
    answers.write(_answer(work).model_dump_json().encode() + b"\n")
    answers.flush()
    return 0


def _answer(work: Work) -> Answer:
    try:
        # After the bounds: importing FFmpeg already takes memory.
        from sign_service.transcode import transcode

        return transcode(work)
    except VideoRefused as refusal:
        return Refused(code=refusal.code, detail=refusal.detail)
    except MemoryError:
        return Exhausted()


def _bound(work: Work) -> None:
    # Compiled modules that the bound on files cuts short would break every later process.
    sys.dont_write_bytecode = True
    limits = work.limits
    seconds = int(limits.deadline_s * max(1, limits.threads)) + 1
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 2 * limits.max_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, allowed = resource.getrlimit(kind)
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)  # noqa: PLW2901
        resource.setrlimit(kind, (most, most))


def _private_stdout() -> IO[bytes]:
    """Keep the protocol's pipe for ourselves: libraries that print go to stderr."""
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return pipe


def _die_with_parent() -> None:
    """Leave no orphan, gain no privileges, and be the first to go when memory ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    sys.exit(main())
