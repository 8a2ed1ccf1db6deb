"""What the gauges of open work say, counted on a real PostgreSQL."""

from malmoi.contracts.jobs import Engine, Lane, TaskState
from malmoi.persistence.counts import open_work
from malmoi.persistence.database import Database
from malmoi.persistence.tables import Task
from tests.integration.conftest import Rooms


async def test_open_audio_is_told_in_seconds_before_anybody_decoded_it(
    database: Database, rooms: Rooms
) -> None:
    room = await rooms.room()
    running, waiting, closed = [await rooms.clip(room) for _ in range(3)]
    async with database.transaction() as transaction:
        session = transaction.session
        begun = await session.get_one(Task, running.task.id)
        begun.state, begun.audio_s = TaskState.RUNNING, 4.5
        (await session.get_one(Task, closed.task.id)).state = TaskState.SUCCEEDED

    async with database.reading() as session:
        [work] = await open_work(session)

    assert (work.engine, work.lane) == (Engine.WHISPER, Lane.INTERACTIVE)
    assert (work.tasks, work.waiting) == (2, 1)
    assert work.audio_bytes == 2 * waiting.job.audio_bytes
    assert work.audio_s == 4.5 + 1_000_000 / 8000
