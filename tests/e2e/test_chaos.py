"""Everything is killed while people talk: nothing accepted is lost, nothing is told twice."""

import asyncio
import json
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest
import websockets

from tests.e2e.conftest import (
    SPEECH,
    Person,
    RunningCluster,
    room_of,
    running_cluster,
    sign_up,
)

pytestmark = pytest.mark.cluster

ROOMS = 20
CLIPS_PER_ROOM = 10
VICTIMS = ("stt_worker_whisper-1", "result_handler-1", "api_gateway-1", "redis", "kafka")
KILLS = 10


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    """Two gateways, two handlers and two workers; a clip takes 0.2 s and leases are short."""
    with running_cluster(
        tmp_path_factory.mktemp("chaos"),
        *("--workers", "whisper=2", "--gateways", "2", "--handlers", "2"),
        ENGINE="stt_worker_base.noop:NoopEngine",
        NOOP_DELAY_S="0.2",
        LEASE_S="5",
        HEARTBEAT_S="1",
        KAFKA_SESSION_TIMEOUT_S="6",
        PING_INTERVAL_S="1",
        SEAT_TTL_S="900",  # the speakers have no socket, and a busy machine takes its time
        LOG_LEVEL="warning",
    ) as running:
        yield running


@dataclass
class Conversation:
    """A room, the clips that were accepted in it, and what its listener was told."""

    speaker: Person
    listener: Person
    room_id: str
    accepted: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    seen: int = 0

    async def talk(self, clip: bytes) -> None:
        """Hand in every clip, however often that has to be tried."""
        for number in range(CLIPS_PER_ROOM):
            key = f"{self.room_id}-{number}"
            while not await self._hand_in(clip, key):
                await asyncio.sleep(0.3)

    async def _hand_in(self, clip: bytes, key: str) -> bool:
        with suppress(httpx.TransportError):
            await self.speaker.post(f"/rooms/{self.room_id}/speaker/acquire")
            answer = await self.speaker.post(
                f"/rooms/{self.room_id}/stt",
                files={"audio_file": clip},
                headers={"Idempotency-Key": key, "Prefer": "respond-async"},
            )
            if answer.is_success:
                self.accepted.append(answer.json()["message_id"])
                return True
            assert answer.status_code in {403, 502, 503, 504}, answer.text
        return False

    async def listen(self) -> None:
        """Stay connected, resuming after the last number seen, until cancelled."""
        while True:
            with suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with self.listener.socket(self.room_id, after=self.seen) as socket:
                    async for frame in socket:
                        self._note(json.loads(frame))
            await asyncio.sleep(0.2)

    def _note(self, event: dict[str, object]) -> None:
        if event["type"] in {"ping", "room.state"}:
            return
        assert event["seq"] == self.seen + 1, "an event is missing or came twice"
        self.seen += 1
        if event["type"] == "message.created":
            payload = event["payload"]
            assert isinstance(payload, dict)
            self.told.append(payload["message_id"])


async def kill_now_and_then(cluster: RunningCluster) -> Counter[str]:
    victims = [victim for _ in range(KILLS // len(VICTIMS)) for victim in VICTIMS]
    random.Random(8).shuffle(victims)
    for victim in victims:
        await asyncio.sleep(2)
        pid = (await asyncio.to_thread(cluster.parts))[victim]["pid"]
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
    return Counter(victims)


@pytest.mark.timeout(600)
async def test_two_hundred_clips_survive_the_death_of_everything(cluster: RunningCluster) -> None:
    clip = (SPEECH / "ko_study.flac").read_bytes()
    async with httpx.AsyncClient(base_url=cluster.url, timeout=30) as client:
        conversations = [await converse(client) for _ in range(ROOMS)]
        listening = [asyncio.create_task(each.listen()) for each in conversations]
        await asyncio.gather(
            kill_now_and_then(cluster), *(each.talk(clip) for each in conversations)
        )
        await all_told(conversations, listening)
        for each in conversations:
            listed = await each.listener.get(
                "/messages", params={"room_id": each.room_id, "limit": 100}
            )
            shown = [message["message_id"] for message in listed.json()]
            assert shown == each.accepted
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    assert await conservation(cluster) == {"missing": 0, "open": 0}


async def converse(client: httpx.AsyncClient) -> Conversation:
    speaker, listener = await sign_up(client), await sign_up(client)
    return Conversation(speaker, listener, await room_of(speaker, listener, title=str(uuid4())))


async def all_told(conversations: list[Conversation], listening: list[asyncio.Task[None]]) -> None:
    """Wait until every accepted clip was told to its listener; each exactly once."""
    async with asyncio.timeout(240):
        while any(len(each.told) < CLIPS_PER_ROOM for each in conversations):
            for task in listening:
                if task.done():
                    task.result()
            await asyncio.sleep(0.5)
    for each in conversations:
        assert len(set(each.accepted)) == CLIPS_PER_ROOM
        assert Counter(each.told) == Counter(each.accepted)


async def conservation(cluster: RunningCluster) -> dict[str, int]:
    """What the metric says, once it has been counted again."""
    await asyncio.sleep(6)
    port = cluster.parts()["result_handler-1"]["port"]
    async with httpx.AsyncClient() as client:
        lines = (await client.get(f"http://127.0.0.1:{port}/metrics")).text.splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {
        "missing": int(float(values["malmoi_conservation_missing_jobs"])),
        "open": int(float(values["malmoi_jobs_open"])),
    }
