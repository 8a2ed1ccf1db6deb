"""Every page of the application, with something on it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.e2e.browser.microphone import lecture
from tests.e2e.conftest import SPEECH, Person, RunningCluster, room_of, sign_up
from tests.fixtures.sign_videos import video

RECEIVER = "https://receiver.example/malmoi"
"""Of callbacks; there is no such host."""
BEFORE_SIGNING_IN = {"login": "/login", "signup": "/signup", "not-found": "/nothing/here"}
CONSOLE = {
    "admin-jobs": "/admin/jobs",
    "admin-dead-letters": "/admin/dead-letters",
    "admin-workers": "/admin/workers",
    "admin-rooms": "/admin/rooms",
    "admin-users": "/admin/users",
    "admin-health": "/admin/health",
}


@dataclass(frozen=True)
class Lived:
    """A cluster in which two people have talked, and somebody who may see all of it."""

    admin: Person
    room_id: str
    heard_job: str
    refused_job: str
    recording: str
    refused_recording: str
    long_recording: str
    """One that was cut into chunks."""

    def places(self) -> dict[str, str]:
        """Paths of the pages behind the sign-in, by name."""
        return {
            "rooms": "/rooms",
            "room": f"/rooms/{self.room_id}",
            "account": "/account",
            "recordings": "/recordings",
            "recording": f"/recordings/{self.recording}",
            "recording-long": f"/recordings/{self.long_recording}",
            "recording-failed": f"/recordings/{self.refused_recording}",
            **CONSOLE,
            "admin-job": f"/admin/jobs/{self.heard_job}",
            "admin-job-callbacks": f"/admin/jobs/{self.recording}",
            "admin-job-long": f"/admin/jobs/{self.long_recording}",
            "admin-job-failed": f"/admin/jobs/{self.refused_job}",
        }


async def lived_in(cluster: RunningCluster, client: httpx.AsyncClient, *names: str) -> Lived:
    """Let two people talk: clips are understood, a video is signed, one file is no recording.

    The admin has also handed in a recording, and a file that is none.
    """
    admin, peer = [await sign_up(client, name) for name in names or (None, None)]
    email = (await admin.get("/me")).json()["user"]["email"]
    cluster.malmoi("admin", "grant", email)
    await room_of(peer, title="영어 회화")
    room_id = await room_of(admin, peer, title="금요일 회의", password="열려라 참깨")
    await admin.say(room_id, (SPEECH / "ko_study.flac").read_bytes())
    await peer.say(room_id, (SPEECH / "ko_lunch.flac").read_bytes())
    await admin.say(room_id, (SPEECH / "ko_commute.flac").read_bytes())
    await admin.say(room_id, b"RIFF but no sound at all" * 40)
    await signs(peer, room_id)
    jobs = (await admin.get("/api/admin/jobs", params={"room_id": room_id})).json()["jobs"]
    of_state = {job["state"]: job["id"] for job in reversed(jobs)}
    lunch = (SPEECH / "ko_lunch.flac").read_bytes()
    recording = await hands_in(admin, "점심 이야기.flac", lunch, callback_url=RECEIVER)
    refused = await hands_in(admin, "편지.mp3", b"RIFF but no sound at all" * 40)
    with tempfile.TemporaryDirectory() as folder:
        long = await hands_in(admin, "강의.wav", lecture("ko_study", 2, Path(folder)).read_bytes())
    key = {"name": "신문사 받아쓰기", "scopes": ["recordings:read"]}
    (await admin.post("/api/keys", json=key)).raise_for_status()
    return Lived(
        admin,
        room_id,
        heard_job=of_state["completed"],
        refused_job=of_state["failed"],
        recording=recording,
        refused_recording=refused,
        long_recording=long,
    )


@asynccontextmanager
async def under_way(person: Person) -> AsyncIterator[dict[str, str]]:
    """Paths of the pages of a recording that is half recognised, by name; cancelled at the end."""
    with tempfile.TemporaryDirectory() as folder:
        content = lecture("ko_study", 15, Path(folder)).read_bytes()
    job_id = await accepted(person, "긴 강의.wav", content)
    try:
        async with asyncio.timeout(120):
            while not (await person.get(f"/api/jobs/{job_id}")).json()["chunks_done"]:
                await asyncio.sleep(0.5)
        yield {
            "recording-underway": f"/recordings/{job_id}",
            "admin-job-underway": f"/admin/jobs/{job_id}",
        }
    finally:
        (await person.post(f"/api/jobs/{job_id}/cancel")).raise_for_status()


async def hands_in(person: Person, name: str, content: bytes, **fields: str) -> str:
    """Hand in a recording and wait until it is done or refused; returns the job's id."""
    job_id = await accepted(person, name, content, **fields)
    # The events end with the job.
    heard = await person.get(f"/api/jobs/{job_id}/events")
    heard.raise_for_status()
    return job_id


async def accepted(person: Person, name: str, content: bytes, **fields: str) -> str:
    """Hand in a recording; returns the job's id."""
    answer = await person.post("/api/jobs", files={"file": (name, content)}, data=fields)
    return str(answer.raise_for_status().json()["job_id"])


async def signs(person: Person, room_id: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        film = video(Path(folder) / "signs.mp4", seconds=2, size=(640, 480)).read_bytes()
    answer = await person.post(f"/rooms/{room_id}/sign/upload", files={"video_file": film})
    answer.raise_for_status()
