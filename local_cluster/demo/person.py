"""A user with an HTTP client and an open socket, as a browser would have them."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from local_cluster.answers import checked
from local_cluster.errors import TextDidNotArrive

ARRIVAL_TIMEOUT_S = 60
"""Seconds after which a text that did not arrive counts as lost."""

SOCKET_CLOSED = "socket.closed"
"""Our own event, after the last one of a socket."""

TIMEOUT = httpx.Timeout(10, read=ARRIVAL_TIMEOUT_S)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a socket brought, and when."""

    type: str
    payload: dict[str, Any]
    arrived: float
    """On the clock of `time.monotonic`."""


@dataclass
class Person:
    """Knows itself only what the API told it."""

    name: str
    url: str
    client: httpx.AsyncClient
    on_event: Callable[["Person", Event], None]
    user_id: str = ""
    token: str = ""
    email: str = field(default_factory=lambda: f"demo-{secrets.token_hex(5)}@example.com")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    _events: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)

    async def sign_up(self) -> None:
        body = await self._post("/auth/signup", {"email": self.email, "password": self.password})
        self.token, self.user_id = body["token"], body["user"]["id"]
        self.client.headers["Authorization"] = f"Bearer {self.token}"

    async def make_room(self, title: str, password: str) -> str:
        """Return the id of the new room."""
        return str((await self._post("/rooms", {"title": title, "password": password}))["room_id"])

    async def join(self, room: str, password: str) -> None:
        await self._post(f"/rooms/{room}/join", {"password": password})

    async def take_baton(self, room: str) -> int:
        """Return the number of the grant."""
        return int((await self._post(f"/rooms/{room}/speaker/acquire", {}))["grant"])

    async def put_baton_down(self, room: str) -> None:
        await self._post(f"/rooms/{room}/speaker/release", {})

    async def speak(
        self, room: str, clip: Path, *, language: str | None, grant: int
    ) -> dict[str, Any]:
        """Hand in a recording; returns the answer, which comes when the text is known."""
        fields = {"grant": str(grant), **({"language": language} if language else {})}
        recording = await asyncio.to_thread(clip.read_bytes)
        files = {"audio_file": (clip.name, recording)}
        return checked(await self.client.post(f"/rooms/{room}/stt", data=fields, files=files))

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return checked(await self.client.post(path, json=body))

    async def listen(self, socket: ClientConnection) -> None:
        """Take in every event until the socket closes."""
        with suppress(ConnectionClosed):
            async for text in socket:
                message = json.loads(text)
                self._take(Event(message["type"], message.get("payload") or {}, time.monotonic()))
        self._take(Event(SOCKET_CLOSED, {"code": socket.close_code}, time.monotonic()))

    def _take(self, event: Event) -> None:
        self._events.put_nowait(event)
        self.on_event(self, event)

    async def next_event(self, *types: str) -> Event:
        """Return the next event of these types, dropping others.

        Raises:
            TextDidNotArrive: none came within a minute, or the socket closed.

        """
        try:
            async with asyncio.timeout(ARRIVAL_TIMEOUT_S):
                while (event := await self._events.get()).type not in (*types, SOCKET_CLOSED):
                    pass
        except TimeoutError as error:
            raise TextDidNotArrive(
                f"nothing arrived at {self.name}'s socket within {ARRIVAL_TIMEOUT_S} s"
            ) from error
        if event.type == SOCKET_CLOSED:
            raise TextDidNotArrive(f"{self.name}'s socket was closed: {event.payload}")
        return event


@asynccontextmanager
async def person(
    name: str, url: str, on_event: Callable[[Person, Event], None]
) -> AsyncIterator[Person]:
    """Yield somebody who has not signed up yet."""
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT) as client:
        yield Person(name, url, client, on_event)


@asynccontextmanager
async def listening(somebody: Person, room: str) -> AsyncIterator[None]:
    """Keep a socket open while the block runs; it brings all that ever happened in the room."""
    address = f"{somebody.url.replace('http', 'ws', 1)}/ws/rooms/{room}?after=0"
    protocols = [Subprotocol("malmoi.v1"), Subprotocol(f"bearer.{somebody.token}")]
    async with connect(address, subprotocols=protocols) as socket:
        task = asyncio.create_task(somebody.listen(socket))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
