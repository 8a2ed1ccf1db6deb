"""The console's pages with many jobs behind them: `python -m benchmarks.admin_pages`.

Through nginx, one request at a time. A sequential scan that PostgreSQL counts meanwhile is one
that grows with the jobs.
"""

import argparse
import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
from sqlalchemy import select, text

from benchmarks.many_jobs import insert_jobs
from benchmarks.people import Person, sign_up
from benchmarks.running_cluster import RunningCluster, cluster
from malmoi.persistence.database import Database, open_database
from malmoi.persistence.roles import ADMIN, set_role
from malmoi.persistence.tables import Job
from malmoi.settings import DatabaseSettings

_GROWING: Final = ["jobs", "tasks", "ledger", "events"]
_SCANS = text("SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname = ANY(:growing)")


async def pages(database: Database, jobs: int) -> dict[str, str]:
    """Paths by what they show."""
    middle = select(Job).order_by(Job.created_at.desc()).offset(jobs // 2).limit(1)
    async with database.reading() as session:
        job = (await session.scalars(middle)).one()
    week = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    cursor = httpx.QueryParams({"cursor": f"{job.created_at.isoformat()}~{job.id}"})
    return {
        "jobs, first page": "/admin/jobs",
        "jobs, a page in the middle": f"/admin/jobs?{cursor}",
        "failed jobs": "/admin/jobs?state=failed",
        "open jobs (none)": "/admin/jobs?state=running",
        "jobs of a lane and a week": f"/admin/jobs?lane=batch&from={week}",
        "jobs of a room": f"/admin/jobs?room_id={job.room_id}",
        "jobs of a person": f"/admin/jobs?user_id={job.owner_user_id}",
        "jobs with an error": "/admin/jobs?error_code=ENGINE_CRASHED",
        "search: a word of one job": f"/admin/jobs?q=message%20{jobs // 3}",
        "search: a word of all": "/admin/jobs?q=message",
        "search: an address": "/admin/jobs?q=person77@",
        "search: nothing": "/admin/jobs?q=nobody-said-this",
        "a job": f"/admin/jobs/{job.id}",
        "counts": "/admin/jobs/counts",
        "rooms": "/admin/rooms",
        "users": "/admin/users",
        "dead letters": "/admin/dead-letters",
    }


async def measure(running: RunningCluster, jobs: int, rounds: int) -> None:
    """Print what each page takes."""
    async with (
        open_database(DatabaseSettings(database_url=running.database)) as database,
        httpx.AsyncClient(base_url=running.url, timeout=60) as client,
    ):
        await insert_jobs(database, jobs)
        admin = await sign_up(client)
        async with database.transaction() as transaction:
            await set_role(transaction, UUID(admin.user_id), ADMIN)
        print("| page | p50 ms | p95 ms | sequential scans |\n|---|--:|--:|--:|")
        for name, path in (await pages(database, jobs)).items():
            before = await _scans(database)
            cuts = statistics.quantiles(await _times_ms(admin, path, rounds), n=20)
            scans = await _scans(database) - before
            print(f"| {name} | {cuts[9]:.1f} | {cuts[18]:.1f} | {scans / rounds:.0f} |", flush=True)


async def _times_ms(admin: Person, path: str, rounds: int) -> list[float]:
    times: list[float] = []
    headers = {"Authorization": f"Bearer {admin.token}"}
    for _ in range(rounds):
        begun = time.perf_counter()
        (await admin.client.get(f"/api{path}", headers=headers)).raise_for_status()
        times.append(1000 * (time.perf_counter() - begun))
    return times


async def _scans(database: Database) -> int:
    await asyncio.sleep(1.5)  # PostgreSQL counts a little later
    async with database.reading() as session:
        return int(await session.scalar(_SCANS, {"growing": _GROWING}) or 0)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    with cluster("--workers", "whisper=0") as running:
        asyncio.run(measure(running, arguments.jobs, arguments.rounds))


if __name__ == "__main__":
    main()
