"""People who sign up, meet in a room and listen, over HTTP and WebSocket as anybody would."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

CLIPS = Path(__file__).parents[1] / "local_cluster/clips"


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    client: httpx.AsyncClient
    token: str
    user_id: str

    async def post(self, path: str, **request: Any) -> dict[str, Any]:
        """POST as this person; raises on a refusal."""
        headers = {"Authorization": f"Bearer {self.token}"} | request.pop("headers", {})
        answer = await self.client.post(path, headers=headers, **request)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    @asynccontextmanager
    async def listening(self, room_id: str) -> AsyncIterator[ClientConnection]:
        """A WebSocket into the room."""
        base = str(self.client.base_url).rstrip("/").replace("http", "ws", 1)
        protocols = ["malmoi.v1", f"bearer.{self.token}"]
        async with websockets.connect(
            f"{base}/ws/rooms/{room_id}", subprotocols=protocols
        ) as socket:  # type: ignore[arg-type]
            yield socket


async def sign_up(client: httpx.AsyncClient) -> Person:
    """A new user."""
    body = {"email": f"{uuid4().hex}@example.com", "password": "benchmark-password"}
    answer = (await client.post("/auth/signup", json=body)).raise_for_status().json()
    return Person(client, answer["token"], answer["user"]["id"])


async def room_of(*people: Person) -> str:
    """A room in which they all sit."""
    room_id = str((await people[0].post("/rooms", json={"title": "benchmark"}))["room_id"])
    for person in people:
        await person.post(f"/rooms/{room_id}/join", json={})
    return room_id


async def event_of(socket: ClientConnection, event_type: str) -> tuple[dict[str, Any], float]:
    """The next event of a type, and the moment it arrived (time.time)."""
    async with asyncio.timeout(60):
        while True:
            event = json.loads(await socket.recv())
            if event["type"] == event_type:
                return event, time.time()
