"""Recordings as jobs: handed in, followed, read, cancelled, done again, forgotten."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest

from local_cluster.handed_in import HandedIn
from malmoi.contracts.messages import TaskHeartbeat
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.object_store.keys import audio_key, chunk_key
from malmoi.object_store.store import ObjectMissing, ObjectStore
from malmoi.persistence.tasks import lock_task
from result_handler.usecases.record_progress import record_progress
from tests.e2e.browser.line import line_to
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.operators import Pipeline
from tests.integration.api_gateway.people import CLIP, Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser

STATES = {
    "queued": "queued",
    "running": "running",
    "cut into chunks": "running",
    "half recognised": "running",
    "half recognised, then cancelled": "cancelled",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}
"""Where a job is, and what the API calls it."""


@dataclass
class Sender:
    """Somebody who hands recordings in."""

    person: Person
    pipeline: Pipeline
    recogniser: Recogniser
    store: ObjectStore

    async def hands_in(self, clip: bytes = CLIP, **headers: str) -> httpx.Response:
        return await self.person.http.post(
            "/jobs",
            files={"file": ("meeting.wav", clip, "audio/wav")},
            data={"language": "ko"},
            headers=headers,
        )

    async def job(self) -> str:
        answer = await self.hands_in()
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["job_id"]
        return job_id

    async def now(self, job_id: str) -> dict[str, Any]:
        answer = await self.person.get(f"/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def job_that_is(self, state: str) -> str:
        """A job in this state, brought there by whoever brings it there."""
        self.recogniser.paused = state not in {"completed", "failed"}
        if state == "failed":
            self.recogniser.failure = (TaskErrorCode.ENGINE_CRASHED, "the recogniser crashed")
        job_id = await self.job()
        if STATES[state] == "running" or "half" in state:
            await self.pipeline.start(job_id)
        if "cut" in state or "half" in state:
            await self.pipeline.cut(job_id, await self.chunks_stored(job_id))
        if "half" in state:
            await self.pipeline.recognise_chunk(job_id)
        if "cancelled" in state:
            await self.person.post(f"/jobs/{job_id}/cancel")
        async with asyncio.timeout(10):
            while (await self.now(job_id))["state"] != STATES[state]:
                await asyncio.sleep(0.01)
        self.recogniser.failure = None
        return job_id

    async def chunks_stored(self, job_id: str) -> list[str]:
        keys = [chunk_key(UUID(job_id), 1, index) for index in range(2)]
        for key in keys:
            await self.store.put(key, BytesIO(b"fLaC"), length=4, content_type="audio/flac")
        return keys

    async def beats(self, job_id: str, percent: int) -> None:
        report = TaskHeartbeat(
            **await self.pipeline.about(job_id), percent=percent, stage="transcribe"
        )
        async with self.recogniser.database.transaction() as transaction:
            held = await lock_task(transaction, report.task_id)
            await record_progress(transaction, held, report, lease=timedelta(seconds=30))

    async def hears(self, job_id: str, **headers: str) -> list[tuple[int, str]]:
        """Number and type of each event, until the stream ends."""
        return [
            (int(each["id"]), each["event"])
            async for each in server_sent(self.person.http, f"/jobs/{job_id}/events", headers)
        ]


async def server_sent(
    http: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> AsyncIterator[dict[str, str]]:
    async with http.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200, answer.status_code
        assert answer.headers["content-type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if not line and event:
                yield event
                event = {}
            elif line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = value


@pytest.fixture
async def sender(gateway: Gateway, pipeline: Pipeline, recogniser: Recogniser) -> Sender:
    person = await Person.sign_up(gateway.url)
    return Sender(person, pipeline, recogniser, gateway.state.store)


async def test_a_recording_becomes_a_text_in_every_format(sender: Sender) -> None:
    answer = await sender.hands_in()
    job_id = answer.json()["job_id"]
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/jobs/{job_id}"

    heard = await sender.hears(job_id)
    results = {
        form: (await sender.person.get(f"/jobs/{job_id}/result", format=form)).text
        for form in ("json", "verbose_json", "text", "srt", "vtt", "tsv")
    }

    assert heard[-1][1] == "job.completed"
    assert json.loads(results["json"])["segments"][0]["words"][0]["text"] == "안녕하세요"
    assert json.loads(results["verbose_json"])["words"][0]["word"] == "안녕하세요"
    assert results["text"] == "안녕하세요\n"
    assert results["srt"].startswith("1\n00:00:00,000 --> 00:00:01,000\n안녕하세요\n")
    assert results["vtt"].startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert results["tsv"] == "start\tend\ttext\n0\t1500\t안녕하세요\n"


async def test_a_text_of_hours_is_given_whole_and_in_order(sender: Sender) -> None:
    sender.recogniser.times = 2500
    job_id = (await sender.hands_in()).json()["job_id"]
    await sender.hears(job_id)

    async def read(form: str) -> str:
        return (await sender.person.get(f"/jobs/{job_id}/result", format=form)).text

    begun_s = [2 * index for index in range(2500)]
    assert [each["start_s"] for each in json.loads(await read("json"))["segments"]] == begun_s
    told = json.loads(await read("verbose_json"))
    assert [each["start"] for each in told["segments"]] == begun_s
    assert [each["start"] for each in told["words"]] == begun_s
    assert (await read("text")).splitlines() == ["안녕하세요"] * 2500
    assert (await read("srt")).count(" --> ") == (await read("vtt")).count(" --> ") == 2500
    assert [row.split("\t")[0] for row in (await read("tsv")).splitlines()[1:]] == [
        str(1000 * each) for each in begun_s
    ]


async def test_a_result_tells_its_model_and_what_the_engine_did_without(sender: Sender) -> None:
    sender.recogniser.fallbacks = ("batch size 1", "cpu")
    job_id = await sender.job_that_is("completed")

    told = (await sender.person.get(f"/jobs/{job_id}/result", format="json")).json()

    assert (told["model"], told["fallbacks"]) == ("tests", ["batch size 1", "cpu"])


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("회의 녹음 (1) 최종😀.m4a", "회의 녹음 (1) 최종😀.m4a"),
        ("../../etc/passwd", "passwd"),
        ("C:\\recordings\\monday.wav", "monday.wav"),
        ("a\u202eb.wav", "ab.wav"),
        ("x" * 300, "x" * 200),
        (" ", None),
    ],
)
async def test_a_job_is_called_as_its_file_was(
    sender: Sender, called: str, name: str | None
) -> None:
    answer = await sender.person.http.post("/jobs", files={"file": (called, CLIP)})
    assert answer.json()["file_name"] == name


async def test_the_options_reach_the_worker(sender: Sender) -> None:
    answer = await sender.person.http.post(
        "/jobs",
        files={"file": CLIP},
        data={"language": "auto", "prompt": "말모이", "temperature": "0.2", "engine": "whisper"},
    )
    job = await sender.pipeline.job(answer.json()["job_id"])
    assert job is not None
    assert (job.engine, job.lane, job.room_id) == ("whisper", "batch", None)
    assert (job.options["language"], job.options["prompt"]) == (None, "말모이")


async def test_a_job_tells_how_far_it_is_and_when_it_will_end(sender: Sender) -> None:
    job_id = await sender.job_that_is("running")
    before = await sender.now(job_id)
    await sender.beats(job_id, 40)
    told = await sender.now(job_id)

    assert (before["status"], before["percent"], before["eta_s"]) == ("processing", 0, None)
    assert (told["state"], told["percent"]) == ("running", 40)
    assert told["eta_s"] >= 0

    await sender.recogniser.answer_running(job_id)
    ended = await sender.now(job_id)
    assert (ended["status"], ended["percent"], ended["eta_s"]) == ("completed", 100, None)
    assert ended["duration_s"] == 1.5
    assert ended["completed_at"] is not None
    assert ended["processing_time"] >= 0


async def test_its_events_come_live_numbered_and_from_any_number_on(sender: Sender) -> None:
    job_id = await sender.job_that_is("queued")
    hearing = asyncio.create_task(sender.hears(job_id))
    await sender.pipeline.start(job_id)
    await sender.beats(job_id, 30)
    await sender.beats(job_id, 30)  # says nothing new
    await sender.recogniser.answer_running(job_id)

    story = [(1, "job.running"), (2, "job.progress"), (3, "job.completed")]
    assert await asyncio.wait_for(hearing, 10) == story
    assert await sender.hears(job_id, **{"Last-Event-ID": "1"}) == story[1:]


async def test_who_claims_to_have_heard_what_is_to_come_hears_it(sender: Sender) -> None:
    job_id = await sender.job_that_is("queued")
    hearing = asyncio.create_task(sender.hears(job_id, **{"Last-Event-ID": "9000"}))
    await sender.pipeline.start(job_id)
    await sender.recogniser.answer_running(job_id)

    assert (await asyncio.wait_for(hearing, 10))[-1] == (2, "job.completed")


async def test_a_console_that_was_cut_off_hears_the_rest_and_the_end(
    gateway: Gateway, sender: Sender
) -> None:
    job_id = await sender.job_that_is("running")
    percents: list[int] = []
    signed_in = {"Authorization": sender.person.http.headers["Authorization"]}
    async with line_to(httpx.URL(gateway.url).port or 0) as line:
        with httpx.Client(base_url=line.url, headers=signed_in, timeout=5) as console:
            job = HandedIn(console, job_id)
            following = asyncio.create_task(asyncio.to_thread(job.follow, percents.append))
            await sender.beats(job_id, 30)
            async with asyncio.timeout(10):
                while not percents:
                    await asyncio.sleep(0.01)
            line.cut()
            await sender.beats(job_id, 60)
            await sender.recogniser.answer_running(job_id)
            line.mend()
            await asyncio.wait_for(following, 10)

            assert percents == [30, 60]
            assert await asyncio.to_thread(job.text, "text") == "안녕하세요\n"


async def test_whoever_has_heard_everything_is_sent_away_for_good(sender: Sender) -> None:
    job_id = await sender.job_that_is("completed")
    last = (await sender.hears(job_id))[-1][0]
    again = await sender.person.http.get(
        f"/jobs/{job_id}/events", headers={"Last-Event-ID": str(last)}
    )
    assert again.status_code == 204


async def test_a_silent_stream_says_that_it_is_alive(
    sender: Sender,
) -> None:
    job_id = await sender.job_that_is("queued")
    async with sender.person.http.stream("GET", f"/jobs/{job_id}/events") as answer:
        async with asyncio.timeout(10):
            first = await anext(answer.aiter_lines())
    assert first.startswith(":")


async def test_a_list_shows_ones_own_newest_first_page_by_page(
    gateway: Gateway, sender: Sender
) -> None:
    done = await sender.job_that_is("completed")
    sender.recogniser.paused = True
    waiting = [await sender.job() for _ in range(2)]
    somebody_else = replace(sender, person=await Person.sign_up(gateway.url))
    await somebody_else.job()

    first = (await sender.person.get("/jobs", limit=2)).json()
    rest = (await sender.person.get("/jobs", limit=2, cursor=first["next"])).json()
    completed = (await sender.person.get("/jobs", state="completed")).json()

    assert [each["job_id"] for each in first["jobs"]] == waiting[::-1]
    assert [each["job_id"] for each in rest["jobs"]] == [done]
    assert rest["next"] is None
    assert [each["job_id"] for each in completed["jobs"]] == [done]


async def test_what_was_said_in_a_room_is_no_job_here(
    gateway: Gateway, recogniser: Recogniser
) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    clip = (await anna.say(room_id)).json()["job_id"]
    assert (await anna.get("/jobs")).json()["jobs"] == []
    assert (await anna.get(f"/jobs/{clip}")).status_code == 404


async def test_a_job_exists_for_its_owner_only(gateway: Gateway, sender: Sender) -> None:
    job_id = await sender.job_that_is("completed")
    stranger = await Person.sign_up(gateway.url)
    nobody = httpx.AsyncClient(base_url=gateway.url)
    for method, path in (
        ("GET", ""),
        ("GET", "/result"),
        ("GET", "/audio"),
        ("GET", "/audio/url"),
        ("GET", "/events"),
        ("POST", "/cancel"),
        ("POST", "/retry"),
        ("DELETE", ""),
    ):
        answer = await stranger.http.request(method, f"/jobs/{job_id}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert (await nobody.request(method, f"/jobs/{job_id}{path}")).status_code == 401
    await nobody.aclose()
    assert (await sender.now(job_id))["state"] == "completed"


async def test_the_same_key_is_the_same_job_and_another_recording_a_conflict(
    sender: Sender,
) -> None:
    key = {"Idempotency-Key": "monday"}
    first, again = await asyncio.gather(sender.hands_in(**key), sender.hands_in(**key))
    other = await sender.hands_in(b"RIFF another one", **key)

    assert first.json()["job_id"] == again.json()["job_id"]
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert len((await sender.person.get("/jobs")).json()["jobs"]) == 1


@pytest.mark.parametrize("state", STATES)
async def test_cancelling_ends_what_is_open_and_nothing_else(sender: Sender, state: str) -> None:
    job_id = await sender.job_that_is(state)
    answer = await sender.person.post(f"/jobs/{job_id}/cancel")
    if state in {"completed", "failed"}:
        assert (answer.status_code, answer.json()["code"]) == (409, "WRONG_STATE")
        assert (await sender.now(job_id))["state"] == state
        return
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert "Whoever sent" in answer.json()["error"]["detail"]


@pytest.mark.parametrize("state", STATES)
async def test_a_job_is_forgotten_in_every_state(sender: Sender, state: str) -> None:
    job_id = await sender.job_that_is(state)
    job = await sender.pipeline.job(job_id)
    assert job is not None

    assert (await sender.person.http.delete(f"/jobs/{job_id}")).status_code == 204

    assert (await sender.person.get(f"/jobs/{job_id}")).status_code == 404
    assert await sender.pipeline.job(job_id) is None
    for key in (audio_key(job.id), *(chunk_key(job.id, 1, index) for index in range(2))):
        with pytest.raises(ObjectMissing):
            await sender.store.stat(key)


@pytest.mark.parametrize("state", STATES)
async def test_only_what_came_to_nothing_is_done_again(sender: Sender, state: str) -> None:
    job_id = await sender.job_that_is(state)
    answer = await sender.person.post(f"/jobs/{job_id}/retry")
    if STATES[state] not in {"failed", "cancelled"}:
        assert (answer.status_code, answer.json()["code"]) == (409, "WRONG_STATE")
        return
    again = answer.json()
    assert (answer.status_code, again["retry_of"]) == (202, job_id)
    assert (await sender.now(job_id))["retried_as"] == again["job_id"]
    sender.recogniser.paused = False
    assert (await sender.hears(again["job_id"]))[-1][1] == "job.completed"


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ("queued", 409, "WRONG_STATE"),
        ("running", 409, "WRONG_STATE"),
        ("failed", 502, "ENGINE_CRASHED"),
        ("cancelled", 409, "CANCELLED"),
    ],
)
async def test_without_a_text_the_result_says_why(
    sender: Sender, state: str, status: int, code: str
) -> None:
    job_id = await sender.job_that_is(state)
    answer = await sender.person.get(f"/jobs/{job_id}/result")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"engine": "gpt"}, "engine"),
        ({"language": "Korean"}, "language"),
        ({"language": "qq"}, "language"),
        ({"temperature": "3"}, "temperature"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"prompt": "a\0b"}, "prompt"),
    ],
)
async def test_malformed_options_are_named(
    sender: Sender, fields: dict[str, str], where: str
) -> None:
    answer = await sender.person.http.post("/jobs", files={"file": CLIP}, data=fields)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"][-1] == where


async def test_the_recording_is_heard_again(sender: Sender) -> None:
    job_id = await sender.job_that_is("completed")
    path = f"/jobs/{job_id}/audio"
    assert (await sender.person.get(path)).content == CLIP
    part = await sender.person.http.get(path, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, CLIP[4:8])


async def test_a_player_reads_the_recording_from_the_store_without_a_token(
    start_gateway: StartGateway, recogniser: Recogniser, environment: dict[str, str]
) -> None:
    gateway = await start_gateway(public_url=f"http://{environment['S3_ENDPOINT']}")
    person = await Person.sign_up(gateway.url)
    job_id = (await person.http.post("/jobs", files={"file": CLIP})).json()["job_id"]
    other = (await person.http.post("/jobs", files={"file": CLIP})).json()["job_id"]
    url = (await person.get(f"/jobs/{job_id}/audio/url")).json()["url"]
    async with httpx.AsyncClient() as player:
        part = await player.get(url, headers={"Range": "bytes=4-7"})
        elsewhere = await player.get(url.replace(job_id, other))
        changed = await player.put(url, content=b"another recording")

    assert (part.status_code, part.content) == (206, CLIP[4:8])
    assert [elsewhere.status_code, changed.status_code] == [403, 403]
    await gateway.state.store.delete(audio_key(UUID(job_id)))
    gone = await person.get(f"/jobs/{job_id}/audio/url")
    assert (gone.status_code, gone.json()["code"]) == (404, "NOT_FOUND")


async def test_strange_numbers_of_events_are_malformed(sender: Sender) -> None:
    job_id = await sender.job_that_is("completed")
    for strange in ("-1", "x", str(2**64)):
        answer = await sender.person.http.get(
            f"/jobs/{job_id}/events", headers={"Last-Event-ID": strange}
        )
        assert answer.status_code == 422
    assert (await sender.person.get(f"/jobs/{job_id}/result", format="doc")).status_code == 422
