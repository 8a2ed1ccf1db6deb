"""What was recognised of a long recording is not recognised again, unless somebody wants it."""

from pathlib import Path

import pytest

from api_gateway.usecases.govern_jobs import JobOffice
from api_gateway.usecases.settle_letters import LetterOffice
from malmoi.persistence.database import Database
from malmoi.persistence.dead_letters import letters_page
from malmoi.persistence.tables import Job
from tests.integration.conftest import Rooms
from tests.integration.pipeline.conftest import eventually
from tests.integration.pipeline.long.conftest import chunks_of, ended, hand_in, some_succeeded


@pytest.fixture(scope="module")
def environment_of_workers(environment_of_workers: dict[str, str]) -> dict[str, str]:
    """One failure is enough, and slowness is none."""
    return {**environment_of_workers, "MAX_FAILURES": "1", "TASK_MIN_DEADLINE_S": "60"}


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
async def test_a_cancelled_recording_is_done_again_as_a_whole_on_demand(
    database: Database, rooms: Rooms, audio_key: str, office: JobOffice
) -> None:
    job = await hand_in(database, rooms, audio_key)
    await some_succeeded(database, job, at_least=2)
    await office.cancel(job.id)
    before = {each.id for each in await chunks_of(database, job)}

    again = await ended(database, await office.retry(job.id, whole=True))

    assert again.state == "completed"
    chunks = await chunks_of(database, again)
    assert before.isdisjoint(each.id for each in chunks)
    assert {each.attempt for each in chunks} == {1}


@pytest.mark.any_broker
@pytest.mark.usefixtures("workers")
async def test_of_a_recording_that_failed_in_one_chunk_only_what_is_missing_is_done_again(
    database: Database, rooms: Rooms, audio_key: str, office: JobOffice, tmp_path: Path
) -> None:
    fault = f"fault:crash-once={tmp_path / 'crashed'}"
    failed = await ended(database, await hand_in(database, rooms, audio_key, prompt=fault))
    assert (failed.state, failed.error_code) == ("failed", "ENGINE_CRASHED")
    async with database.reading() as session:
        [letter] = await letters_page(session, after=None, limit=10)
    done = {each.id for each in await chunks_of(database, failed) if each.state == "succeeded"}

    job_id = await LetterOffice(database, office).requeue(letter.id)
    async with database.reading() as session:
        again = await ended(database, await session.get_one(Job, job_id))

    assert again.state == "completed"
    chunks = await chunks_of(database, again)
    assert {each.id for each in chunks if each.attempt == 1} == done
    async with database.reading() as session:
        assert await letters_page(session, after=None, limit=10) == []


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
