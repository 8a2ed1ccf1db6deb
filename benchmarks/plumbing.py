"""Jobs per second through everything but a model: `python -m benchmarks.plumbing`.

A no-op engine, and jobs that all reference one stored recording: what is measured is outbox,
Kafka, leases, the result handler and PostgreSQL, end to end. The recording lasts a quarter of a
second, because decoding is an engine's work; `--recording` takes another one.
"""

import argparse
import asyncio
import time
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.people import sign_up
from benchmarks.recordings import recording
from benchmarks.running_cluster import RunningCluster, cluster
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine, Lane
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.publisher import Publisher
from malmoi.observability.trace import new_trace_id
from malmoi.persistence.counts import conservation
from malmoi.persistence.database import Database, Transaction, open_database
from malmoi.persistence.jobs import NewJob, accept_job
from malmoi.persistence.tables import Job
from malmoi.process import run_until_done
from malmoi.relay import OutboxRelay
from malmoi.settings import DatabaseSettings, KafkaSettings

NOOP = "stt_worker_base.noop:NoopEngine"
_BATCH = 20


async def stored_recording(running: RunningCluster, database: Database, content: bytes) -> Job:
    """Send a recording through the API; its job knows owner and key."""
    async with httpx.AsyncClient(base_url=running.url, timeout=60) as client:
        person = await sign_up(client)
        await person.post(
            "/v1/audio/transcriptions", files={"file": content}, data={"model": "whisper-1"}
        )
    async with database.reading() as session:
        return (await session.scalars(select(Job))).one()


async def accept_many(database: Database, like: Job, count: int) -> None:
    """Accept jobs for the same recording, as many handlers would."""
    for _ in range(0, count, _BATCH):
        async with database.transaction() as transaction:
            for _ in range(_BATCH):
                await accept_job(transaction, _new_job(like), now=await transaction.now())


def _new_job(like: Job) -> NewJob:
    return NewJob(
        owner_user_id=UUID(str(like.owner_user_id)),
        engine=Engine.WHISPER,
        lane=Lane.BATCH,
        options=DecodeOptions(),
        audio_key=like.audio_key,
        audio_bytes=like.audio_bytes,
        trace_id=new_trace_id(),
    )


async def until_completed(database: Database, count: int) -> None:
    """Return once `count` jobs are completed."""
    while True:
        async with database.transaction() as transaction:
            if await _completed(transaction.session) >= count:
                return
        await asyncio.sleep(0.1)


async def _completed(session: AsyncSession) -> int:
    found = await session.scalar(select(func.count()).where(Job.state == "completed"))
    return found or 0


async def measure(running: RunningCluster, count: int, content: bytes) -> None:
    """Print jobs per second and memory at a third and at the end."""
    settings = KafkaSettings(kafka_bootstrap_servers=running.kafka)
    watch = ClusterWatch(settings)
    publisher = Publisher(settings, watch)
    async with open_database(DatabaseSettings(database_url=running.database)) as database:
        relay = OutboxRelay(database, publisher)

        async def carry(transaction: Transaction) -> None:
            relay.carry(transaction.outbox)

        database.after_commit = carry
        background = [asyncio.create_task(watch.run()), asyncio.create_task(relay.run())]
        await run_until_done(_rounds(running, database, count, content), background)
    await publisher.close()


async def _rounds(running: RunningCluster, database: Database, count: int, content: bytes) -> None:
    like = await stored_recording(running, database, content)
    for number in (1, 2, 3):
        begun, cpu_s = time.perf_counter(), running.cpu_s()
        await accept_many(database, like, count)
        await until_completed(database, 1 + number * count)
        taken_s = time.perf_counter() - begun
        memory_mb = running.memory_mb()
        print(f"\nround {number}: {count / taken_s:.0f} jobs/s\n\n| process | CPU ms a job | MB |")
        print("|---|--:|--:|")
        for name, used_s in running.cpu_s().items():
            a_job_ms = 1000 * (used_s - cpu_s.get(name, 0.0)) / count
            print(f"| {name} | {a_job_ms:.1f} | {memory_mb.get(name, 0):.0f} |", flush=True)
    async with database.reading() as session:
        print(await conservation(session))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000, help="of each of the three rounds")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--recording", type=Path, help="file that all jobs reference")
    arguments = parser.parse_args()
    content = arguments.recording.read_bytes() if arguments.recording else recording(0)
    with cluster(
        "--workers", f"whisper={arguments.workers}", ENGINE=NOOP, WORKER_SLOTS="16"
    ) as running:
        asyncio.run(measure(running, arguments.jobs, content))


if __name__ == "__main__":
    main()
