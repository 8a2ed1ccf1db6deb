"""The stories of one's jobs over one WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from malmoi.contracts.events import EventType
from malmoi.contracts.messages import TaskHeartbeat
from malmoi.persistence.database import Database
from malmoi.persistence.events import tell_job
from malmoi.persistence.jobs import lock_job
from malmoi.persistence.tasks import lock_task
from result_handler.usecases.record_progress import record_progress
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.operators import Pipeline
from tests.integration.api_gateway.people import CLIP, Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser

NOBODYS = "0190c5a0-0000-7000-8000-000000000009"


@dataclass
class Follower:
    """A client of /ws/jobs."""

    socket: ClientConnection

    async def asks(self, kind: str, **after: int | None) -> None:
        jobs = [
            {"job_id": job_id} | ({} if number is None else {"after": number})
            for job_id, number in after.items()
        ]
        await self.socket.send(json.dumps({"type": kind, "jobs": jobs}))

    async def next(self, *types: str) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if frame["type"] in types or (not types and frame["type"] != "ping"):
                    return frame

    async def story(self, count: int) -> list[tuple[str, int, str]]:
        """The next numbered frames, as (job, number, type)."""
        told = []
        while len(told) < count:
            frame = await self.next()
            if frame["type"] not in {"job.subscribed", "job.unsubscribed"}:
                told.append((frame["job_id"], frame["seq"], frame["type"]))
        return told

    async def closed(self) -> int:
        async with asyncio.timeout(10):
            with pytest.raises(ConnectionClosed) as end:  # noqa: PT012 - any of the reads
                while True:
                    await self.socket.recv()
        assert end.value.rcvd is not None
        return end.value.rcvd.code


@asynccontextmanager
async def following(gateway: Gateway, token: str, **options: Any) -> AsyncIterator[Follower]:
    url = gateway.url.replace("http", "ws", 1) + "/ws/jobs"
    protocols = [Subprotocol("malmoi.v1"), Subprotocol(f"bearer.{token}")]
    async with connect(url, subprotocols=protocols, **{"max_queue": None, **options}) as socket:
        assert socket.subprotocol == "malmoi.v1"
        yield Follower(socket)


@dataclass
class Sender:
    """Somebody with jobs that nobody recognises yet."""

    person: Person
    pipeline: Pipeline
    recogniser: Recogniser

    async def job(self) -> str:
        answer = await self.person.http.post("/jobs", files={"file": CLIP})
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["job_id"]
        return job_id

    async def beats(self, job_id: str, percent: int) -> None:
        report = TaskHeartbeat(
            **await self.pipeline.about(job_id), percent=percent, stage="transcribe"
        )
        async with self.recogniser.database.transaction() as transaction:
            held = await lock_task(transaction, report.task_id)
            await record_progress(transaction, held, report, lease=timedelta(seconds=30))


@pytest.fixture
async def sender(gateway: Gateway, pipeline: Pipeline, recogniser: Recogniser) -> Sender:
    recogniser.paused = True
    return Sender(await Person.sign_up(gateway.url), pipeline, recogniser)


async def happen(database: Database, job_id: str, count: int) -> None:
    """Events that Redis does not tell."""
    for _ in range(count):
        async with database.transaction() as transaction:
            job = await lock_job(transaction, UUID(job_id))
            assert job is not None
            tell_job(
                transaction, job, EventType.JOB_PROGRESS, {"x": 1}, now=await transaction.now()
            )


async def test_several_jobs_are_followed_live_over_one_socket(
    gateway: Gateway, sender: Sender
) -> None:
    one, two = await sender.job(), await sender.job()
    async with following(gateway, sender.person.token) as hears:
        await hears.asks("subscribe", **{one: None, two: 0})
        greeted = [await hears.next("job.subscribed") for _ in range(2)]
        for job_id in (one, two):
            await sender.pipeline.start(job_id)
        started = await hears.story(2)
        await sender.beats(two, 40)
        await sender.recogniser.answer_running(two)
        await sender.recogniser.answer_running(one)
        ended = await hears.story(3)

    assert {each["job_id"] for each in greeted} == {one, two}
    assert greeted[0]["payload"] == {"state": "queued", "last_seq": 0}
    assert set(started) == {(one, 1, "job.running"), (two, 1, "job.running")}
    assert [each for each in ended if each[0] == two] == [
        (two, 2, "job.progress"),
        (two, 3, "job.completed"),
    ]
    assert (one, 2, "job.completed") in ended


async def test_a_story_goes_on_after_any_number(gateway: Gateway, sender: Sender) -> None:
    job_id = await sender.job()
    await sender.pipeline.start(job_id)
    await happen(sender.recogniser.database, job_id, 300)
    async with following(gateway, sender.person.token) as hears:
        await hears.asks("subscribe", **{job_id: 5})
        assert (await hears.next("job.subscribed"))["seq"] == 5
        told = await hears.story(296)
        await hears.asks("subscribe", **{job_id: 300})
        again = await hears.story(1)
        await hears.asks("subscribe", **{job_id: 10**15})
        assert (await hears.next("job.subscribed"))["seq"] == 301

    assert [number for _, number, _ in told] == list(range(6, 302))
    assert again == [(job_id, 301, "job.progress")]


async def test_after_its_end_a_job_says_nothing(gateway: Gateway, sender: Sender) -> None:
    job_id, other = await sender.job(), await sender.job()
    await sender.recogniser.answer_running(job_id)
    async with following(gateway, sender.person.token) as hears:
        await hears.asks("subscribe", **{job_id: 1, other: 0})
        assert (await hears.next("job.subscribed"))["payload"]["state"] == "completed"
        ping = await hears.next("ping")
    assert ping["jobs"] == {other: 0}


async def test_unsubscribing_ends_a_story_and_leaves_the_others(
    gateway: Gateway, sender: Sender
) -> None:
    one, two = await sender.job(), await sender.job()
    async with following(gateway, sender.person.token) as hears:
        await hears.asks("subscribe", **{one: 0, two: 0})
        await hears.asks("unsubscribe", **{one: None, str(uuid4()): None})
        assert (await hears.next("job.unsubscribed"))["job_id"] == one
        await sender.pipeline.start(one)
        await sender.pipeline.start(two)
        assert await hears.story(1) == [(two, 1, "job.running")]


async def test_pings_carry_the_newest_numbers_that_redis_did_not_tell(
    gateway: Gateway, sender: Sender, database: Database
) -> None:
    job_id = await sender.job()
    async with following(gateway, sender.person.token) as hears:
        await hears.asks("subscribe", **{job_id: 0})
        await hears.next("job.subscribed")
        await happen(database, job_id, 1)
        assert await hears.story(1) == [(job_id, 1, "job.progress")]
        async with asyncio.timeout(10):
            while (await hears.next("ping"))["jobs"] != {job_id: 1}:
                pass


async def test_others_jobs_and_clips_of_rooms_do_not_exist(
    gateway: Gateway, sender: Sender
) -> None:
    stranger = await Person.sign_up(gateway.url)
    anna, _, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    clip = (await anna.say(room_id, headers={"Prefer": "respond-async"})).json()["job_id"]
    others = await sender.job()
    for person, job_id in ((stranger, others), (anna, clip), (anna, str(uuid4()))):
        async with following(gateway, person.token) as hears:
            await hears.asks("subscribe", **{job_id: 0})
            refused = await hears.next("error", "job.subscribed")
        assert (refused["job_id"], refused["type"]) == (job_id, "error")
        assert refused["payload"]["code"] == "NOT_FOUND"


async def test_a_deleted_job_is_heard_to_its_end(gateway: Gateway, sender: Sender) -> None:
    job_id = await sender.job()
    async with following(gateway, sender.person.token) as hears:
        await hears.asks("subscribe", **{job_id: 0})
        await hears.next("job.subscribed")
        await sender.person.http.delete(f"/jobs/{job_id}")
        assert await hears.story(1) == [(job_id, 1, "job.cancelled")]


@pytest.mark.parametrize(
    "strange",
    [
        "",
        "[]",
        '{"type":"subscribe"}',
        '{"type":"subscribe","jobs":[]}',
        '{"type":"subscribe","jobs":[{"job_id":"x"}]}',
        json.dumps({"type": "shout", "jobs": [{"job_id": NOBODYS}]}),
        json.dumps({"type": "subscribe", "jobs": [{"job_id": NOBODYS, "after": -1}]}),
        json.dumps({"type": "subscribe", "jobs": [{"job_id": NOBODYS, "after": 2**63}]}),
        "[" * 2000,
        b"\x00\xff",
    ],
)
async def test_what_is_no_wish_closes_the_socket(
    gateway: Gateway, sender: Sender, strange: str | bytes
) -> None:
    async with following(gateway, sender.person.token) as hears:
        await hears.socket.send(strange)
        assert await hears.closed() == 4400


async def test_who_asks_too_much_is_closed(gateway: Gateway, sender: Sender) -> None:
    async with following(gateway, sender.person.token) as hears:
        for _ in range(30):
            await hears.asks("unsubscribe", **{str(uuid4()): None})
        assert await hears.closed() == 4429
    async with following(gateway, sender.person.token) as hears:
        await hears.socket.send("x" * 5000)
        assert await hears.closed() == 1009


async def test_who_has_no_token_that_counts_is_closed(gateway: Gateway, sender: Sender) -> None:
    for token in ("", "x.y.z", "malmoi_" + "x" * 43):
        async with following(gateway, token) as hears:
            assert await hears.closed() == 4401
    with pytest.raises(InvalidStatus) as refused:
        async with following(gateway, sender.person.token, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_a_session_that_was_ended_closes_its_sockets(
    gateway: Gateway, sender: Sender, admin: Person
) -> None:
    async with following(gateway, sender.person.token) as hears:
        await hears.next("ping")
        await admin.post(f"/admin/users/{sender.person.id}/end-sessions")
        assert await hears.closed() == 4401


async def test_a_key_that_may_read_opens_it_until_it_is_revoked(
    gateway: Gateway, sender: Sender
) -> None:
    job_id = await sender.job()
    scopes: dict[str, dict[str, Any]] = {}
    for scope in ("recordings:read", "recordings:write"):
        made = await sender.person.post("/keys", {"name": "ours", "scopes": [scope]})
        scopes[scope] = made.json()
    async with following(gateway, scopes["recordings:write"]["secret"]) as hears:
        assert await hears.closed() == 4401
    async with following(gateway, scopes["recordings:read"]["secret"]) as hears:
        await hears.asks("subscribe", **{job_id: 0})
        assert (await hears.next())["type"] == "job.subscribed"
        key_id = scopes["recordings:read"]["key"]["id"]
        await sender.person.http.delete(f"/keys/{key_id}")
        assert await hears.closed() == 4401


async def test_whoever_does_not_read_is_cut_off(
    gateway: Gateway, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api_gateway.live.stream._KEPT", 4)
    job_id = await sender.job()
    async with following(gateway, sender.person.token) as hears:
        await hears.asks("subscribe", **{job_id: 0})
        await hears.next("ping")
        stream = gateway.state.hub._streams[f"job:{job_id}"]
        stream._frames = type(stream._frames)(stream._frames, maxlen=4)
        await happen(sender.recogniser.database, job_id, 1)
        await hears.story(1)
        # More than is kept, between two looks of the feed.
        async with sender.recogniser.database.transaction() as transaction:
            job = await lock_job(transaction, UUID(job_id))
            assert job is not None
            for number in range(9):
                told = {"percent": number}
                now = await transaction.now()
                tell_job(transaction, job, EventType.JOB_PROGRESS, told, now=now)
        assert await hears.closed() == 4408
