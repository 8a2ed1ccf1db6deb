"""A clip's way through handler and worker, and what faults of the engine do to it."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from malmoi.object_store.store import ObjectStore
from malmoi.persistence.database import Database
from malmoi.persistence.tables import Job, WorkerRow
from tests.integration.conftest import Accepted, Rooms
from tests.integration.pipeline.conftest import Process, eventually, open_store, processes, stored

CLIP = Path(__file__).parents[2] / "fixtures/speech/ko_lunch.flac"


@pytest.fixture(scope="module")
async def store(fast: dict[str, str]) -> ObjectStore:
    return await open_store(fast)


@pytest.fixture(scope="module")
async def audio_key(store: ObjectStore) -> str:
    return await stored(store, CLIP)


@pytest.fixture(scope="module")
async def running(fast: dict[str, str], audio_key: str) -> AsyncIterator[None]:
    # What hangs has TASK_MIN_DEADLINE_S, and not four times the recording.
    strict = {**fast, "TASK_DEADLINE_FACTOR": "1"}
    async with processes(Process("result_handler", fast), Process("stt_worker_whisper", strict)):
        yield


async def ended(database: Database, clip: Accepted, *, within_s: float = 60) -> Job:
    async def has_ended() -> bool:
        async with database.transaction() as transaction:
            job = await transaction.session.get_one(Job, clip.job.id)
            return job.state in {"completed", "failed", "cancelled"}

    await eventually(has_ended, within_s=within_s)
    async with database.transaction() as transaction:
        return await transaction.session.get_one(Job, clip.job.id)


@pytest.mark.usefixtures("running")
class TestWithAWorker:
    async def test_a_clip_is_recognised(
        self, database: Database, rooms: Rooms, audio_key: str
    ) -> None:
        clip = await rooms.clip(await rooms.room(), audio_key=audio_key)

        job = await ended(database, clip)

        assert job.state == "completed"
        assert job.result is not None
        assert job.result["transcript"]["text"] == "fault-free"
        assert job.audio_s == pytest.approx(job.result["transcript"]["duration_s"])

    async def test_the_worker_describes_itself(
        self, database: Database, rooms: Rooms, audio_key: str
    ) -> None:
        clip = await rooms.clip(await rooms.room(), audio_key=audio_key)
        worker_id = (await ended(database, clip)).result["worker_id"]

        async def told() -> bool:
            async with database.transaction() as transaction:
                row = await transaction.session.get(WorkerRow, worker_id)
            return (
                row is not None
                and (row.engine, row.model, row.device, row.slots) == ("whisper", "fault", "cpu", 4)
                and row.real_time_factor is not None
                and len(row.partitions) == 12
                and row.task_ids == {"tasks": []}
            )

        await eventually(told)

    async def test_a_worker_that_is_stopped_says_good_bye(
        self, database: Database, fast: dict[str, str]
    ) -> None:
        async def noted() -> bool:
            async with database.transaction() as transaction:
                return await transaction.session.get(WorkerRow, "leaver") is not None

        async def forgotten() -> bool:
            return not await noted()

        leaver = Process("stt_worker_whisper", {**fast, "WORKER_ID": "leaver"})
        async with processes(leaver):
            await eventually(noted)

        await eventually(forgotten, within_s=10)

    @pytest.mark.any_broker
    async def test_an_engine_that_crashes_once_costs_one_attempt_and_no_clip(
        self, database: Database, rooms: Rooms, audio_key: str, tmp_path: Path
    ) -> None:
        prompt = f"fault:crash-once={tmp_path / 'crashed'}"
        clip = await rooms.clip(await rooms.room(), audio_key=audio_key, prompt=prompt)

        job = await ended(database, clip)

        assert job.state == "completed"
        assert job.result is not None
        assert job.result["attempt"] == 2

    @pytest.mark.any_broker
    async def test_an_engine_that_always_crashes_fails_the_job_and_not_the_worker(
        self, database: Database, rooms: Rooms, audio_key: str
    ) -> None:
        place = await rooms.room()
        clip = await rooms.clip(place, audio_key=audio_key, prompt="fault:crash")
        other = await rooms.clip(place, audio_key=audio_key)

        assert (await ended(database, clip)).error_code == "ENGINE_CRASHED"
        assert (await ended(database, other)).state == "completed"

    @pytest.mark.any_broker
    async def test_an_engine_that_hangs_is_ended_at_its_deadline(
        self, database: Database, rooms: Rooms, audio_key: str
    ) -> None:
        clip = await rooms.clip(await rooms.room(), audio_key=audio_key, prompt="fault:hang")

        job = await ended(database, clip, within_s=150)

        assert (job.state, job.error_code) == ("failed", "ENGINE_TIMEOUT")

    @pytest.mark.any_broker
    async def test_a_recording_that_is_gone_fails_with_its_name(
        self, database: Database, rooms: Rooms
    ) -> None:
        clip = await rooms.clip(await rooms.room(), audio_key=f"audio/{uuid4()}")

        job = await ended(database, clip)

        assert (job.state, job.error_code) == ("failed", "AUDIO_MISSING")
