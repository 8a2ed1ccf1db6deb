"""Recordings that are longer than a chunk, and two workers that share them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from api_gateway.adapters.cancel_flags import CancelFlags
from api_gateway.usecases.govern_jobs import JobOffice
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine, Lane
from malmoi.object_store.store import ObjectStore
from malmoi.persistence.database import Database
from malmoi.persistence.jobs import NewJob, accept_job
from malmoi.persistence.tables import Job, Task
from tests.fixtures.recordings import Track, noise, tone, write
from tests.integration.conftest import Rooms
from tests.integration.pipeline.conftest import Process, eventually, open_store, processes, stored

SECONDS = 150.0


@pytest.fixture(scope="module")
def environment_of_workers(fast: dict[str, str]) -> dict[str, str]:
    return {
        **fast,
        "TASK_MAX_AUDIO_S": "30",
        "DRAIN_S": "0",
        "WORKER_SLOTS": "1",
    }


@pytest.fixture(scope="module")
async def store(fast: dict[str, str]) -> ObjectStore:
    return await open_store(fast)


@pytest.fixture(scope="module")
async def audio_key(store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> str:
    return await stored(store, recording(SECONDS, tmp_path_factory.mktemp("long")))


@pytest.fixture
async def longer_key(store: ObjectStore, tmp_path: Path) -> str:
    return await stored(store, recording(2 * SECONDS, tmp_path))


def recording(seconds: float, folder: Path) -> Path:
    """Tones of five seconds with pauses between them."""
    parts = [part for _ in range(int(seconds / 5.5)) for part in (tone(5)[0], noise(0.5, 1e-4)[0])]
    return write(folder / "long.flac", Track(np.concatenate(parts)[np.newaxis], "flac"))


@pytest.fixture(scope="module")
async def office(
    database: Database, store: ObjectStore, fast: dict[str, str]
) -> AsyncIterator[JobOffice]:
    async with Redis.from_url(fast["REDIS_URL"]) as redis:
        yield JobOffice(database, store, CancelFlags(redis))


@pytest.fixture(scope="module")
async def workers(
    environment_of_workers: dict[str, str], audio_key: str
) -> AsyncIterator[tuple[Process, Process]]:
    env = environment_of_workers
    first = Process("stt_worker_whisper", {**env, "WORKER_ID": "first"})
    second = Process("stt_worker_whisper", {**env, "WORKER_ID": "second"})
    async with processes(Process("result_handler", env), first, second):
        yield first, second


async def hand_in(
    database: Database, rooms: Rooms, audio_key: str, *, windows: int = 10, **options: Any
) -> Job:
    """A chunk takes `windows` times 0.05 s, unless the prompt says something else."""
    user_id, _ = await rooms.room()
    wanted = {"language": "ko", "prompt": f"fault:windows={windows}", **options}
    new = NewJob(
        owner_user_id=user_id,
        engine=Engine.WHISPER,
        lane=Lane.BATCH,
        options=DecodeOptions.model_validate(wanted),
        audio_key=audio_key,
        audio_bytes=100_000_000,
        trace_id=uuid4().hex,
    )
    async with database.transaction() as transaction:
        return await accept_job(transaction, new, now=await transaction.now())


async def state_of(database: Database, job: Job) -> str:
    async with database.reading() as session:
        return (await session.get_one(Job, job.id)).state


async def ended(database: Database, job: Job, within_s: float = 90) -> Job:
    async def is_over() -> bool:
        return await state_of(database, job) in {"completed", "failed", "cancelled"}

    await eventually(is_over, within_s=within_s)
    async with database.reading() as session:
        return await session.get_one(Job, job.id)


async def chunks_of(database: Database, job: Job) -> list[Task]:
    async with database.reading() as session:
        rows = await session.scalars(
            select(Task).where(Task.job_id == job.id, Task.kind == "chunk").order_by(Task.index)
        )
        return list(rows)


async def some_succeeded(database: Database, job: Job, at_least: int = 1) -> None:
    async def enough() -> bool:
        done = [each for each in await chunks_of(database, job) if each.state == "succeeded"]
        return len(done) >= at_least

    await eventually(enough)
