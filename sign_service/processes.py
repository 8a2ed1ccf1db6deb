"""Running a program to its end or its deadline; nothing of it outlives either."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_OF_OUR_ENVIRONMENT = ("PATH", "TMPDIR", "LANG", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Ended:
    """What a program said, and how it ended."""

    output: bytes
    how: str
    """`exited with status 1` or `was killed by SIGSEGV`."""
    well: bool


class Overdue(Exception):
    """It was still running at its deadline, and is not any more."""


async def run_module(
    arguments: Sequence[str], *, said: bytes = b"", within_s: float, env: Mapping[str, str]
) -> Ended:
    """Run `python -m` with `arguments` in a session of its own, and say `said` to it.

    Raises:
        Overdue: the deadline came first.

    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", *arguments),
        stdin=PIPE,
        stdout=PIPE,
        start_new_session=True,
        env={**env, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        async with asyncio.timeout(within_s):
            output, _ = await process.communicate(said)
    except TimeoutError as error:
        raise Overdue from error
    finally:
        await _end_all(process)
    status = process.returncode or 0
    ended = signal.Signals(-status).name if status < 0 else str(status)
    how = f"was killed by {ended}" if status < 0 else f"exited with status {ended}"
    return Ended(output, how, well=status == 0)


def bare_environment() -> dict[str, str]:
    """What a process that reads videos of strangers may know: no secret of ours."""
    return {name: os.environ[name] for name in _OF_OUR_ENVIRONMENT if name in os.environ}


async def _end_all(process: asyncio.subprocess.Process) -> None:
    """Kill the whole session, grandchildren included."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
