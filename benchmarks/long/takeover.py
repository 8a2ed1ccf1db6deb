"""A worker is killed late in a recording."""

import os
import signal
import time

from sqlalchemy import func, select

from benchmarks.long.jobs import begin, client_of, completed, until
from benchmarks.long.material import Material
from benchmarks.people import sign_up
from benchmarks.running_cluster import RunningCluster, cluster
from malmoi.persistence.database import open_database
from malmoi.persistence.tables import Task
from malmoi.settings import DatabaseSettings

_KILLED_AT_PERCENT = 90


async def measure(material: Material, minutes: float) -> None:
    """Print how long the lost chunk waited, and how many were recognised twice."""
    made = material.recording(minutes)
    with cluster("--workers", "whisper=2") as running:
        async with client_of(running.url) as client:
            person = await sign_up(client)
            job_id = await begin(person, made)
            await until(person, job_id, lambda told: told["percent"] >= _KILLED_AT_PERCENT)
            os.kill(_worker(running), signal.SIGKILL)
            killed_at = time.time()
            await until(person, job_id, completed)
        repeated, again_at = await _repeated(running, job_id)
    waited = f"{again_at - killed_at:.1f} s later" if again_at else "never: none was in hand"
    print(f"{made.audio_s / 60:.0f} minutes of speech, two workers, one killed at 90 %")
    print(f"chunks dispatched again: {repeated}; the last of them was begun {waited}")


def _worker(running: RunningCluster) -> int:
    found = [each for each in running.services if each["name"] == "stt_worker_whisper-2"]
    return int(found[0]["pid"])


async def _repeated(running: RunningCluster, job_id: str) -> tuple[int, float | None]:
    async with (
        open_database(DatabaseSettings(database_url=running.database)) as database,
        database.reading() as session,
    ):
        asked = select(func.count(), func.max(Task.started_at))
        count, last = (
            await session.execute(asked.where(Task.job_id == job_id, Task.attempt > 1))
        ).one()
    return count, None if last is None else last.timestamp()
