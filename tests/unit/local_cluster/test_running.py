"""What the commands say about a cluster that runs already."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cluster import lock
from local_cluster.home import CHECKOUT, Home
from local_cluster.state import ClusterPhase, ClusterState, Part, PartPhase

NOBODY_LISTENS = 1
URL = "http://127.0.0.1:8080"


def malmoi(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local_cluster", *words],
        env={**os.environ, "MALMOI_HOME": str(home.root), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def part(name: str) -> Part:
    return Part(
        name=name,
        phase=PartPhase.READY,
        pid=1,
        port=NOBODY_LISTENS,
        restarts=0,
        log=Path("log"),
        failure=None,
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Home]:
    """A home whose supervisor has noted everything as ready; its services do not answer."""
    home = Home(tmp_path / "home")
    home.create()
    ClusterState(
        pid=os.getpid(),
        phase=ClusterPhase.READY,
        url=URL,
        gateway="g",
        database="d",
        kafka="k",
        redis="r",
        s3="s",
        home=home.root,
        servers=[part("postgres")],
        services=[part("api_gateway-1"), part("api_gateway-2"), part("stt_worker_whisper-1")],
    ).write(home.state_file)
    with lock.hold(home.lock_file):
        yield home


def test_the_json_of_the_status_tells_what_its_table_tells(running: Home) -> None:
    told = malmoi(running, "status", "--json")
    table = malmoi(running, "status")

    shown = json.loads(told.stdout)
    phases = {each["name"]: each["phase"] for each in (*shown["servers"], *shown["services"])}
    assert (told.returncode, table.returncode) == (1, 1)
    assert phases == {
        "postgres": "ready",
        "api_gateway-1": "not ready",
        "api_gateway-2": "not ready",
        "stt_worker_whisper-1": "not ready",
    }
    for name, phase in phases.items():
        assert any(line.split()[:-3] == [name, *phase.split()] for line in table.stdout.split("\n"))
    assert (shown["url"], shown["services"][0]["port"]) == (URL, NOBODY_LISTENS)


def test_options_of_a_second_up_are_not_ignored_in_silence(running: Home) -> None:
    told = malmoi(running, "up", "--detach", "--json", "--workers", "whisper=2", "--broker=apache")

    assert told.returncode == 0
    assert json.loads(told.stdout)["url"] == URL
    assert "2 api_gateway, 1 stt_worker_whisper" in told.stderr
    assert "--workers, --broker" in told.stderr
    assert "malmoi down" in told.stderr


def test_a_second_up_that_asks_for_nothing_else_is_told_the_address_only(running: Home) -> None:
    told = malmoi(running, "up", "--detach", "--json")

    assert (told.returncode, told.stderr) == (0, "")
