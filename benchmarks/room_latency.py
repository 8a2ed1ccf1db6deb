"""From POST to the other's screen, without the engine: `python -m benchmarks.room_latency`.

A clip of five seconds is posted through nginx; the clock stops when `message.created` arrives
at the peer's socket. The engine's own time (decode, voice activity detection, inference), as
the worker reports it, is taken off.
"""

import argparse
import asyncio
import statistics
import time
from typing import Any

import httpx

from benchmarks.people import CLIPS, event_of, room_of, sign_up
from benchmarks.running_cluster import RunningCluster, cluster
from malmoi.contracts.messages import Timings
from malmoi.persistence.database import Database, open_database
from malmoi.persistence.tables import Job
from malmoi.settings import DatabaseSettings


async def measure(running: RunningCluster, count: int) -> None:
    """Print the distribution and where the time goes."""
    rows = []
    async with (
        open_database(DatabaseSettings(database_url=running.database)) as database,
        httpx.AsyncClient(base_url=running.url, timeout=60) as client,
    ):
        speaker, peer = await sign_up(client), await sign_up(client)
        room_id = await room_of(speaker, peer)
        content = (CLIPS / "ko.flac").read_bytes()
        async with peer.listening(room_id) as socket, speaker.listening(room_id):
            for _ in range(count + 3):
                await speaker.post(f"/rooms/{room_id}/speaker/acquire")
                begun = time.time()
                post = speaker.post(f"/rooms/{room_id}/stt", files={"audio_file": content})
                answer, (event, arrived) = await asyncio.gather(
                    post, event_of(socket, "message.created")
                )
                rows.append(await _hops(database, answer["job_id"], begun, event, arrived))
                await speaker.post(f"/rooms/{room_id}/speaker/release")
    _print(rows[3:])


async def _hops(
    database: Database, job_id: str, begun: float, event: dict[str, Any], arrived: float
) -> dict[str, float]:
    async with database.reading() as session:
        job = await session.get_one(Job, job_id)
    assert job.result is not None
    timings = Timings.model_validate(job.result["timings"])
    accepted = job.created_at.timestamp()
    told = _timestamp(event["ts"])
    return {
        "overhead": arrived - begun - timings.engine_s,
        "upload and accept": accepted - begun,
        "fetch": timings.fetch_s,
        "relay, Kafka, report": told - accepted - timings.engine_s - timings.fetch_s,
        "commit, Redis, socket": arrived - told,
        "engine": timings.engine_s,
    }


def _timestamp(iso: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(iso).timestamp()


def _print(rows: list[dict[str, float]]) -> None:
    print(f"| {len(rows)} clips, ms | p50 | p95 | max |\n|---|--:|--:|--:|")
    for hop in rows[0]:
        values = sorted(1000 * row[hop] for row in rows)
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"| {hop} | {statistics.median(values):.1f} | {p95:.1f} | {values[-1]:.1f} |")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=60)
    arguments = parser.parse_args()
    with cluster() as running:
        asyncio.run(measure(running, arguments.clips))


if __name__ == "__main__":
    main()
