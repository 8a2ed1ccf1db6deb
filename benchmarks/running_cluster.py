"""A cluster of its own for a benchmark, started by the command that users start it with."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from local_cluster.home import MARKER

MALMOI = [sys.executable, "-m", "local_cluster"]


@dataclass(frozen=True)
class RunningCluster:
    """What `malmoi up --json` printed."""

    url: str
    gateway: str
    database: str
    kafka: str
    redis: str
    services: Mapping[str, Any]
    home: str

    def memory_mb(self) -> dict[str, float]:
        """Resident memory by program, in MB."""
        return self._sum(lambda process: process.memory_info().rss / 1e6)

    def cpu_s(self) -> dict[str, float]:
        """Processor seconds by program, since its start."""
        return self._sum(lambda process: sum(process.cpu_times()[:2]))

    def _sum(self, figure: Callable[[psutil.Process], float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get(MARKER) == self.home:
                    name = _name(process.cmdline())
                    found[name] = found.get(name, 0.0) + figure(process)
        return found


@contextmanager
def cluster(*options: str, **environment: str) -> Iterator[RunningCluster]:
    """Start a fresh cluster with `malmoi up` options and settings; stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="malmoi-bench-") as home:
        # All who sign up come from one address.
        usual = {"LOG_LEVEL": "warning", "LOGIN_MAX_FAILURES": "100000"}
        variables = {**os.environ, **usual, **environment, "MALMOI_HOME": home}
        up = [*MALMOI, "up", "--detach", "--json", "--port", "0", *options]
        try:
            started = subprocess.run(up, env=variables, check=True, stdout=subprocess.PIPE)
            told = json.loads(started.stdout)
            fields = {name: told[name] for name in RunningCluster.__dataclass_fields__}
            yield RunningCluster(**fields)
        finally:
            subprocess.run([*MALMOI, "down"], env=variables, check=True, stdout=subprocess.DEVNULL)


def _name(command: list[str]) -> str:
    if "-m" in command[:-1]:
        return command[command.index("-m") + 1]
    return Path(command[0]).name if command else "?"
