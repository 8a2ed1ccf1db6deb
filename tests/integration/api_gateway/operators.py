"""Operators and jobs as the console's tests read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from malmoi.contracts.jobs import TaskKind
from malmoi.contracts.messages import PlannedChunk, TaskPlanned, TaskStarted, TaskSucceeded
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.database import Database
from malmoi.persistence.roles import ADMIN, set_role
from malmoi.persistence.tables import Job, Task
from malmoi.persistence.tasks import lock_task
from result_handler.usecases.complete_chunk import complete_chunk
from result_handler.usecases.plan_job import plan_job
from result_handler.usecases.record_progress import record_progress
from tests.integration.api_gateway.people import Person
from tests.integration.api_gateway.recogniser import Recogniser


async def operator(base_url: str, database: Database) -> Person:
    """Somebody with the role `admin`."""
    person = await Person.sign_up(base_url, "operator")
    async with database.transaction() as transaction:
        assert await set_role(transaction, person.id, ADMIN)
    return person


@dataclass(frozen=True)
class Pipeline:
    """What workers and handlers would do, by hand."""

    database: Database

    async def task_of(self, job_id: str) -> Task:
        async with self.database.transaction() as transaction:
            task = await transaction.session.scalar(select(Task).where(Task.job_id == UUID(job_id)))
        assert task is not None
        return task

    async def job(self, job_id: str) -> Job | None:
        async with self.database.transaction() as transaction:
            return await transaction.session.get(Job, UUID(job_id))

    async def about(self, job_id: str, worker_id: str = "w1") -> dict[str, Any]:
        task = await self.task_of(job_id)
        return {
            "task_id": task.id,
            "job_id": task.job_id,
            "attempt": task.attempt,
            "worker_id": worker_id,
        }

    async def start(self, job_id: str) -> None:
        report = TaskStarted(**await self.about(job_id))
        async with self.database.transaction() as transaction:
            held = await lock_task(transaction, report.task_id)
            await record_progress(transaction, held, report, lease=timedelta(seconds=30))

    async def cut(self, job_id: str, keys: Sequence[str]) -> None:
        """Cut the recording into chunks of ten seconds, which lie under these keys."""
        chunks = tuple(
            PlannedChunk(start_s=10 * index, audio_s=10, audio_key=key, audio_bytes=4)
            for index, key in enumerate(keys)
        )
        plan = TaskPlanned(**await self.about(job_id), audio_s=10 * len(keys), chunks=chunks)
        async with self.database.transaction() as transaction:
            await plan_job(transaction, await lock_task(transaction, plan.task_id), plan)

    async def recognise_chunk(self, job_id: str) -> None:
        """Say what is spoken in the first chunk."""
        chunks = select(Task).where(Task.job_id == UUID(job_id), Task.kind == TaskKind.CHUNK)
        async with self.database.transaction() as transaction:
            chunk = await transaction.session.scalar(chunks.order_by(Task.index).limit(1))
            assert chunk is not None
            held = await lock_task(transaction, chunk.id)
            assert held is not None
            about = {"task_id": chunk.id, "job_id": chunk.job_id, "attempt": 1, "worker_id": "w1"}
            report = TaskSucceeded(**about, audio_s=10, model="tests")
            text = Transcript(text="안녕하세요", language="ko", duration_s=10)
            await complete_chunk(transaction, held, report, text)


async def said(speaking: tuple[Person, str]) -> str:
    """The job of a clip that was answered."""
    anna, room_id = speaking
    answer = await anna.say(room_id)
    assert answer.status_code == 200, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


async def handed_in(speaking: tuple[Person, str], **headers: str) -> str:
    """The job of a clip that nobody waits for."""
    anna, room_id = speaking
    answer = await anna.say(room_id, headers={"Prefer": "respond-async", **headers})
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


async def failed(speaking: tuple[Person, str], recogniser: Recogniser, **headers: str) -> str:
    """The job of a clip that the engine crashed at."""
    recogniser.failure = (TaskErrorCode.ENGINE_CRASHED, "the recogniser crashed")
    anna, room_id = speaking
    answer = await anna.say(room_id, headers=headers)
    recogniser.failure = None
    assert answer.json()["code"] == "ENGINE_CRASHED"
    return str(recogniser.seen[-1].id)
