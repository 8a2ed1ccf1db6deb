"""What is kept for so many days is gone after them, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.object_store.keys import audio_key, chunk_key, transcript_key
from malmoi.object_store.store import ObjectMissing, ObjectStore, StoreUnavailable
from malmoi.persistence.counts import conservation
from malmoi.persistence.database import Database
from malmoi.persistence.tables import Erasure, EventRow, Job, Task, User
from result_handler.retention import Retention
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.operators import operator
from tests.integration.api_gateway.people import CLIP, Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser


def in_days(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


@pytest.fixture(autouse=True)
async def only_this_tests_jobs(database: Database) -> AsyncIterator[None]:
    """Earlier tests' jobs are not looked at again."""
    yield
    async with database.transaction() as transaction:
        forgotten = {"finished_at": None, "state": "cancelled"}
        await transaction.session.execute(update(Job).values(forgotten))


@dataclass
class Sender:
    """Somebody with recordings that were recognised."""

    person: Person
    recogniser: Recogniser

    async def job(self, state: str = "completed") -> str:
        answer = await self.person.http.post(
            "/jobs", files={"file": CLIP}, data={"prompt": "Seoul"}
        )
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["job_id"]
        async with asyncio.timeout(10):
            while (await self.now(job_id))["state"] != state:
                await asyncio.sleep(0.01)
        return job_id

    async def now(self, job_id: str) -> dict[str, Any]:
        told: dict[str, Any] = (await self.person.get(f"/jobs/{job_id}")).json()
        return told

    async def asks(self, job_id: str, what: str) -> httpx.Response:
        return await self.person.get(f"/jobs/{job_id}/{what}")


@pytest.fixture
async def sender(gateway: Gateway, recogniser: Recogniser) -> Sender:
    return Sender(await Person.sign_up(gateway.url), recogniser)


@pytest.fixture
def store(gateway: Gateway) -> ObjectStore:
    return gateway.state.store


async def exists(store: ObjectStore, key: str) -> bool:
    try:
        await store.stat(key)
    except ObjectMissing:
        return False
    return True


async def erasures_of(database: Database, *job_ids: str) -> list[tuple[str, str, int]]:
    async with database.reading() as session:
        rows = await session.scalars(
            select(Erasure).where(Erasure.job_id.in_(map(UUID, job_ids))).order_by(Erasure.id)
        )
        return [(each.what, each.rule, each.days) for each in rows]


async def test_a_recording_goes_with_its_chunks_and_its_text_stays(
    sender: Sender, database: Database, store: ObjectStore
) -> None:
    job_id = await sender.job()
    chunk = chunk_key(UUID(job_id), 1, 0)
    await store.put_surely(chunk, b"chunk", content_type="audio/flac")
    async with database.transaction() as transaction:
        of_job = Task.job_id == UUID(job_id)
        await transaction.session.execute(update(Task).where(of_job).values(audio_key=chunk))
    retention = Retention(database, store, audio_days=30)
    counted = {"what": "audio", "rule": "cluster"}
    before = REGISTRY.get_sample_value("malmoi_erased_total", counted) or 0

    await retention.sweep(now=in_days(29.9))
    assert (await sender.asks(job_id, "audio")).content == CLIP
    await asyncio.gather(*(retention.sweep(now=in_days(30.1)) for _ in range(3)))

    gone = await sender.asks(job_id, "audio")
    assert (gone.status_code, gone.json()["code"]) == (410, "AUDIO_EXPIRED")
    assert (await sender.asks(job_id, "audio/url")).status_code == 410
    assert not await exists(store, audio_key(UUID(job_id)))
    assert not await exists(store, chunk)
    assert (await sender.asks(job_id, "result")).status_code == 200
    assert await erasures_of(database, job_id) == [("audio", "cluster", 30)]
    assert REGISTRY.get_sample_value("malmoi_erased_total", counted) == before + 1


async def test_a_text_goes_from_wherever_it_stands_and_its_job_and_counts_stay(
    sender: Sender, database: Database, store: ObjectStore, admin: Person
) -> None:
    job_id = await sender.job()
    async with database.transaction() as transaction:
        task = await transaction.session.scalar(select(Task).where(Task.job_id == UUID(job_id)))
        assert task is not None
        task.result = {"text": "안녕하세요"}
    large = transcript_key(UUID(job_id), task.id, 1)
    await store.put_surely(large, b"{}", content_type="application/json")
    before = await sender.now(job_id)
    async with database.reading() as session:
        counts = await conservation(session)

    await Retention(database, store, text_days=7).sweep(now=in_days(7.1))

    gone = await sender.asks(job_id, "result")
    assert (gone.status_code, gone.json()["code"]) == (410, "TEXT_EXPIRED")
    assert (await admin.get(f"/admin/jobs/{job_id}/export")).status_code == 410
    assert (await admin.get(f"/admin/jobs/{job_id}")).status_code == 200
    assert await sender.now(job_id) == before
    assert (await sender.asks(job_id, "audio")).content == CLIP
    assert not await exists(store, large)
    async with database.reading() as session:
        job = await session.get_one(Job, UUID(job_id))
        task = await session.scalar(select(Task).where(Task.job_id == UUID(job_id)))
        events = await session.scalars(select(EventRow).where(EventRow.stream == f"job:{job_id}"))
        assert task is not None
        left = [job.result, job.correction, job.options["prompt"]]
        told = [each.payload for each in events]
        assert await conservation(session) == counts
    assert left == [None, None, None]
    assert "안녕하세요" not in str(told)
    assert [each["state"] for each in told if "state" in each] == ["completed"]
    assert await erasures_of(database, job_id) == [("text", "cluster", 7)]


async def test_who_asks_openais_way_again_is_told_that_the_text_is_gone(
    sender: Sender, database: Database, store: ObjectStore
) -> None:
    asked = {"files": {"file": CLIP}, "headers": {"Idempotency-Key": "k"}}
    for stream in ("false", "true"):
        data = {"model": "whisper-1", "stream": stream}
        first = await sender.person.http.post("/v1/audio/transcriptions", data=data, **asked)
        assert first.status_code == 200
        await Retention(database, store, text_days=1).sweep(now=in_days(1.1))
        again = await sender.person.http.post("/v1/audio/transcriptions", data=data, **asked)
        assert (again.status_code, again.json()["error"]["code"]) == (410, "text_expired")
        for job in (await sender.person.get("/jobs")).json()["jobs"]:
            await sender.person.http.delete(f"/jobs/{job['job_id']}")


async def test_open_jobs_and_those_of_accounts_without_a_rule_are_kept_for_ever(
    sender: Sender, database: Database, store: ObjectStore
) -> None:
    done = await sender.job()
    sender.recogniser.paused = True
    waiting = await sender.job("queued")
    await Retention(database, store).sweep(now=in_days(36500))
    assert (await sender.asks(done, "audio")).status_code == 200
    await Retention(database, store, audio_days=1, text_days=1).sweep(now=in_days(36500))
    assert (await sender.asks(waiting, "audio")).status_code == 200
    assert await erasures_of(database, waiting) == []


async def test_an_account_has_its_own_things_erased_sooner_and_nobody_elses(
    gateway: Gateway, sender: Sender, database: Database, store: ObjectStore
) -> None:
    other = Sender(await Person.sign_up(gateway.url), sender.recogniser)
    own, others = await sender.job(), await other.job()
    put = await sender.person.http.put("/me/retention", json={"audio_days": 2})
    assert put.json() == {
        "audio_days": 2,
        "text_days": None,
        "cluster_audio_days": None,
        "cluster_text_days": None,
    }
    assert (await sender.person.get("/me/retention")).json() == put.json()

    await Retention(database, store, text_days=30).sweep(now=in_days(2.1))
    assert (await sender.asks(own, "audio")).status_code == 410
    assert (await other.asks(others, "audio")).status_code == 200
    await Retention(database, store, audio_days=30).sweep(now=in_days(30.1))
    assert await erasures_of(database, own) == [("audio", "user", 2)]
    assert await erasures_of(database, others) == [("audio", "cluster", 30)]


async def test_operators_see_what_was_erased_of_whom_and_by_which_rule(
    sender: Sender, gateway: Gateway, database: Database, store: ObjectStore
) -> None:
    job_id, admin = await sender.job(), await operator(gateway.url, database)
    await Retention(database, store, audio_days=30, text_days=7).sweep(now=in_days(31))

    page = (await admin.get("/admin/erasures", job_id=job_id, limit=1)).json()
    rest = (await admin.get("/admin/erasures", job_id=job_id, cursor=page["next"])).json()

    told = [*page["erasures"], *rest["erasures"]]
    assert [(each["what"], each["rule"], each["days"]) for each in told] == [
        ("text", "cluster", 7),
        ("audio", "cluster", 30),
    ]
    assert {each["user_id"] for each in told} == {str(sender.person.id)}
    assert rest["next"] is None
    of_nobody = await admin.get("/admin/erasures", user_id=str(admin.id))
    assert of_nobody.json() == {"erasures": [], "next": None}
    assert (await sender.person.get("/admin/erasures")).status_code == 404


async def test_nobody_has_things_kept_longer_than_the_cluster_keeps_them(
    start_gateway: StartGateway, database: Database, store: ObjectStore, recogniser: Recogniser
) -> None:
    gateway = await start_gateway(retain_audio_days=30, retain_text_days=10)
    sender = Sender(await Person.sign_up(gateway.url), recogniser)
    for wish, status in (
        ({"audio_days": 31}, 422),
        ({"text_days": 11}, 422),
        ({"audio_days": 0}, 422),
        ({"audio_days": "x"}, 422),
        ({"audio_days": 30, "text_days": 1}, 200),
    ):
        answer = await sender.person.http.put("/me/retention", json=wish)
        assert answer.status_code == status, wish
    refused = await sender.person.http.put("/me/retention", json={"audio_days": 31})
    assert refused.json()["code"] == "RETENTION_TOO_LONG"

    job_id = await sender.job()
    async with database.transaction() as transaction:  # the cluster's rule was longer once
        user = await transaction.session.get_one(User, sender.person.id)
        user.retain_audio_days = 300
    await Retention(database, store, audio_days=30).sweep(now=in_days(30.1))
    erased = [("audio", "cluster", 30), ("text", "user", 1)]
    assert await erasures_of(database, job_id) == erased
    key = (await sender.person.post("/keys", {"name": "ours"})).json()["secret"]
    with_key = await sender.person.http.get(
        "/me/retention", headers={"Authorization": f"Bearer {key}"}
    )
    assert with_key.status_code == 401


async def test_what_was_said_in_a_room_goes_too(
    gateway: Gateway, recogniser: Recogniser, database: Database, store: ObjectStore
) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    said = (await anna.say(room_id)).json()["message_id"]

    await Retention(database, store, audio_days=1).sweep(now=in_days(1.1))
    (shown,) = (await bora.get("/messages", room_id=room_id)).json()
    assert (shown["text"], shown["has_audio"]) == ("안녕하세요", False)
    heard = await bora.get(f"/messages/{said}/audio")
    assert (heard.status_code, heard.json()["code"]) == (410, "AUDIO_EXPIRED")
    async with bora.listening(room_id) as hears:
        await Retention(database, store, text_days=1).sweep(now=in_days(1.1))
        gone = await hears.next("message.deleted")

    assert gone["payload"]["message_id"] == said
    assert (await bora.get("/messages", room_id=room_id)).json() == []
    story = (await bora.get(f"/rooms/{room_id}/events", after=0)).json()
    assert "안녕하세요" not in str(story)


async def test_a_recording_that_is_done_again_goes_with_the_last_of_its_jobs(
    sender: Sender, database: Database, store: ObjectStore
) -> None:
    sender.recogniser.failure = (TaskErrorCode.ENGINE_CRASHED, "the recogniser crashed")
    first = await sender.job("failed")
    sender.recogniser.failure = None
    sender.recogniser.paused = True
    again = (await sender.person.post(f"/jobs/{first}/retry")).json()["job_id"]
    retention = Retention(database, store, audio_days=1)
    await retention.sweep(now=in_days(1.1))
    assert await erasures_of(database, first, again) == []

    await sender.recogniser.answer_running(again)
    await retention.sweep(now=in_days(1.1))
    assert len(await erasures_of(database, first, again)) == 2
    assert (await sender.asks(again, "audio")).status_code == 410


async def test_what_was_erased_is_not_done_again(
    sender: Sender, database: Database, store: ObjectStore
) -> None:
    sender.recogniser.failure = (TaskErrorCode.ENGINE_CRASHED, "the recogniser crashed")
    job_id = await sender.job("failed")
    sender.recogniser.failure = None
    await Retention(database, store, audio_days=1).sweep(now=in_days(1.1))
    answer = await sender.person.post(f"/jobs/{job_id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (410, "AUDIO_EXPIRED")


async def test_with_the_store_away_nothing_is_said_to_be_erased(
    sender: Sender, database: Database, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await sender.job()

    async def away(_: object, __: str) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(ObjectStore, "delete", away)
        with pytest.raises(StoreUnavailable):
            await Retention(database, store, audio_days=1).sweep(now=in_days(1.1))
    assert await erasures_of(database, job_id) == []
    assert (await sender.asks(job_id, "audio")).status_code == 200
    await Retention(database, store, audio_days=1).sweep(now=in_days(1.1))
    assert (await sender.asks(job_id, "audio")).status_code == 410


async def test_more_than_a_batch_goes_in_one_sweep(
    sender: Sender, database: Database, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("result_handler.retention._BATCH", 2)
    jobs = [await sender.job() for _ in range(5)]
    await Retention(database, store, audio_days=1).sweep(now=in_days(1.1))
    assert len(await erasures_of(database, *jobs)) == 5
