"""Rows of several tables, written by one statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from malmoi.contracts.messages import DeadLetter
from malmoi.contracts.topics import dead_letters_of
from malmoi.persistence.database import Database
from malmoi.persistence.jobs import request_of
from malmoi.persistence.outbox import enqueue, enqueue_task
from malmoi.persistence.tables import DeadLetterRow, Job, LedgerLine, OutboxRow, Task
from tests.integration.conftest import Accepted, Rooms


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@pytest.fixture
async def clip(rooms: Rooms) -> Accepted:
    return await rooms.clip(await rooms.room())


def letter(clip: Accepted) -> DeadLetter:
    return DeadLetter(
        task_id=clip.task.id, job_id=clip.job.id, source_topic="t", reason="why", payload="{}"
    )


async def test_what_is_new_and_what_has_changed_is_one_trip(
    database: Database, clip: Accepted
) -> None:
    async with database.transaction() as transaction:
        session = transaction.session
        job, task = (
            await session.get_one(Job, clip.job.id),
            await session.get_one(Task, clip.task.id),
        )
        job.audio_s, job.result, task.percent = 5.0, {"transcript": "밥"}, 100
        session.add(LedgerLine(job_id=job.id, entry="completed"))
        enqueue(transaction, dead_letters_of("t"), letter(clip), trace_id="t" * 8)
        with statements(database) as sent:
            await transaction.flush()
            await session.flush()
    [row] = transaction.outbox

    async with database.reading() as session:
        job, task = (
            await session.get_one(Job, clip.job.id),
            await session.get_one(Task, clip.task.id),
        )
        lines = await session.scalars(select(LedgerLine.entry).where(LedgerLine.job_id == job.id))
        kept = await session.get_one(OutboxRow, row.id)
    assert len(sent) == 1
    assert (job.audio_s, job.result, task.percent) == (5.0, {"transcript": "밥"}, 100)
    assert job.state == "queued"
    assert sorted(lines) == ["accepted", "completed"]
    assert kept.value == row.value


async def test_of_several_messages_each_learns_its_own_number(
    database: Database, clip: Accepted
) -> None:
    async with database.transaction() as transaction:
        for number in range(3):
            enqueue(transaction, dead_letters_of(f"t{number}"), letter(clip), trace_id="t" * 8)
        await transaction.flush()

    async with database.reading() as session:
        for row in transaction.outbox:
            assert (await session.get_one(OutboxRow, row.id)).topic == row.topic


async def test_many_rows_and_values_that_are_sql_are_written_too(
    database: Database, clip: Accepted
) -> None:
    delay = timedelta(hours=1)
    async with database.transaction() as transaction:
        request = request_of(clip.job, clip.task)
        enqueue_task(transaction, request, trace_id="t" * 8, delay=delay)
        await transaction.flush()
    assert transaction.outbox == []  # it must wait

    async with database.transaction() as transaction:
        for _ in range(30):
            enqueue(transaction, dead_letters_of("many"), letter(clip), trace_id="t" * 8)
        await transaction.flush()

    async with database.reading() as session:
        due = await session.scalar(
            select(func.count())
            .select_from(OutboxRow)
            .where(OutboxRow.task_id == clip.task.id, OutboxRow.available_at > func.now())
        )
        ids = set(await session.scalars(select(OutboxRow.id).where(OutboxRow.topic == "many.dlq")))
    assert due == 1
    assert ids == {row.id for row in transaction.outbox}


async def test_nothing_is_written_when_one_row_cannot_be(
    database: Database, clip: Accepted
) -> None:
    async def write() -> None:
        async with database.transaction() as transaction:
            job = await transaction.session.get_one(Job, clip.job.id)
            job.audio_s = 7.0
            transaction.session.add(Task(job_id=uuid4(), kind="utterance", engine="e", lane="l"))
            await transaction.flush()

    with pytest.raises(IntegrityError):
        await write()

    async with database.reading() as session:
        assert (await session.get_one(Job, clip.job.id)).audio_s is None


async def test_a_key_that_is_made_here_and_not_in_the_database_is_made(
    database: Database, clip: Accepted
) -> None:
    async with database.transaction() as transaction:
        transaction.session.add(
            DeadLetterRow(job_id=clip.job.id, source_topic="t", reason="why", payload="{}")
        )
        await transaction.flush()

    async with database.reading() as session:
        found = await session.scalars(
            select(DeadLetterRow.id).where(DeadLetterRow.job_id == clip.job.id)
        )
        assert len(found.all()) == 1
