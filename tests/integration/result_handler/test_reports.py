"""What reports do to jobs, tasks, rooms and the ledger, on a real PostgreSQL."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from malmoi.contracts.events import Event, EventType, job_stream, room_stream
from malmoi.contracts.messages import (
    TaskFailed,
    TaskHeartbeat,
    TaskReleased,
    TaskStarted,
    TaskSucceeded,
)
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.counts import conservation
from malmoi.persistence.database import Database
from malmoi.persistence.events import events_after
from malmoi.persistence.tables import DeadLetterRow, Job, LedgerLine, OutboxRow, RoomMessage, Task
from malmoi.persistence.tasks import lock_task
from result_handler.usecases.complete_task import complete_task
from result_handler.usecases.effect import Effect
from result_handler.usecases.fail_task import fail_task
from result_handler.usecases.record_progress import record_progress
from tests.integration.conftest import Accepted, Rooms

LEASE = timedelta(seconds=30)


@pytest.fixture
async def clip(rooms: Rooms) -> Accepted:
    return await rooms.clip(await rooms.room())


def identity(clip: Accepted, attempt: int = 1, worker: str = "w1") -> dict[str, Any]:
    return {
        "task_id": clip.task.id,
        "job_id": clip.job.id,
        "attempt": attempt,
        "worker_id": worker,
    }


def spoken(text: str) -> Transcript:
    return Transcript(text=text, language="ko", duration_s=5.0)


async def succeed(database: Database, clip: Accepted, text: str, attempt: int = 1) -> Effect:
    report = TaskSucceeded(**identity(clip, attempt), audio_s=5.0, model="base")
    async with database.transaction() as transaction:
        held = await lock_task(transaction, report.task_id)
        return await complete_task(transaction, held, report, spoken(text))


async def fail(
    database: Database,
    clip: Accepted,
    code: TaskErrorCode,
    *,
    retryable: bool,
    attempt: int = 1,
) -> Effect:
    report = TaskFailed(**identity(clip, attempt), code=code, detail="why", retryable=retryable)
    async with database.transaction() as transaction:
        held = await lock_task(transaction, report.task_id)
        return await fail_task(transaction, held, report, max_failures=3)


async def progress(database: Database, report: Any) -> Effect:
    async with database.transaction() as transaction:
        held = await lock_task(transaction, report.task_id)
        return await record_progress(transaction, held, report, lease=LEASE)


async def fresh(database: Database, clip: Accepted) -> tuple[Job, Task]:
    async with database.transaction() as transaction:
        job = await transaction.session.get_one(Job, clip.job.id)
        task = await transaction.session.get_one(Task, clip.task.id)
    return job, task


async def told_in_room(database: Database, clip: Accepted) -> Sequence[Event]:
    async with database.transaction() as transaction:
        return await events_after(transaction.session, room_stream(clip.room_id), 0)


async def test_a_success_ends_the_job_and_tells_the_room(
    database: Database, clip: Accepted
) -> None:
    assert await succeed(database, clip, "안녕하세요") is Effect.APPLIED

    job, task = await fresh(database, clip)
    assert (job.state, task.state) == ("completed", "succeeded")
    [event] = await told_in_room(database, clip)
    assert event.type is EventType.MESSAGE_CREATED
    assert event.payload["text"] == "안녕하세요"
    assert event.payload["message_id"] == str(clip.message_id)
    assert event.trace_id == job.trace_id


async def test_what_is_read_before_its_started_tells_when_it_began(
    database: Database, clip: Accepted
) -> None:
    last = TaskSucceeded(**identity(clip), taken_for_s=0.2, audio_s=5.0, model="base")
    async with database.transaction() as transaction:
        held = await lock_task(transaction, last.task_id)
        await complete_task(transaction, held, last, spoken("빨리"))
    assert await progress(database, TaskStarted(**identity(clip))) is Effect.UNWANTED

    job, task = await fresh(database, clip)
    assert task.started_at is not None
    assert task.finished_at is not None
    assert job.created_at <= task.started_at < task.finished_at
    assert job.started_at == task.started_at


async def test_a_failure_that_comes_at_once_tells_when_it_began(
    database: Database, clip: Accepted
) -> None:
    await fail(database, clip, TaskErrorCode.AUDIO_UNREADABLE, retryable=False)

    job, task = await fresh(database, clip)
    assert task.started_at is not None
    assert job.started_at == task.started_at


async def test_another_attempt_has_not_begun_yet(database: Database, clip: Accepted) -> None:
    await progress(database, TaskStarted(**identity(clip)))
    await fail(database, clip, TaskErrorCode.ENGINE_CRASHED, retryable=True)

    _, task = await fresh(database, clip)
    assert (task.attempt, task.started_at) == (2, None)


async def test_a_replayed_success_is_a_duplicate_and_tells_nobody_again(
    database: Database, clip: Accepted
) -> None:
    await succeed(database, clip, "한 번")

    assert await succeed(database, clip, "두 번") is Effect.DUPLICATE
    assert len(await told_in_room(database, clip)) == 1


async def test_of_two_simultaneous_successes_one_counts(database: Database, clip: Accepted) -> None:
    effects = await asyncio.gather(
        *(succeed(database, clip, f"답 {n}", attempt=1) for n in range(8))
    )

    assert sorted(effects) == [Effect.APPLIED] + [Effect.DUPLICATE] * 7
    assert len(await told_in_room(database, clip)) == 1


async def test_a_late_success_of_an_older_attempt_wins_while_the_task_is_open(
    database: Database, clip: Accepted
) -> None:
    await fail(database, clip, TaskErrorCode.ENGINE_CRASHED, retryable=True)

    assert await succeed(database, clip, "늦었지만", attempt=1) is Effect.APPLIED
    job, _ = await fresh(database, clip)
    assert job.state == "completed"


async def test_where_nobody_spoke_no_message_remains(database: Database, clip: Accepted) -> None:
    await succeed(database, clip, "")

    [event] = await told_in_room(database, clip)
    assert event.type is EventType.MESSAGE_EMPTY
    async with database.transaction() as transaction:
        assert await transaction.session.get(RoomMessage, clip.message_id) is None


async def test_a_verdict_about_the_recording_fails_the_job_at_once(
    database: Database, clip: Accepted
) -> None:
    await fail(database, clip, TaskErrorCode.AUDIO_UNREADABLE, retryable=False)

    job, _ = await fresh(database, clip)
    assert (job.state, job.error_code) == ("failed", "AUDIO_UNREADABLE")
    [event] = await told_in_room(database, clip)
    assert (event.type, event.payload["code"]) == (EventType.MESSAGE_FAILED, "AUDIO_UNREADABLE")
    assert await dead_letters(database, clip) == 0


async def test_a_crash_is_tried_again_and_the_third_one_is_buried(
    database: Database, clip: Accepted
) -> None:
    for attempt in (1, 2):
        await fail(database, clip, TaskErrorCode.ENGINE_CRASHED, retryable=True, attempt=attempt)
        job, task = await fresh(database, clip)
        assert (job.state, task.attempt) == ("queued", attempt + 1)

    await fail(database, clip, TaskErrorCode.ENGINE_CRASHED, retryable=True, attempt=3)

    job, task = await fresh(database, clip)
    assert (job.state, task.state, task.attempt) == ("failed", "failed", 3)
    assert await dead_letters(database, clip) == 1


async def test_every_attempt_that_came_to_nothing_is_told_in_the_jobs_story(
    database: Database, clip: Accepted
) -> None:
    await fail(database, clip, TaskErrorCode.ENGINE_CRASHED, retryable=True, attempt=1)
    await progress(database, TaskStarted(**identity(clip, attempt=2, worker="w2")))
    await progress(database, TaskReleased(**identity(clip, attempt=2, worker="w2")))
    await succeed(database, clip, "드디어", attempt=3)

    async with database.transaction() as transaction:
        story = await events_after(transaction.session, job_stream(clip.job.id), 0)
    ended = [each.payload for each in story if each.type is EventType.JOB_ATTEMPT_ENDED]
    assert [(each["attempt"], each["worker_id"], each["code"]) for each in ended] == [
        (1, "w1", "ENGINE_CRASHED"),
        (2, "w2", "RELEASED"),
    ]
    assert story[-1].type is EventType.JOB_COMPLETED
    assert [each.seq for each in story] == [1, 2, 3, 4]


async def test_a_failure_of_an_older_attempt_is_stale(database: Database, clip: Accepted) -> None:
    await fail(database, clip, TaskErrorCode.ENGINE_CRASHED, retryable=True, attempt=1)

    again = await fail(database, clip, TaskErrorCode.ENGINE_CRASHED, retryable=True, attempt=1)

    assert again is Effect.STALE
    _, task = await fresh(database, clip)
    assert task.attempt == 2


async def test_started_and_heartbeats_hold_the_lease(database: Database, clip: Accepted) -> None:
    await progress(database, TaskStarted(**identity(clip)))
    job, task = await fresh(database, clip)
    assert (job.state, task.state, task.worker_id) == ("running", "running", "w1")
    first = task.lease_until

    await progress(database, TaskHeartbeat(**identity(clip), percent=40))

    _, task = await fresh(database, clip)
    assert first is not None
    assert task.lease_until is not None
    assert task.lease_until > first
    assert task.percent == 40


async def test_a_released_task_goes_out_again_and_no_attempt_is_held_against_it(
    database: Database, clip: Accepted
) -> None:
    await progress(database, TaskStarted(**identity(clip)))

    await progress(database, TaskReleased(**identity(clip)))

    _, task = await fresh(database, clip)
    assert (task.state, task.attempt) == ("dispatched", 2)
    assert (task.failures, task.losses) == (0, 0)
    assert await requests_in_outbox(database, clip) == 2


async def test_a_worker_busy_with_a_closed_task_is_told_to_stop(
    database: Database, clip: Accepted
) -> None:
    await succeed(database, clip, "끝")

    assert await progress(database, TaskHeartbeat(**identity(clip))) is Effect.UNWANTED


async def test_the_ledger_closes_whatever_happened(database: Database, rooms: Rooms) -> None:
    place = await rooms.room()
    clips = [await rooms.clip(place) for _ in range(4)]
    await succeed(database, clips[0], "하나")
    await succeed(database, clips[0], "하나")
    await fail(database, clips[1], TaskErrorCode.NO_AUDIO_TRACK, retryable=False)
    await progress(database, TaskStarted(**identity(clips[2])))

    async with database.transaction() as transaction:
        counted = await conservation(transaction.session)
        lines = await transaction.session.scalar(
            select(func.count()).where(LedgerLine.job_id == clips[0].job.id)
        )
    assert counted.missing == 0
    assert counted.open >= 2
    assert lines == 2


async def test_positions_of_messages_stay_those_of_the_hand_in(
    database: Database, rooms: Rooms
) -> None:
    place = await rooms.room()
    first, second = [await rooms.clip(place) for _ in range(2)]

    await succeed(database, second, "둘째")
    await succeed(database, first, "첫째")

    told = await told_in_room(database, first)
    by_position = sorted(told, key=lambda event: event.payload["position"])
    assert [event.payload["text"] for event in by_position] == ["첫째", "둘째"]
    assert [event.seq for event in told] == [3, 4]


async def dead_letters(database: Database, clip: Accepted) -> int:
    async with database.transaction() as transaction:
        found = await transaction.session.scalar(
            select(func.count()).where(DeadLetterRow.job_id == clip.job.id)
        )
    return found or 0


async def requests_in_outbox(database: Database, clip: Accepted) -> int:
    async with database.transaction() as transaction:
        found = await transaction.session.scalar(
            select(func.count()).where(OutboxRow.task_id == clip.task.id)
        )
    return found or 0
