"""Operating-system processes that end with the process that started them."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from local_cluster.errors import CommandFailed, ProgramMissing
from local_cluster.logs import tail

LAST_LINES = 15
"""How many lines of a log are shown when its process failed."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and what becomes of it when its parent dies."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path | None = None
    death_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when the thread that started the process is gone."""
    as_nobody: bool = False
    """Run root's process in a user namespace where it is not root; for others it changes nothing.

    Files that it writes still belong to root, so no directory needs another owner.
    """
    stdin: bytes = field(default=b"", repr=False)

    def wrapped(self) -> list[str]:
        """Return the argument list with the wrappers that set namespace and death signal.

        `unshare` comes first: the kernel forgets a death signal when credentials change.
        """
        wrappers = []
        if self.as_nobody and os.geteuid() == 0:
            nobody = ("--map-user=65534", "--map-group=65534")
            wrappers += [program("unshare"), "--user", *nobody]
        wrappers += [program("setpriv"), "--pdeathsig", self.death_signal.name[3:], "--"]
        return [*wrappers, *self.argv]


def program(name: str) -> str:
    """Return the path of an installed program.

    Raises:
        ProgramMissing: it is not on PATH.

    """
    if found := shutil.which(name):
        return found
    raise ProgramMissing(
        f"the program {name!r} is not installed; `malmoi doctor` says how to get it"
    )


class ChildProcess:
    """A running command, in a process group of its own, its output in a log file.

    It is bound to no event loop, so it may be started in one and awaited in another.
    """

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen

    @classmethod
    def spawn(cls, command: Command, log: Path) -> Self:
        with log.open("ab") as output:
            popen = subprocess.Popen(
                command.wrapped(),
                env=dict(command.env),
                cwd=command.cwd,
                stdin=subprocess.PIPE if command.stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if popen.stdin is not None:
            with popen.stdin as stdin:
                stdin.write(command.stdin)
        return cls(popen)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def running(self) -> bool:
        if self._popen.returncode is not None:
            return False
        # WNOWAIT: only `wait` may reap it, because it has the group to clear before.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    async def wait(self) -> int:
        """Wait for the end; whatever it left in its process group is killed.

        Returns:
            The exit code; minus the number of the signal that ended it.

        """
        if self._popen.returncode is None:
            await _ended(self.pid)
        if self._popen.returncode is None:
            # Before the process is reaped: only until then nobody else can own this group id.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        return self._popen.wait()

    def send(self, signum: signal.Signals) -> None:
        """Signal the process; nothing happens if it ended meanwhile."""
        if self.running:
            os.kill(self.pid, signum)

    async def stop(self, signum: signal.Signals, *, timeout_s: float) -> int:
        """Ask the process to end, kill it when it does not in time; returns the exit code."""
        self.send(signum)
        try:
            async with asyncio.timeout(timeout_s):
                return await self.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
            return await self.wait()


async def _ended(pid: int) -> None:
    """Wait until a child of ours ended; it stays to be reaped."""
    loop = asyncio.get_running_loop()
    descriptor = os.pidfd_open(pid)
    ended = asyncio.Event()
    try:
        loop.add_reader(descriptor, ended.set)
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def run(name: str, command: Command, log: Path) -> None:
    """Run a command to its end.

    Raises:
        CommandFailed: it ended with another code than 0.

    """
    child = ChildProcess.spawn(command, log)
    try:
        code = await child.wait()
    except asyncio.CancelledError:
        await child.stop(signal.SIGTERM, timeout_s=5)
        raise
    if code != 0:
        raise CommandFailed(name, f"ended with code {code}", tail(log, LAST_LINES), log)
