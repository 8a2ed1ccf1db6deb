"""Everything that a metric counts happens at least once: talk, refusals, failures, losses."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import psutil
from aiokafka import AIOKafkaProducer

from malmoi.contracts.topics import TASK_RESULTS
from tests.e2e.conftest import SPEECH, Person, RunningCluster, room_of, sign_up
from tests.fixtures.sign_videos import video

SETTINGS: Final = {
    "ENGINE": "tests.fixtures.fault_engine:FaultEngine",
    "LEASE_S": "3",
    "HEARTBEAT_S": "0.5",
    "MAX_FAILURES": "2",
    "OUTBOUND_ALLOWED_NETWORKS": '["127.0.0.0/8"]',
    "CALLBACK_RETRY_FOR_S": "2",
    "CALLBACK_RETRY_FIRST_S": "0.5",
    "LOG_LEVEL": "warning",
}
"""An engine that fails when it is told to, leases that end soon, and little patience."""

WORKER: Final = "stt_worker_whisper-1"
_CLIP: Final = (SPEECH / "ko_study.flac").read_bytes()


@asynccontextmanager
async def receiver() -> AsyncIterator[str]:
    """The address of somebody who takes callbacks, except those to `/broken`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readline()
        status = b"500 Broken" if b"/broken" in request else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@dataclass(frozen=True)
class Traffic:
    cluster: RunningCluster
    client: httpx.AsyncClient
    directory: Path
    receiver: str

    async def ordinary(self) -> None:
        """What goes on all day, refusals included."""
        speaker, peer = await sign_up(self.client), await sign_up(self.client)
        room_id = await room_of(speaker, peer)
        async with peer.socket(room_id):
            (await speaker.say(room_id, _CLIP)).raise_for_status()
            await self._sign(speaker, room_id)
            await self._queue_up(room_id, speaker, peer)
        await self._be_refused(room_id, peer)
        await self._transcribe(speaker)
        await self._hand_in(speaker, callback_url=f"{self.receiver}/hook")

    async def misfortunes(self) -> None:
        """What operators are woken for."""
        sender = await sign_up(self.client)
        await self._transcribe(sender, prompt=f"fault:crash-once={self.directory / 'crashed'}")
        await self._transcribe(sender, prompt="fault:raise")
        await self._hand_in(sender, callback_url=f"{self.receiver}/broken")
        await self._lose_the_worker(sender)
        await self._send_nonsense()

    async def _transcribe(self, sender: Person, prompt: str = "") -> httpx.Response:
        return await sender.post(
            "/v1/audio/transcriptions",
            files={"file": ("clip.flac", _CLIP)},
            data={"model": "whisper-1", "prompt": prompt},
        )

    async def _sign(self, speaker: Person, room_id: str) -> None:
        content = video(self.directory / "sign.mp4").read_bytes()
        sent = await speaker.post(
            f"/rooms/{room_id}/sign/upload", files={"video_file": ("sign.mp4", content)}
        )
        sent.raise_for_status()

    async def _queue_up(self, room_id: str, speaker: Person, peer: Person) -> None:
        """One speaks, the other asks to be next and is offered the baton."""
        await speaker.post(f"/rooms/{room_id}/speaker/acquire")
        await peer.post(f"/rooms/{room_id}/speaker/acquire")
        (await peer.post(f"/rooms/{room_id}/speaker/hand")).raise_for_status()
        await speaker.post(f"/rooms/{room_id}/speaker/release")

    async def _be_refused(self, room_id: str, peer: Person) -> None:
        not_speaking = await peer.post(f"/rooms/{room_id}/stt", files={"audio_file": _CLIP})
        assert not_speaking.status_code == httpx.codes.FORBIDDEN
        wrong = {"email": "nobody@example.com", "password": "wrong horse battery"}
        refused = await self.client.post("/auth/login", json=wrong)
        assert refused.status_code == httpx.codes.UNAUTHORIZED
        stranger = Person(self.client, "", "nobody")
        async with stranger.socket(room_id) as socket:
            await socket.wait_closed()

    async def _lose_the_worker(self, sender: Person) -> None:
        pid = (await asyncio.to_thread(self.cluster.parts))[WORKER]["pid"]
        job_id = await self._hand_in(sender, prompt="fault:sleep=4")
        await self._until_running(sender, job_id)
        for process in psutil.Process(pid).children(recursive=True):
            process.kill()
        os.kill(pid, signal.SIGKILL)
        await self._until_ended(sender, job_id)

    async def _hand_in(self, sender: Person, **fields: str) -> str:
        job = await sender.post("/jobs", files={"file": ("clip.flac", _CLIP)}, data=fields)
        job.raise_for_status()
        return str(job.json()["job_id"])

    async def _until_running(self, sender: Person, job_id: str) -> None:
        while (await sender.get(f"/jobs/{job_id}")).json()["state"] == "queued":
            await asyncio.sleep(0.1)

    async def _until_ended(self, sender: Person, job_id: str) -> None:
        while (await sender.get(f"/jobs/{job_id}")).json()["state"] in {"queued", "running"}:
            await asyncio.sleep(0.5)

    async def _send_nonsense(self) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.cluster.told["kafka"])
        await producer.start()
        await producer.send_and_wait(TASK_RESULTS.name, b"no message of ours")
        await producer.stop()
