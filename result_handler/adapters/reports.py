"""Reads workers' reports and hands each to its use case; what was polled together is one step."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from malmoi.contracts.jobs import Lane, TaskKind
from malmoi.contracts.messages import (
    TaskFailed,
    TaskPlanned,
    TaskProgress,
    TaskReport,
    TaskResult,
    TaskSucceeded,
)
from malmoi.contracts.topics import TASK_ERRORS, TASK_PROGRESS, TASK_RESULTS, Topic
from malmoi.contracts.transcripts import Transcript
from malmoi.live.cancel_flags import Attempt, raise_cancel_flags
from malmoi.messaging.consume import Done, Outcome, Reject, Retry
from malmoi.messaging.subscription import Record
from malmoi.object_store.store import ObjectMissing, ObjectStore, StoreUnavailable
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.faults import DATABASE_AWAY, OUR_FAULT
from malmoi.persistence.tasks import LockedTask, lock_tasks
from result_handler.settings import Settings
from result_handler.usecases.complete_chunk import complete_chunk
from result_handler.usecases.complete_task import complete_task
from result_handler.usecases.effect import Effect
from result_handler.usecases.fail_task import fail_task
from result_handler.usecases.plan_job import plan_job
from result_handler.usecases.record_progress import record_progress

Report = TaskProgress | TaskResult | TaskFailed

_TOPICS: Mapping[str, Topic[Report]] = {
    topic.name: topic  # type: ignore[misc]  # each carries one kind of Report
    for topic in (TASK_PROGRESS, TASK_RESULTS, TASK_ERRORS)
}
_AWAY: Final[tuple[type[Exception], ...]] = (StoreUnavailable, *DATABASE_AWAY)
_TRANSCRIPT = TypeAdapter(Transcript)


@dataclass(frozen=True, slots=True)
class Reports:
    """Handles the three report topics."""

    settings: Settings
    database: Database
    redis: Redis
    store: ObjectStore
    on_freed: Callable[[], None] = lambda: None
    """Hears that workers may be free, or that tasks wait."""
    on_awaited: Callable[[], None] = lambda: None
    """Hears that somebody in a room waits for what comes next."""

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """One transaction for all; the loop repeats one by one what fails together."""
        read = [self._read(record) for record in records]
        try:
            outcomes = await self._apply([each for each in read if isinstance(each, TaskReport)])
        except OUR_FAULT:
            raise
        except _AWAY as error:
            return [Retry(repr(error)) for _ in records]
        applied = iter(outcomes)
        return [each if isinstance(each, Reject) else next(applied) for each in read]

    def _read(self, record: Record) -> Report | Reject:
        try:
            return _TOPICS[record.topic].decode(record.value)
        except ValidationError as error:
            return Reject(f"unreadable: {error}")

    async def _apply(self, reports: Sequence[Report]) -> Sequence[Outcome]:
        if not reports:
            return []
        transcripts = await asyncio.gather(*map(self._transcript, reports))
        outcomes: dict[int, Outcome] = {}
        unwanted: list[Attempt] = []
        async with self.database.transaction() as transaction:
            held = await lock_tasks(transaction, (report.task_id for report in reports))
            for number in _by_room(reports, held):
                report, transcript = reports[number], transcripts[number]
                if isinstance(transcript, Reject):
                    outcomes[number] = transcript
                    continue
                effect = await self._effect(
                    transaction, held.get(report.task_id), report, transcript
                )
                if effect is Effect.UNWANTED:
                    unwanted.append(Attempt(report.task_id, report.attempt))
                outcomes[number] = Done(Effect.STALE if effect is Effect.UNWANTED else effect)
            await transaction.flush()
        lanes = {each.task.lane for each in held.values()}
        if Lane.BATCH in lanes:
            self.on_freed()
        if Lane.INTERACTIVE in lanes:
            self.on_awaited()
        await self._discard(transaction.unneeded_objects)
        await raise_cancel_flags(self.redis, unwanted)
        return [outcomes[number] for number in range(len(reports))]

    async def _discard(self, keys: Sequence[str]) -> None:
        with contextlib.suppress(StoreUnavailable):  # the hourly sweep finds them
            await self.store.delete_many(keys)

    async def _effect(
        self,
        transaction: Transaction,
        held: LockedTask | None,
        report: Report,
        transcript: Transcript | None,
    ) -> Effect:
        match report:
            case TaskPlanned():
                return await plan_job(transaction, held, report)
            case TaskSucceeded():
                assert transcript is not None
                if held is not None and held.task.kind == TaskKind.CHUNK:
                    return await complete_chunk(transaction, held, report, transcript)
                return await complete_task(transaction, held, report, transcript)
            case TaskFailed():
                return await fail_task(
                    transaction, held, report, max_failures=self.settings.max_failures
                )
            case TaskReport():
                return await record_progress(transaction, held, report, lease=self.settings.lease)
            case _:
                assert_never(report)

    async def _transcript(self, report: Report) -> Transcript | Reject | None:
        if not isinstance(report, TaskSucceeded) or report.transcript is not None:
            return report.transcript if isinstance(report, TaskSucceeded) else None
        if report.transcript_key is None:
            return Reject("the result has no transcript and names none")
        try:
            return _TRANSCRIPT.validate_json(await self.store.read(report.transcript_key))
        except (ObjectMissing, ValidationError) as error:
            return Reject(f"the transcript cannot be read: {error}")


def _by_room(reports: Sequence[Report], held: Mapping[UUID, LockedTask]) -> list[int]:
    """Places of the reports in the order in which all handlers lock rooms.

    So none waits for another in a circle; within a room, and so within a task, the order is kept.
    """

    def room(number: int) -> str:
        task = held.get(reports[number].task_id)
        return "" if task is None else str(task.job.room_id or "")

    return sorted(range(len(reports)), key=room)
