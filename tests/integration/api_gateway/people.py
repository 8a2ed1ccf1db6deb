"""People who use a gateway over real HTTP and WebSockets, as tests read them."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

CLIP = b"RIFF not really a recording; the tests' recogniser does not listen"
OPEN: list[httpx.AsyncClient] = []
"""Closed after each test by the fixture `closed_clients`."""
_NUMBERS = itertools.count(1)
NOT_STORY = frozenset({"ping", "room.state"})


def another_address() -> dict[str, str]:
    """The header by which a request comes from an address that nobody else has."""
    number = next(_NUMBERS)
    return {"X-Forwarded-For": f"spoofed, 198.18.{number // 256}.{number % 256}"}


@dataclass
class Listening:
    """A live socket; frames are kept in the order of arrival."""

    socket: ClientConnection
    state: dict[str, Any]
    frames: list[dict[str, Any]] = field(default_factory=list)

    async def next(self, *types: str, within_s: float = 10) -> dict[str, Any]:
        """The next frame of one of these types; every frame on the way is kept."""
        async with asyncio.timeout(within_s):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                self.frames.append(frame)
                if frame["type"] in types or not types:
                    return frame

    async def told(self, type_: str, payload: dict[str, Any], within_s: float = 10) -> None:
        """Wait for a frame, unless it has come already."""
        async with asyncio.timeout(within_s):
            while not any(
                each["type"] == type_ and each["payload"] == payload for each in self.frames
            ):
                await self.next()

    async def until(self, seq: int, within_s: float = 10) -> list[dict[str, Any]]:
        """Everything numbered up to `seq`."""
        async with asyncio.timeout(within_s):
            while not self.story or self.story[-1]["seq"] < seq:
                await self.next()
        return self.story

    @property
    def story(self) -> list[dict[str, Any]]:
        return [each for each in self.frames if each["type"] not in NOT_STORY]

    async def closed(self, within_s: float = 10) -> int:
        """The code with which the gateway ends the socket."""
        async with asyncio.timeout(within_s):
            with pytest.raises(ConnectionClosed) as end:  # noqa: PT012 - any of the reads
                while True:
                    self.frames.append(json.loads(await self.socket.recv()))
        assert end.value.rcvd is not None
        return end.value.rcvd.code


@dataclass
class Person:
    """Somebody signed in."""

    http: httpx.AsyncClient
    id: UUID
    email: str
    token: str

    @classmethod
    async def sign_up(cls, base_url: str, name: str = "somebody") -> Self:
        # Plain HTTP: the world's certificates, which take 20 ms to read, are not needed.
        http = httpx.AsyncClient(base_url=base_url, timeout=30, verify=False)
        OPEN.append(http)
        email = f"{name}-{uuid4().hex[:8]}@malmoi.test"
        answer = await http.post(
            "/auth/signup", json={"email": email, "password": "a long enough password"}
        )
        assert answer.status_code == 201, answer.text
        token = answer.json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        return cls(http, UUID(answer.json()["user"]["id"]), email, token)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self.http.post(path, json=body)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query)

    async def open_room(self, **fields: Any) -> str:
        answer = await self.post("/rooms", {"title": "our room", **fields})
        assert answer.status_code == 201, answer.text
        room_id: str = answer.json()["room_id"]
        return room_id

    async def join(self, room_id: str, **body: Any) -> httpx.Response:
        return await self.post(f"/rooms/{room_id}/join", body)

    async def acquire(self, room_id: str) -> httpx.Response:
        return await self.post(f"/rooms/{room_id}/speaker/acquire")

    async def say(
        self,
        room_id: str,
        clip: bytes = CLIP,
        *,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> httpx.Response:
        return await self.http.post(
            f"/rooms/{room_id}/stt",
            files={"audio_file": ("clip.wav", clip, "audio/wav")},
            data=fields,
            headers=headers or {},
        )

    def socket_url(self, room_id: str, after: int | None = None) -> str:
        url = str(self.http.base_url).replace("http", "ws", 1).rstrip("/")
        return f"{url}/ws/rooms/{room_id}" + ("" if after is None else f"?after={after}")

    @asynccontextmanager
    async def listening(self, room_id: str, after: int | None = None) -> AsyncIterator[Listening]:
        protocols = [Subprotocol("malmoi.v1"), Subprotocol(f"bearer.{self.token}")]
        url = self.socket_url(room_id, after)
        # A full queue would stop the reading, and with it the pongs that keep the socket open.
        async with connect(url, subprotocols=protocols, max_queue=None) as socket:
            state = json.loads(await socket.recv())
            assert state["type"] == "room.state"
            yield Listening(socket, state)

    async def refused_socket(self, url: str, *protocols: str, **headers: str) -> int:
        """The code with which the gateway closes the socket at once."""
        offered = [Subprotocol(each) for each in protocols]
        async with connect(url, subprotocols=offered or None, additional_headers=headers) as socket:
            return await Listening(socket, {}).closed()


async def two_in_a_room(base_url: str, other_url: str | None = None) -> tuple[Person, Person, str]:
    """Anna and Bora in one room, each by a gateway of their own if two are named."""
    anna = await Person.sign_up(base_url, "anna")
    bora = await Person.sign_up(other_url or base_url, "bora")
    room_id = await anna.open_room()
    for person in (anna, bora):
        assert (await person.join(room_id)).status_code == 200
    return anna, bora, room_id
