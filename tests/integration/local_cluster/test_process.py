"""Processes end when they should, and take with them what they started."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local_cluster import leftovers
from local_cluster.errors import CommandFailed, ProgramMissing
from local_cluster.home import Home
from local_cluster.process import ChildProcess, Command, program, run


def shell(script: str, **env: str) -> Command:
    return Command(argv=("sh", "-c", script), env={"PATH": os.environ["PATH"], **env})


async def gone(pid: int) -> bool:
    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        await asyncio.sleep(0.02)
    return False


async def started_pid(log: Path) -> int:
    while not (text := log.read_text()).endswith("\n"):
        await asyncio.sleep(0.02)
    return int(text)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "child.log"


async def test_a_command_that_fails_is_told_with_the_end_of_its_log(log: Path) -> None:
    with pytest.raises(CommandFailed, match=r"(?s)tidy ended with code 3.*the last word"):
        await run("tidy", shell("echo the last word; exit 3"), log)


async def test_a_child_that_ignores_sigterm_is_killed_after_the_timeout(log: Path) -> None:
    child = ChildProcess.spawn(shell("trap '' TERM; echo $$; while :; do sleep 0.1; done"), log)
    await started_pid(log)

    assert await child.stop(signal.SIGTERM, timeout_s=0.3) == -signal.SIGKILL


async def test_what_a_child_started_ends_with_it(log: Path) -> None:
    child = ChildProcess.spawn(shell("sleep 60 & echo $!; wait"), log)
    grandchild = await started_pid(log)

    await child.stop(signal.SIGKILL, timeout_s=5)

    assert await gone(grandchild)


async def test_a_child_dies_with_the_process_that_started_it(log: Path) -> None:
    program_text = f"""
import os, pathlib, time
from local_cluster.process import ChildProcess, Command
command = Command(("sh", "-c", "echo $$; exec sleep 60"), os.environ)
print(ChildProcess.spawn(command, pathlib.Path({str(log)!r})).pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program_text], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert await started_pid(log) == child
        parent.kill()

    assert await gone(child)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes its user")
async def test_root_runs_a_process_as_nobody_that_still_dies_with_it(log: Path) -> None:
    program_text = f"""
import os, pathlib, time
from local_cluster.process import ChildProcess, Command
command = Command(("sh", "-c", "id -u; exec sleep 60"), os.environ, as_nobody=True)
print(ChildProcess.spawn(command, pathlib.Path({str(log)!r})).pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program_text], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        user = await started_pid(log)
        parent.kill()

    assert user == 65534
    assert await gone(child)


def test_a_child_started_in_one_event_loop_can_be_ended_in_another(log: Path) -> None:
    async def spawn() -> ChildProcess:
        return ChildProcess.spawn(shell("sleep 60"), log)

    with asyncio.Runner() as one, asyncio.Runner() as other:
        child = one.run(spawn())
        code = other.run(child.stop(signal.SIGTERM, timeout_s=5))

    assert code == -signal.SIGTERM


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(ProgramMissing, match="'no-such-program' is not installed"):
        program("no-such-program")


def test_leftovers_are_known_by_their_mark_and_ended(tmp_path: Path) -> None:
    mine, other = Home(tmp_path / "mine").root, Home(tmp_path / "other").root
    marked = [
        subprocess.Popen(["sleep", "60"], env={"MALMOI_CLUSTER_HOME": str(root)})
        for root in (mine, mine, other)
    ]
    try:
        ended = leftovers.end(mine)

        assert ended == 2
        assert [process.poll() is None for process in marked] == [False, False, True]
    finally:
        for process in marked:
            process.kill()
            process.wait()


def test_a_leftover_that_ignores_sigterm_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "PATIENCE_S", 0.3)
    script = "trap '' TERM; echo; while :; do sleep 0.1; done"
    environment = {"MALMOI_CLUSTER_HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    with subprocess.Popen(
        ["sh", "-c", script], env=environment, stdout=subprocess.PIPE, start_new_session=True
    ) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        leftovers.end(tmp_path)

        assert stubborn.poll() == -signal.SIGKILL
