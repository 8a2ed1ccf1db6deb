"""A daemon that dies is started again; one that keeps dying is named."""

import asyncio
import os
import sys
from itertools import groupby
from pathlib import Path

import pytest

from local_cluster.errors import CommandFailed, StartFailed
from local_cluster.home import Home, OpenHome
from local_cluster.process import Command
from local_cluster.servers.server import Server
from local_cluster.state import PartPhase
from local_cluster.supervised import Supervised

PROGRAM = """
import http.server
import os
import pathlib
import sys

attempts = pathlib.Path(sys.argv[2])
attempts.write_text(attempts.read_text() + "x" if attempts.exists() else "x")
if len(attempts.read_text()) <= int(sys.argv[3]):
    sys.exit("cannot find the treasure map")
address = ("127.0.0.1", int(sys.argv[1]))
http.server.HTTPServer(address, http.server.BaseHTTPRequestHandler).serve_forever()
"""


class Pirate(Server):
    """Fails as often as it is told, then listens."""

    def __init__(self, home: OpenHome, *, failures: int) -> None:
        super().__init__("pirate", home)
        self._attempts = home.paths.data / "attempts"
        self._failures = failures

    def env(self) -> dict[str, str]:
        return {}

    def command(self) -> Command:
        words = (str(self.port), str(self._attempts), str(self._failures))
        return Command((sys.executable, "-c", PROGRAM, *words), env=dict(os.environ))

    async def ready(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


@pytest.fixture
def home(tmp_path: Path) -> OpenHome:
    made = Home(tmp_path)
    made.create()
    return made.open()


async def reaches(supervised: Supervised, *, restarts: int) -> None:
    async with asyncio.timeout(60):  # each attempt starts a Python, and the pauses between grow
        while supervised.phase is not PartPhase.READY or supervised.part().restarts < restarts:
            await asyncio.sleep(0.02)


async def test_a_daemon_that_is_killed_is_started_again(home: OpenHome) -> None:
    phases: list[PartPhase] = []
    supervised = Supervised(Pirate(home, failures=0), lambda it: phases.append(it.phase))
    supervised.keep()
    await supervised.ready()
    first = supervised.daemon.pid

    await supervised.daemon.kill()
    await reaches(supervised, restarts=1)

    assert supervised.daemon.pid not in (None, first)
    await supervised.stop()
    assert [str(phase) for phase, _ in groupby(phases)] == [
        "starting",
        "ready",
        "restarting",
        "starting",
        "ready",
        "stopped",
    ]


async def test_two_deaths_in_a_row_are_survived(home: OpenHome) -> None:
    supervised = Supervised(Pirate(home, failures=2), lambda _: None)
    supervised.keep()

    await supervised.ready()

    assert supervised.part().restarts == 2
    await supervised.stop()


async def test_a_daemon_that_keeps_dying_is_named_with_its_last_words(home: OpenHome) -> None:
    supervised = Supervised(Pirate(home, failures=100), lambda _: None)
    supervised.keep()

    with pytest.raises(StartFailed, match=r"(?s)pirate ended with code 1.*the treasure map"):
        await supervised.ready()

    part = supervised.part()
    await supervised.stop()
    assert part.phase is PartPhase.FAILING
    assert part.failure is not None
    assert "treasure map" in part.failure


async def test_what_must_follow_a_restart_is_done_but_not_at_the_first_start(
    home: OpenHome,
) -> None:
    done: list[str] = []

    async def set_up() -> None:
        done.append("set up")

    supervised = Supervised(Pirate(home, failures=0), lambda _: None)
    supervised.after_restart = set_up
    supervised.keep()
    await supervised.ready()
    at_first_start = list(done)

    await supervised.daemon.kill()
    await reaches(supervised, restarts=1)
    await supervised.stop()

    assert at_first_start == []
    assert done == ["set up"]


async def test_a_restart_whose_follow_up_fails_is_done_again(home: OpenHome) -> None:
    attempts = 0

    async def set_up() -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise CommandFailed("setup", "ended with code 1", [], home.paths.log("setup"))

    supervised = Supervised(Pirate(home, failures=0), lambda _: None)
    supervised.after_restart = set_up
    supervised.keep()
    await supervised.ready()

    await supervised.daemon.kill()
    await reaches(supervised, restarts=2)
    await supervised.stop()

    assert attempts == 2


async def test_a_death_during_the_follow_up_of_a_restart_is_noticed(home: OpenHome) -> None:
    attempts = 0

    async def set_up() -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            await supervised.daemon.kill()
            await asyncio.Event().wait()

    supervised = Supervised(Pirate(home, failures=0), lambda _: None)
    supervised.after_restart = set_up
    supervised.keep()
    await supervised.ready()

    await supervised.daemon.kill()
    await reaches(supervised, restarts=2)
    await supervised.stop()

    assert attempts == 2


async def test_a_daemon_that_was_stopped_stays_stopped(home: OpenHome) -> None:
    supervised = Supervised(Pirate(home, failures=0), lambda _: None)
    supervised.keep()
    await supervised.ready()

    await supervised.stop()
    await asyncio.sleep(0.5)

    assert supervised.daemon.pid is None
    assert supervised.phase is PartPhase.STOPPED
