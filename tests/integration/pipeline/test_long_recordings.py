"""A recording that is longer than a chunk: cut by one worker, recognised by all, whole again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from api_gateway.adapters.cancel_flags import CancelFlags
from api_gateway.usecases.govern_jobs import JobOffice
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.events import EventType, job_stream
from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.transcripts import Transcript
from malmoi.object_store.keys import CHUNK_PREFIX
from malmoi.object_store.store import ObjectStore
from malmoi.persistence.database import Database
from malmoi.persistence.events import events_after
from malmoi.persistence.jobs import NewJob, accept_job
from malmoi.persistence.tables import Job, Task
from malmoi.settings import ObjectStoreSettings
from result_handler.settings import Settings
from result_handler.setup import set_up
from tests.fixtures.recordings import Track, noise, tone, write
from tests.integration.conftest import Rooms
from tests.integration.pipeline.conftest import Process, eventually, processes

SECONDS = 150.0


@pytest.fixture(scope="module")
def environment_of_workers(fast: dict[str, str]) -> dict[str, str]:
    return {
        **fast,
        "TASK_MAX_AUDIO_S": "30",
        "WORKER_SLOTS": "1",
    }


@pytest.fixture(scope="module")
async def store(fast: dict[str, str]) -> ObjectStore:
    variables = {name.lower(): value for name, value in fast.items()}
    await set_up(Settings(**variables))
    return ObjectStore(ObjectStoreSettings(**variables))


@pytest.fixture(scope="module")
async def audio_key(store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> str:
    return await stored(store, SECONDS, tmp_path_factory.mktemp("long"))


@pytest.fixture
async def longer_key(store: ObjectStore, tmp_path: Path) -> str:
    return await stored(store, 2 * SECONDS, tmp_path)


async def stored(store: ObjectStore, seconds: float, folder: Path) -> str:
    """Tones of five seconds with pauses between them."""
    parts = [part for _ in range(int(seconds / 5.5)) for part in (tone(5)[0], noise(0.5, 1e-4)[0])]
    path = write(folder / "long.flac", Track(np.concatenate(parts)[np.newaxis], "flac"))
    key = f"audio/{uuid4()}"
    content = path.read_bytes()
    await store.put(key, BytesIO(content), length=len(content), content_type="audio/flac")
    return key


@pytest.fixture(scope="module")
async def office(
    database: Database, store: ObjectStore, fast: dict[str, str]
) -> AsyncIterator[JobOffice]:
    async with Redis.from_url(fast["REDIS_URL"]) as redis:
        yield JobOffice(database, store, CancelFlags(redis))


@pytest.fixture(scope="module")
async def workers(
    environment_of_workers: dict[str, str], audio_key: str
) -> AsyncIterator[tuple[Process, Process]]:
    env = environment_of_workers
    first = Process("stt_worker_whisper", {**env, "WORKER_ID": "first"})
    second = Process("stt_worker_whisper", {**env, "WORKER_ID": "second"})
    async with processes(Process("result_handler", env), first, second):
        yield first, second


async def hand_in(database: Database, rooms: Rooms, audio_key: str, *, windows: int = 10) -> Job:
    """A chunk takes `windows` times 0.05 s."""
    user_id, _ = await rooms.room()
    new = NewJob(
        owner_user_id=user_id,
        engine=Engine.WHISPER,
        lane=Lane.BATCH,
        options=DecodeOptions(language="ko", prompt=f"fault:windows={windows}"),
        audio_key=audio_key,
        audio_bytes=100_000_000,
        trace_id=uuid4().hex,
    )
    async with database.transaction() as transaction:
        return await accept_job(transaction, new, now=await transaction.now())


async def state_of(database: Database, job: Job) -> str:
    async with database.reading() as session:
        return (await session.get_one(Job, job.id)).state


async def ended(database: Database, job: Job, within_s: float = 90) -> Job:
    async def is_over() -> bool:
        return await state_of(database, job) in {"completed", "failed", "cancelled"}

    await eventually(is_over, within_s=within_s)
    async with database.reading() as session:
        return await session.get_one(Job, job.id)


async def chunks_of(database: Database, job: Job) -> list[Task]:
    async with database.reading() as session:
        rows = await session.scalars(
            select(Task).where(Task.job_id == job.id, Task.kind == "chunk").order_by(Task.index)
        )
        return list(rows)


async def some_succeeded(database: Database, job: Job, at_least: int = 1) -> None:
    async def enough() -> bool:
        done = [each for each in await chunks_of(database, job) if each.state == "succeeded"]
        return len(done) >= at_least

    await eventually(enough)


@pytest.mark.any_broker
async def test_the_text_of_all_chunks_in_order_with_the_times_of_the_recording(
    database: Database,
    rooms: Rooms,
    store: ObjectStore,
    audio_key: str,
    workers: tuple[Process, Process],
) -> None:
    job = await ended(database, await hand_in(database, rooms, audio_key))

    assert job.state == "completed"
    assert job.audio_s == pytest.approx(148.5)
    chunks = await chunks_of(database, job)
    assert len(chunks) >= 5
    assert {each.worker_id for each in chunks} == {"first", "second"}
    assert job.result is not None
    transcript = Transcript.model_validate(job.result["transcript"])
    assert [each.start_s for each in transcript.segments] == pytest.approx(
        [each.start_s for each in chunks], abs=0.001
    )
    assert transcript.text == " ".join(each.text for each in transcript.segments)
    assert transcript.language == "ko"
    await eventually(lambda: _is_empty(store, f"{CHUNK_PREFIX}{job.id}"))


@pytest.mark.any_broker
async def test_its_story_tells_the_plan_each_chunks_text_and_growing_percents(
    database: Database, rooms: Rooms, audio_key: str, workers: tuple[Process, Process]
) -> None:
    job = await ended(database, await hand_in(database, rooms, audio_key))

    async with database.reading() as session:
        story = await events_after(session, job_stream(job.id), 0)

    kinds = [each.type for each in story]
    chunks = len(await chunks_of(database, job))
    assert kinds.count(EventType.JOB_PLANNED) == 1
    assert kinds.count(EventType.JOB_TEXT) == chunks
    assert kinds[-1] is EventType.JOB_COMPLETED
    percents = [each.payload["percent"] for each in story if each.type is EventType.JOB_PROGRESS]
    assert percents == sorted(percents)
    assert all(0 < each < 100 for each in percents)


async def test_a_worker_killed_amid_a_chunk_costs_that_chunk_only(
    database: Database, rooms: Rooms, audio_key: str, workers: tuple[Process, Process]
) -> None:
    job = await hand_in(database, rooms, audio_key)
    await some_succeeded(database, job)
    await workers[1].kill()
    try:
        job = await ended(database, job)
    finally:
        await workers[1].start()
        await workers[1].ready()

    assert job.state == "completed"
    repeated = [each for each in await chunks_of(database, job) if each.attempt > 1]
    assert len(repeated) <= 2  # the one in hand, and the one on its way


@pytest.mark.any_broker
@pytest.mark.usefixtures("workers")
async def test_a_cancelled_recording_goes_on_where_it_was(
    database: Database, rooms: Rooms, audio_key: str, office: JobOffice
) -> None:
    job = await hand_in(database, rooms, audio_key)
    await some_succeeded(database, job, at_least=2)
    await office.cancel(job.id)
    done = {each.index for each in await chunks_of(database, job) if each.state == "succeeded"}

    again = await ended(database, await office.retry(job.id))

    assert again.state == "completed"
    chunks = await chunks_of(database, again)
    assert {each.index for each in chunks if each.attempt == 1} >= done
    assert again.result is not None
    assert len(again.result["transcript"]["segments"]) == len(chunks)


@pytest.mark.any_broker
@pytest.mark.usefixtures("workers")
async def test_a_recording_is_begun_anew_when_the_try_that_had_its_chunks_was_deleted(
    database: Database, rooms: Rooms, audio_key: str, office: JobOffice
) -> None:
    first = await hand_in(database, rooms, audio_key)
    await some_succeeded(database, first)
    await office.cancel(first.id)
    second = await office.retry(first.id)
    await office.delete(second.id)

    third = await ended(database, await office.retry(first.id))

    assert third.state == "completed"
    assert all(each.attempt == 1 for each in await chunks_of(database, third))


@pytest.mark.any_broker
@pytest.mark.usefixtures("workers")
async def test_the_engine_is_free_soon_after_what_it_worked_on_was_cancelled(
    database: Database, rooms: Rooms, audio_key: str, office: JobOffice
) -> None:
    endless = await hand_in(database, rooms, audio_key, windows=4000)

    async def both_work() -> bool:
        return sum(each.state == "running" for each in await chunks_of(database, endless)) == 2

    await eventually(both_work)
    await office.cancel(endless.id)

    assert (await ended(database, await hand_in(database, rooms, audio_key))).state == "completed"


@pytest.mark.any_broker
async def test_a_worker_that_joins_amid_a_recording_gets_its_share(
    database: Database,
    rooms: Rooms,
    longer_key: str,
    workers: tuple[Process, Process],
    environment_of_workers: dict[str, str],
) -> None:
    job = await hand_in(database, rooms, longer_key, windows=80)
    await some_succeeded(database, job)

    env = environment_of_workers | {"WORKER_ID": "third"}
    async with processes(Process("stt_worker_whisper", env)):
        assert (await ended(database, job)).state == "completed"

    by = [each.worker_id for each in await chunks_of(database, job)]
    assert set(by) == {"first", "second", "third"}


@pytest.mark.any_broker
async def test_a_clip_overtakes_a_recording_on_its_way(
    database: Database, rooms: Rooms, audio_key: str, workers: tuple[Process, Process]
) -> None:
    job = await hand_in(database, rooms, audio_key, windows=80)
    await some_succeeded(database, job)

    clip = await rooms.clip(await rooms.room(), audio_key=await _short(database, audio_key))
    assert (await ended(database, clip.job)).state == "completed"

    assert await state_of(database, job) == "running"
    assert (await ended(database, job)).state == "completed"


async def _is_empty(store: ObjectStore, prefix: str) -> bool:
    """The embedded store lists folders too, as keys that end with a stroke."""
    keys = await store.keys_before(prefix, datetime.now(UTC))
    return all(key.endswith("/") for key in keys)


async def _short(database: Database, long_key: str) -> str:
    """The object of a chunk that is still kept."""
    async with database.reading() as session:
        key = await session.scalar(select(Task.audio_key).where(Task.audio_key.is_not(None)))
    assert key is not None
    return Path(key).as_posix()
