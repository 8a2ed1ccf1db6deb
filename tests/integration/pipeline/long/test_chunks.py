"""A recording that is longer than a chunk: cut by one worker, recognised by all, whole again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from malmoi.contracts.events import EventType, job_stream
from malmoi.contracts.transcripts import Transcript
from malmoi.object_store.keys import CHUNK_PREFIX
from malmoi.object_store.store import ObjectStore
from malmoi.persistence.database import Database
from malmoi.persistence.events import events_after
from malmoi.persistence.tables import Task
from tests.integration.conftest import Rooms
from tests.integration.pipeline.conftest import Process, eventually, processes
from tests.integration.pipeline.long.conftest import (
    chunks_of,
    ended,
    hand_in,
    some_succeeded,
    state_of,
)


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


async def test_a_worker_that_is_stopped_hands_its_chunk_back(
    database: Database, rooms: Rooms, audio_key: str, workers: tuple[Process, Process]
) -> None:
    job = await hand_in(database, rooms, audio_key, windows=100)

    async def second_works() -> bool:
        chunks = await chunks_of(database, job)
        return any(each.worker_id == "second" and each.state == "running" for each in chunks)

    await eventually(second_works)
    await workers[1].terminate()
    try:
        job = await ended(database, job)
    finally:
        await workers[1].start()
        await workers[1].ready()

    assert job.state == "completed"
    chunks = await chunks_of(database, job)
    assert {(each.failures, each.losses) for each in chunks} == {(0, 0)}
    assert max(each.attempt for each in chunks) == 2


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
