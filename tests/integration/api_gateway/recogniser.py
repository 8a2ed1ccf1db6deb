"""Ends jobs in the database the way the result handler does, so that no worker is needed.

What waits for its turn has it at once.
"""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from malmoi.contracts.jobs import TaskKind, TaskState
from malmoi.contracts.messages import TaskFailed, TaskSucceeded
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Segment, Transcript, Word
from malmoi.persistence.database import Database
from malmoi.persistence.tables import Job, Task
from malmoi.persistence.tasks import lock_task
from result_handler.usecases.complete_chunk import complete_chunk
from result_handler.usecases.complete_task import complete_task
from result_handler.usecases.fail_task import fail_task


@dataclass
class Recogniser:
    """Answers every job at once with `text`, or with `failure`; while `paused`, none."""

    database: Database
    text: str = "안녕하세요"
    times: int = 1
    """How often `text` is said, each time in a segment of its own."""
    fallbacks: tuple[str, ...] = ()
    failure: tuple[TaskErrorCode, str] | None = None
    paused: bool = False
    seen: list[Job] = field(default_factory=list)

    async def run(self) -> None:
        while True:
            if not self.paused:
                await self.answer_all()
            await asyncio.sleep(0.03)

    async def answer_all(self) -> None:
        async with self.database.transaction() as transaction:
            rows = await transaction.session.execute(
                select(Task, Job)
                .join(Job, Job.id == Task.job_id)
                .where(Task.state.in_((TaskState.WAITING, TaskState.DISPATCHED)))
            )
            waiting = [(row[0], row[1]) for row in rows]
        for task, job in waiting:
            if self.paused:
                return  # since the question, which may have taken its time
            self.seen.append(job)
            await self._answer(task, job)

    async def answer_running(self, job_id: str) -> None:
        """Answer one job that a worker has begun."""
        async with self.database.transaction() as transaction:
            rows = await transaction.session.execute(
                select(Task, Job).join(Job, Job.id == Task.job_id).where(Job.id == UUID(job_id))
            )
            task, job = rows.one()
        await self._answer(task, job)

    async def _answer(self, task: Task, job: Job) -> None:
        about = {
            "task_id": task.id,
            "job_id": job.id,
            "attempt": task.attempt,
            "worker_id": "tests",
        }
        async with self.database.transaction() as transaction:
            held = await lock_task(transaction, task.id)
            if self.failure is not None:
                code, detail = self.failure
                failed = TaskFailed(**about, code=code, detail=detail, retryable=False)
                await fail_task(transaction, held, failed, max_failures=1)
                return
            report = TaskSucceeded(**about, audio_s=1.5, model="tests", fallbacks=self.fallbacks)
            complete = complete_chunk if task.kind == TaskKind.CHUNK else complete_task
            await complete(transaction, held, report, self._transcript(job))

    def _transcript(self, job: Job) -> Transcript:
        segments = [self._segment(begun_s) for begun_s in range(0, 2 * self.times, 2)]
        return Transcript(
            text=" ".join([self.text] * self.times),
            language=job.options["language"] or "ko",
            duration_s=1.5,
            segments=tuple(segments) if self.text else (),
        )

    def _segment(self, begun_s: int) -> Segment:
        words = tuple(
            Word(text=each, start_s=begun_s + index, end_s=begun_s + index + 1, probability=0.9)
            for index, each in enumerate(self.text.split())
        )
        return Segment(text=self.text, start_s=begun_s, end_s=begun_s + 1.5, words=words)
