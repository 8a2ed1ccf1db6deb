"""The `malmoi` command as a user gives it: whole clusters, real processes."""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from rich.console import Console

from local_cluster import leftovers
from local_cluster.demo.clips import Clip
from local_cluster.demo.narrator import Narrator
from local_cluster.demo.story import NAMES, Story
from local_cluster.errors import TextDidNotArrive
from local_cluster.home import CHECKOUT, MARKER

pytestmark = pytest.mark.cluster

NOOP = {"ENGINE": "stt_worker_base.noop:NoopEngine"}
"""A worker that is ready at once; these tests are not about recognition."""
NOBODY = 65534
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Malmoi:
    """The command, with a home and settings of its own."""

    home: Path
    settings: dict[str, str]
    prefix: tuple[str, ...] = ()

    def __call__(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.argv(*words),
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def argv(self, *words: str) -> list[str]:
        return [*self.prefix, sys.executable, "-m", "local_cluster", *words]

    def environment(self, **settings: str) -> dict[str, str]:
        own = {"MALMOI_HOME": str(self.home), "PYTHONPATH": str(CHECKOUT)}
        return {**os.environ, **self.settings, **settings, **own}

    def up(self, *words: str, **settings: str) -> dict[str, Any]:
        done = self("up", "--detach", "--json", *words, **settings)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def parts(self) -> dict[str, dict[str, Any]]:
        status = json.loads(self("status", "--json").stdout)
        return {part["name"]: part for part in (*status["servers"], *status["services"])}

    def processes(self) -> list[psutil.Process]:
        return leftovers.find(self.home)


def can_run(user: int) -> bool:
    """Tell whether another user may enter the directory of our Python."""
    probe = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", sys.executable]
    return os.geteuid() == 0 and not subprocess.run([*probe, "-c", ""], check=False).returncode


@pytest.fixture
def malmoi(tmp_path: Path) -> Iterator[Malmoi]:
    command = Malmoi(tmp_path / "home", NOOP)
    yield command
    command("down")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Malmoi, dict[str, Any]]]:
    """A cluster with the real model, for tests that leave it running."""
    command = Malmoi(tmp_path_factory.mktemp("running"), {})
    yield command, command.up("--port", "0", "--gateways", "2")
    command("down")


def eventually(check: Callable[[], bool], *, within_s: float = 30) -> bool:
    deadline = time.monotonic() + within_s
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def all_ready(malmoi: Malmoi) -> bool:
    return malmoi("status").returncode == 0


def test_scripts_are_told_everything_in_one_object(
    running: tuple[Malmoi, dict[str, Any]],
) -> None:
    malmoi, told = running

    assert set(told) == {
        "url",
        "gateway",
        "database",
        "kafka",
        "redis",
        "s3",
        "home",
        "services",
    }
    assert told["home"] == str(malmoi.home)
    assert [service["name"] for service in told["services"]] == [
        "api_gateway-1",
        "api_gateway-2",
        "result_handler-1",
        "stt_worker_whisper-1",
        "sign_service-1",
    ]
    assert httpx.get(f"{told['url']}/").status_code == httpx.codes.OK
    assert httpx.get(f"{told['gateway']}/readyz").status_code == httpx.codes.OK


def test_a_second_up_tells_the_address_of_the_first(
    running: tuple[Malmoi, dict[str, Any]],
) -> None:
    malmoi, told = running

    again = malmoi.up()

    assert again["url"] == told["url"]
    assert [s["pid"] for s in again["services"]] == [s["pid"] for s in told["services"]]


def test_status_says_that_everything_is_ready(running: tuple[Malmoi, dict[str, Any]]) -> None:
    malmoi, told = running

    status = malmoi("status")

    assert status.returncode == 0
    assert told["url"] in status.stdout
    assert re.search(r"api_gateway-2 +ready", status.stdout)


def test_logs_of_both_replicas_are_shown(running: tuple[Malmoi, dict[str, Any]]) -> None:
    malmoi, _ = running

    logs = malmoi("logs", "api_gateway", "-n", "5").stdout

    assert "api_gateway-1 " in logs
    assert "api_gateway-2 " in logs


@pytest.mark.model
def test_a_recording_is_transcribed(running: tuple[Malmoi, dict[str, Any]]) -> None:
    malmoi, _ = running
    clip = str(CHECKOUT / "local_cluster" / "clips" / "en.flac")

    text = malmoi("transcribe", clip, "--language", "en")
    subtitles = malmoi("transcribe", clip, "--language", "en", "--format", "vtt")

    assert "your name and number" in text.stdout, text.stderr
    assert subtitles.stdout.startswith("WEBVTT\n\n00:00:0")
    assert (malmoi.home / "user.json").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_recording_is_refused_with_the_reason(
    running: tuple[Malmoi, dict[str, Any]], tmp_path: Path
) -> None:
    malmoi, _ = running
    (tmp_path / "poem.mp3").write_text("no sound at all")

    refused = malmoi("transcribe", str(tmp_path / "poem.mp3"))

    assert refused.returncode == 1
    assert "/result was answered with 422" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.model
async def test_the_demo_fails_when_no_text_arrives(
    running: tuple[Malmoi, dict[str, Any]], tmp_path: Path
) -> None:
    _, told = running
    silence = tmp_path / "silence.wav"
    with wave.open(str(silence), "wb") as file:
        file.setparams((1, 2, 16_000, 16_000, "NONE", ""))
        file.writeframes(bytes(32_000))
    story = Story(told["url"], Narrator(Console(file=io.StringIO()), NAMES))

    with pytest.raises(TextDidNotArrive, match="no speech was found"):
        await story.tell([Clip(silence, "ko", None)])


def test_the_first_admin_is_made_at_the_console(running: tuple[Malmoi, dict[str, Any]]) -> None:
    malmoi, told = running
    email = "Operator@Example.com"
    signed_up = httpx.post(
        f"{told['url']}/auth/signup", json={"email": email, "password": PASSWORD}
    )
    console = httpx.Client(
        base_url=f"{told['url']}/api/admin",
        headers={"Authorization": f"Bearer {signed_up.json()['token']}"},
    )

    with console:
        assert console.get("/jobs").status_code == httpx.codes.NOT_FOUND
        granted = malmoi("admin", "grant", email)
        assert console.get("/jobs").status_code == httpx.codes.OK
        assert malmoi("admin", "list").stdout == "operator@example.com\n"
        assert malmoi("admin", "revoke", email).returncode == 0
        assert console.get("/jobs").status_code == httpx.codes.NOT_FOUND

    assert f"{told['url']}/admin" in granted.stdout
    for nobody in ("nobody@example.com", "no address"):
        refused = malmoi("admin", "grant", nobody)
        assert refused.returncode == 1
        assert nobody in refused.stderr
        assert "Traceback" not in refused.stderr


def test_without_a_cluster_there_are_no_admins(malmoi: Malmoi) -> None:
    refused = malmoi("admin", "grant", "ada@example.com")

    assert refused.returncode == 1
    assert "malmoi up" in refused.stderr


def test_a_service_that_is_killed_is_started_again(
    running: tuple[Malmoi, dict[str, Any]],
) -> None:
    malmoi, _ = running
    before = malmoi.parts()["api_gateway-2"]

    os.kill(before["pid"], signal.SIGKILL)

    assert eventually(lambda: malmoi.parts()["api_gateway-2"]["restarts"] > before["restarts"])
    assert eventually(lambda: all_ready(malmoi))
    assert malmoi.parts()["api_gateway-2"]["pid"] != before["pid"]


def test_a_broker_that_is_killed_comes_back_on_its_port_with_its_topics(
    running: tuple[Malmoi, dict[str, Any]],
) -> None:
    malmoi, told = running
    setups = malmoi("logs", "setup").stdout.count("setup.done")

    os.kill(malmoi.parts()["kafka"]["pid"], signal.SIGKILL)

    assert eventually(lambda: malmoi("logs", "setup").stdout.count("setup.done") == setups + 1)
    assert eventually(lambda: all_ready(malmoi))
    assert told["kafka"].endswith(f":{malmoi.parts()['kafka']['port']}")


def sign_up(url: str) -> None:
    body = {"email": "ada@example.com", "password": PASSWORD}
    httpx.post(f"{url}/auth/signup", json=body).raise_for_status()


def log_in(url: str) -> bool:
    body = {"email": "ada@example.com", "password": PASSWORD}
    return httpx.post(f"{url}/auth/login", json=body).is_success


def test_after_a_kill_of_everything_it_starts_again_with_its_data(malmoi: Malmoi) -> None:
    before = malmoi.up("--port", "0")
    sign_up(before["url"])
    state = json.loads((malmoi.home / "cluster.json").read_text())
    victims = [psutil.Process(state["pid"]), *malmoi.processes()]
    for victim in victims:
        victim.kill()
    with subprocess.Popen(["sleep", "100"], env={MARKER: str(malmoi.home)}) as leftover:
        after = malmoi.up("--port", "0")

        assert leftover.wait(1) == -signal.SIGTERM
    assert log_in(after["url"])
    assert after["url"] == before["url"]


def test_sigterm_ends_a_cluster_in_the_foreground_cleanly(malmoi: Malmoi) -> None:
    with subprocess.Popen(
        malmoi.argv("up", "--port", "0"), env=malmoi.environment(), stdout=subprocess.PIPE
    ) as cluster:
        assert cluster.stdout is not None
        assert b"Malmoi is ready: http://127.0.0.1:" in cluster.stdout.readline()
        cluster.terminate()

        assert cluster.wait(60) == 0
    assert malmoi.processes() == []
    assert "received fast shutdown request" in malmoi("logs", "postgres").stdout


def test_two_that_start_at_once_end_with_one_cluster_and_down_ends_all_of_it(
    malmoi: Malmoi,
) -> None:
    words = malmoi.argv("up", "--detach", "--json", "--port", "0", "--workers", "whisper=2")
    both = [
        subprocess.Popen(words, env=malmoi.environment(), stdout=subprocess.PIPE) for _ in range(2)
    ]
    told = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    down = malmoi("down")

    assert [process.returncode for process in both] == [0, 0]
    assert told[0]["services"] == told[1]["services"]
    names = {service["name"] for service in told[0]["services"]}
    assert {"stt_worker_whisper-1", "stt_worker_whisper-2"} < names
    assert (down.returncode, down.stdout) == (0, "stopped\n")
    assert malmoi.processes() == []
    assert malmoi("status").returncode == 1
    assert "no cluster runs" in malmoi("down").stdout


def test_a_model_that_does_not_exist_stops_the_start_and_is_named(malmoi: Malmoi) -> None:
    failed = malmoi("up", "--detach", "--port", "0", ENGINE="faster_whisper", MODEL_NAME="nonsense")

    assert failed.returncode == 1
    assert "Error: stt_worker_whisper-1 ended with code" in failed.stderr
    assert "MODEL_NAME=nonsense" in failed.stderr
    assert malmoi.processes() == []


def test_a_port_that_is_in_use_is_refused_when_it_was_asked_for(malmoi: Malmoi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        failed = malmoi("up", "--detach", "--port", str(port))

    assert failed.returncode == 1
    assert f"port {port} is in use" in failed.stderr
    assert malmoi.processes() == []


def test_transcribe_without_a_cluster_tells_how_to_start_one(malmoi: Malmoi) -> None:
    failed = malmoi("transcribe", str(CHECKOUT / "pyproject.toml"))

    assert failed.returncode == 1
    assert "malmoi up" in failed.stderr


@pytest.mark.model
def test_the_demo_ends_well_and_leaves_nothing(malmoi: Malmoi, tmp_path: Path) -> None:
    demo = malmoi("demo", "--language", "en", TMPDIR=str(tmp_path), ENGINE="faster_whisper")

    assert demo.returncode == 0, demo.stderr
    assert re.search(r"Jiyoung │ .*your name and number.*the other one's socket", demo.stdout)
    assert list(tmp_path.glob("malmoi-demo-*")) == []


@pytest.mark.skipif(not can_run(NOBODY), reason="needs root, and a Python that others may run")
def test_an_ordinary_user_can_run_it() -> None:
    home = Path(tempfile.mkdtemp(prefix="malmoi-nobody-"))
    os.chown(home, NOBODY, NOBODY)
    words = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    malmoi = Malmoi(home / "state", {**NOOP, "HOME": str(home)}, prefix=tuple(words))
    try:
        told = malmoi.up("--port", "0")
        users = {process.uids().real for process in malmoi.processes()}
    finally:
        malmoi("down")
        shutil.rmtree(home)

    assert told["url"].startswith("http://127.0.0.1:")
    assert users == {NOBODY}
