"""A cluster in the background: its supervisor is a process without a terminal."""

import os
import subprocess
import sys
import time
from pathlib import Path

import click

from local_cluster.errors import NotRunning, SupervisorEnded
from local_cluster.home import CHECKOUT, Home
from local_cluster.logs import Follower
from local_cluster.state import ClusterPhase, ClusterState

POLL_S = 0.05


def start_detached(home: Home, arguments: list[str]) -> ClusterState:
    """Start a supervisor, show what it says meanwhile, and return when its cluster is ready.

    Raises:
        HomeUnusable: the state directory cannot be used.
        SupervisorEnded: it could not start; it has said why.

    """
    home.create()
    log = home.log("supervisor")
    log.write_bytes(b"")
    supervisor = _spawn(home, arguments, log)
    try:
        state = _started(supervisor, home, Follower(log))
    except KeyboardInterrupt:
        supervisor.terminate()
        raise
    if state is not None:
        return state
    if home.is_held():
        return wait_until_ready(home)
    raise SupervisorEnded(f"the cluster did not start; its logs are in {home.logs}")


def _started(
    supervisor: subprocess.Popen[bytes], home: Home, told: Follower
) -> ClusterState | None:
    """Return the state when all is ready; None when the supervisor ended instead."""
    while supervisor.poll() is None:
        _show(told)
        state = ClusterState.read(home.state_file)
        if state and state.pid == supervisor.pid and state.phase is ClusterPhase.READY:
            _show(told)
            return state
        time.sleep(POLL_S)
    _show(told)
    return None


def wait_until_ready(home: Home) -> ClusterState:
    """Return the state of a cluster that somebody else started, when it is ready.

    Raises:
        NotRunning: it ended instead.

    """
    while home.is_held():
        state = ClusterState.read(home.state_file)
        if state and state.phase is ClusterPhase.READY:
            return state
        time.sleep(POLL_S)
    raise NotRunning(f"the cluster of {home.root} ended while it was starting or stopping")


def _spawn(home: Home, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "local_cluster", *arguments],
            env={**os.environ, "MALMOI_HOME": str(home.root), "PYTHONPATH": _python_path()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _python_path() -> str:
    """Return the search path with the checkout, for it may not be installed."""
    return os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))


def _show(told: Follower) -> None:
    for line in told.new_lines():
        click.echo(line, err=True)
