"""In which language a long recording is: decided once, or by each chunk."""

import pytest
from sqlalchemy import select

from malmoi.contracts.topics import REQUESTS
from malmoi.persistence.database import Database
from malmoi.persistence.tables import Job, OutboxRow, Task
from tests.integration.conftest import Rooms
from tests.integration.pipeline.long.conftest import ended, hand_in

pytestmark = [pytest.mark.any_broker, pytest.mark.usefixtures("workers")]


async def asked_for(database: Database, job: Job) -> set[str | None]:
    """The languages in which workers were to recognise the chunks."""
    requests = select(OutboxRow).join(Task, Task.id == OutboxRow.task_id)
    async with database.reading() as session:
        rows = await session.scalars(requests.where(Task.job_id == job.id, Task.kind == "chunk"))
        topics = {topic.name: topic for topic in REQUESTS.values()}
        return {topics[each.topic].decode(each.value).options.language for each in rows}


async def test_the_language_is_detected_once_and_holds_for_every_chunk(
    database: Database, rooms: Rooms, audio_key: str
) -> None:
    job = await ended(database, await hand_in(database, rooms, audio_key, language=None))

    assert await asked_for(database, job) == {"ko"}
    assert job.result is not None
    assert job.result["transcript"]["language"] == "ko"
    assert job.result["transcript"]["language_probability"] == pytest.approx(0.9)


async def test_each_chunk_is_in_a_language_of_its_own_on_demand(
    database: Database, rooms: Rooms, audio_key: str
) -> None:
    new = await hand_in(database, rooms, audio_key, language=None, language_per_chunk=True)
    job = await ended(database, new)

    assert job.state == "completed"
    assert await asked_for(database, job) == {None}
