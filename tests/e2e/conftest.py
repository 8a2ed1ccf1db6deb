"""A whole cluster, started by the command that users start it with, spoken to through nginx."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.fixtures.servers import BROKER

MALMOI = [sys.executable, "-m", "local_cluster"]
ROOT = Path(__file__).parents[2]
SPEECH = ROOT / "tests/fixtures/speech"


@dataclass(frozen=True)
class RunningCluster:
    """What `malmoi up --json` printed, and how to ask it more."""

    told: Mapping[str, Any]
    variables: Mapping[str, str]

    @property
    def url(self) -> str:
        return str(self.told["url"])

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def malmoi(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(
            [*MALMOI, *command],
            env=dict(self.variables),
            cwd=ROOT,
            check=check,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def parts(self) -> dict[str, dict[str, Any]]:
        """Servers and services by name, with their pid, port and restarts."""
        # Its exit code says whether all is well, which it need not be here.
        status = json.loads(self.malmoi("status", "--json", check=False))
        return {part["name"]: part for part in (*status["servers"], *status["services"])}


@contextmanager
def running_cluster(home: Path, *options: str, **settings: str) -> Iterator[RunningCluster]:
    # More people sign up from this one address than from any office.
    patient = {"LOGIN_MAX_FAILURES": "1000"}
    variables = {**os.environ, **patient, **settings, "MALMOI_HOME": str(home)}
    up = ["up", "--detach", "--json", "--port", "0", "--broker", BROKER, *options]
    cluster = RunningCluster({}, variables)
    try:
        yield RunningCluster(json.loads(cluster.malmoi(*up)), variables)
    finally:
        cluster.malmoi("down")


@dataclass(frozen=True)
class Person:
    client: httpx.AsyncClient
    user_id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, path: str, **request: Any) -> httpx.Response:
        headers = self.headers | request.pop("headers", {})
        return await self.client.post(path, headers=headers, **request)

    async def get(self, path: str, **request: Any) -> httpx.Response:
        return await self.client.get(path, headers=self.headers, **request)

    async def say(self, room_id: str, clip: bytes, **fields: str) -> httpx.Response:
        """Take the baton, send the clip, give the baton back."""
        taken = await self.post(f"/rooms/{room_id}/speaker/acquire")
        taken.raise_for_status()
        answer = await self.post(f"/rooms/{room_id}/stt", files={"audio_file": clip}, data=fields)
        await self.post(f"/rooms/{room_id}/speaker/release")
        return answer

    @asynccontextmanager
    async def socket(
        self, room_id: str, *, after: int | None = None
    ) -> AsyncIterator[ClientConnection]:
        base = str(self.client.base_url).rstrip("/").replace("http", "ws", 1)
        query = "" if after is None else f"?after={after}"
        async with websockets.connect(
            f"{base}/ws/rooms/{room_id}{query}",
            subprotocols=["malmoi.v1", f"bearer.{self.token}"],  # type: ignore[list-item]
        ) as socket:
            yield socket


async def sign_up(client: httpx.AsyncClient, name: str | None = None) -> Person:
    body = {"email": f"{name or uuid4().hex}@example.com", "password": "correct horse battery"}
    answer = await client.post("/auth/signup", json=body)
    answer.raise_for_status()
    told = answer.json()
    return Person(client, told["user"]["id"], told["token"])


async def room_of(*people: Person, **properties: Any) -> str:
    body = {"title": "말모이", **properties}
    made = await people[0].post("/rooms", json=body)
    made.raise_for_status()
    room_id = str(made.json()["room_id"])
    for person in people:
        joined = await person.post(
            f"/rooms/{room_id}/join", json={"password": properties.get("password")}
        )
        joined.raise_for_status()
    return room_id


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    """One of each, with the real model."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
async def client(cluster: RunningCluster) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=cluster.url, timeout=60) as client:
        yield client


async def event_of(socket: ClientConnection, *types: str) -> dict[str, Any]:
    """The next event of one of these types."""
    while True:
        event: dict[str, Any] = json.loads(await socket.recv())
        if event["type"] in types:
            return event
