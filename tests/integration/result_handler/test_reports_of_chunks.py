"""Reports of several chunks of one recording that are read together."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from malmoi.contracts.jobs import TaskKind
from malmoi.contracts.messages import (
    PlannedChunk,
    TaskFailed,
    TaskPlanned,
    TaskStarted,
    TaskSucceeded,
)
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.tables import DeadLetterRow, Job, Task
from malmoi.persistence.tasks import LockedTask, lock_task, lock_tasks
from result_handler.usecases.complete_chunk import complete_chunk
from result_handler.usecases.effect import Effect
from result_handler.usecases.fail_task import fail_task
from result_handler.usecases.plan_job import plan_job
from result_handler.usecases.record_progress import record_progress
from tests.integration.conftest import Accepted, Rooms

Report = TaskStarted | TaskSucceeded | TaskFailed


@pytest.fixture
async def clip(database: Database, rooms: Rooms) -> Accepted:
    """Cut into three chunks of ten seconds."""
    clip = await rooms.clip(await rooms.room())
    chunks = tuple(
        PlannedChunk(start_s=10 * index, audio_s=10, audio_key=f"chunks/{index}", audio_bytes=4)
        for index in range(3)
    )
    plan = TaskPlanned(**about(clip.task), audio_s=30, chunks=chunks)
    async with database.transaction() as transaction:
        await plan_job(transaction, await lock_task(transaction, plan.task_id), plan)
    return clip


def about(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.id,
        "job_id": task.job_id,
        "attempt": task.attempt,
        "worker_id": "w1",
    }


def recognised(chunk: Task) -> TaskSucceeded:
    return TaskSucceeded(**about(chunk), audio_s=10, model="tests")


def crashed(chunk: Task) -> TaskFailed:
    why = {"code": TaskErrorCode.ENGINE_CRASHED, "detail": "the recogniser crashed"}
    return TaskFailed(**about(chunk), **why, retryable=True)


async def chunks_of(database: Database, job_id: UUID) -> Sequence[Task]:
    asked = select(Task).where(Task.job_id == job_id, Task.kind == TaskKind.CHUNK)
    async with database.reading() as session:
        return (await session.scalars(asked.order_by(Task.index))).all()


async def read_together(database: Database, *reports: Report) -> list[Effect]:
    """In one transaction, as the handler does with what it polled together."""
    async with database.transaction() as transaction:
        locked = await lock_tasks(transaction, [report.task_id for report in reports])
        return [await effect(transaction, locked[each.task_id], each) for each in reports]


async def effect(transaction: Transaction, held: LockedTask, report: Report) -> Effect:
    match report:
        case TaskStarted():
            return await record_progress(transaction, held, report, lease=timedelta(seconds=30))
        case TaskSucceeded():
            text = Transcript(text="안녕하세요", language="ko", duration_s=10)
            return await complete_chunk(transaction, held, report, text)
        case TaskFailed():
            return await fail_task(transaction, held, report, max_failures=1)


async def test_the_last_text_that_is_read_with_a_failure_leaves_the_others_alone(
    database: Database, clip: Accepted
) -> None:
    first, second, third = await chunks_of(database, clip.job.id)
    assert await read_together(database, recognised(first)) == [Effect.APPLIED]

    effects = await read_together(database, crashed(second), recognised(third))

    assert effects == [Effect.APPLIED, Effect.STALE]
    chunks = await chunks_of(database, clip.job.id)
    assert [each.state for each in chunks] == ["succeeded", "failed", "cancelled"]
    assert [each.audio_key for each in chunks] == ["chunks/0", "chunks/1", "chunks/2"]
    async with database.reading() as session:
        texts = select(Task.result["transcript"]["text"].astext).where(Task.id == first.id)
        assert await session.scalar(texts) == "안녕하세요"
        assert (await session.get_one(Job, clip.job.id)).state == "failed"


async def test_of_two_failures_that_are_read_together_one_is_buried(
    database: Database, clip: Accepted
) -> None:
    _, second, third = await chunks_of(database, clip.job.id)

    effects = await read_together(database, crashed(second), crashed(third))

    assert effects == [Effect.APPLIED, Effect.STALE]
    buried = select(func.count()).where(DeadLetterRow.job_id == clip.job.id)
    async with database.reading() as session:
        assert await session.scalar(buried) == 1


async def test_a_chunk_that_is_begun_as_another_one_fails_is_not_wanted(
    database: Database, clip: Accepted
) -> None:
    _, second, third = await chunks_of(database, clip.job.id)

    effects = await read_together(database, crashed(second), TaskStarted(**about(third)))

    assert effects == [Effect.APPLIED, Effect.UNWANTED]
    *_, third = await chunks_of(database, clip.job.id)
    assert (third.state, third.lease_until) == ("cancelled", None)
