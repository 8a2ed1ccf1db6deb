"""A worker is killed late in a recording."""

import os
import signal
import time
from contextlib import AbstractAsyncContextManager

from sqlalchemy import func, select

from benchmarks.long.jobs import begin, client_of, completed, until
from benchmarks.long.material import Material
from benchmarks.people import sign_up
from benchmarks.running_cluster import RunningCluster, cluster
from malmoi.contracts.jobs import TaskKind, TaskState
from malmoi.persistence.database import Database, open_database
from malmoi.persistence.tables import Task
from malmoi.settings import DatabaseSettings

_KILLED_AT_PERCENT = 90


async def measure(material: Material, minutes: float) -> None:
    """Print how long the lost chunk waited, and how many were recognised twice."""
    made = material.recording(minutes)
    with cluster("--workers", "whisper=2") as running:
        async with client_of(running.url) as client, _database(running) as database:
            person = await sign_up(client)
            job_id = await begin(person, made)
            await until(person, job_id, lambda told: told["percent"] >= _KILLED_AT_PERCENT)
            worker_id = await _busy_worker(database, job_id)
            os.kill(int(worker_id.rpartition("-")[2]), signal.SIGKILL)
            killed_at = time.time()
            begun = await _begun_by(database, job_id, worker_id)
            await until(person, job_id, completed)
            repeated, again_at = await _repeated(database, job_id)
    waited = "nothing" if again_at is None else f"{again_at - killed_at:.1f} s"
    print(f"| {made.audio_s / 60:.0f} minutes, two workers, one killed at 90 % | |\n|---|--:|")
    print(f"| chunks that were being recognised, and were recognised again | {begun} |")
    print(f"| chunks sent again, with those that only waited for their turn | {repeated} |")
    print(f"| from the kill to the beginning of the last of them | {waited} |")


def _database(running: RunningCluster) -> AbstractAsyncContextManager[Database]:
    return open_database(DatabaseSettings(database_url=running.database))


async def _busy_worker(database: Database, job_id: str) -> str:
    """One that recognises a chunk; its name ends with its process id."""
    async with database.reading() as session:
        asked = select(Task.worker_id).where(
            Task.job_id == job_id,
            Task.state == TaskState.RUNNING,
            Task.kind == TaskKind.CHUNK,
            Task.worker_id.is_not(None),
        )
        found = (await session.scalars(asked.order_by(Task.percent.desc()).limit(1))).one()
    assert found is not None
    return found


async def _begun_by(database: Database, job_id: str, worker_id: str) -> int:
    """Chunks of which the worker had recognised something, by its last heartbeats."""
    async with database.reading() as session:
        asked = select(func.count()).where(
            Task.job_id == job_id,
            Task.worker_id == worker_id,
            Task.state == TaskState.RUNNING,
            Task.percent > 0,
        )
        return (await session.scalars(asked)).one()


async def _repeated(database: Database, job_id: str) -> tuple[int, float | None]:
    async with database.reading() as session:
        asked = select(func.count(), func.max(Task.started_at))
        count, last = (
            await session.execute(asked.where(Task.job_id == job_id, Task.attempt > 1))
        ).one()
    return count, None if last is None else last.timestamp()
