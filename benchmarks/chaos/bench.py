"""A cluster, the clients who work with it, and what becomes of their jobs."""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.chaos import books, seen
from benchmarks.chaos.receiver import Receiver
from benchmarks.chaos.senders import AT_ONCE, Senders
from benchmarks.people import sign_up
from benchmarks.running_cluster import RunningCluster
from local_cluster.credentials import Credentials
from local_cluster.home import Home
from local_cluster.state import ClusterState, Part, PartPhase
from malmoi.object_store.store import ObjectStore
from malmoi.persistence.database import Database, open_database
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.persistence.tables import Task
from malmoi.settings import DatabaseSettings, ObjectStoreSettings

PEOPLE: Final = 8
_ANSWER_WITHIN_S: Final = 15
_PATIENCE_S: Final = 300.0
"""So long after the last acceptance everything must have ended."""
_READY_WITHIN_S: Final = 120.0
_LOOK_EVERY_S: Final = 0.5


@dataclass(frozen=True)
class Round:
    """How fast it went."""

    jobs: int
    accepted_s: float
    """Until the last acceptance."""
    ended_s: float
    """Until the last end."""
    repeated: int

    def row(self, name: str) -> str:
        """One of the table."""
        accepted, ended = self.jobs / self.accepted_s, self.jobs / self.ended_s
        return f"| {name} | {self.jobs} | {accepted:.1f} | {ended:.1f} | {self.repeated} |"


@dataclass(frozen=True)
class Bench:
    """Everything that a run needs."""

    home: Home
    database: Database
    store: ObjectStore
    senders: Senders
    receiver: Receiver

    async def round(self, numbers: range) -> Round:
        """Hand recordings in, and wait for their ends."""
        begun, repeated = time.perf_counter(), self.senders.repeated.total()
        await self.senders.hand_in(numbers)
        accepted_s = time.perf_counter() - begun
        await self.until_none(books.open_jobs, "jobs are open")
        repeated = self.senders.repeated.total() - repeated
        return Round(len(numbers), accepted_s, time.perf_counter() - begun, repeated)

    async def until_none(self, count: Callable[[AsyncSession], Awaitable[int]], what: str) -> None:
        """Wait until PostgreSQL counts none; the books tell what was waited for in vain."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while await self._counted(count) != 0:  # noqa: ASYNC110 - in PostgreSQL
                    await asyncio.sleep(0.2)
        except TimeoutError:
            print(f"after {_PATIENCE_S:.0f} s, {what}", file=sys.stderr)

    async def until_ready(self) -> list[str]:
        """Wait until everything runs that was killed; returns what does not."""
        waited_s, missing = 0.0, ["?"]
        while missing and waited_s < _READY_WITHIN_S:
            await asyncio.sleep(_LOOK_EVERY_S)
            waited_s += _LOOK_EVERY_S
            missing = [each.name for each in self._parts() if each.phase is not PartPhase.READY]
        return missing

    async def attempts(self) -> Counter[int]:
        """How many tasks took so many."""
        async with self.database.reading() as session:
            rows = await session.execute(select(Task.attempt, func.count()).group_by(Task.attempt))
            return Counter({row[0]: row[1] for row in rows})

    async def findings(self, chance: random.Random) -> books.Findings:
        """Everything that is wrong; what is not has no cases."""
        async with self.database.reading() as session:
            found = [
                await books.wrong_jobs(session, self.senders),
                await books.wrong_rows(session),
                await books.wrong_recordings(session, self.store),
            ]
        found.append(books.wrong_callbacks(self.senders, self.receiver))
        found.append(await seen.wrong_lists(self.senders))
        found.append(await seen.wrong_answers(self.senders, chance))
        handlers = [each for each in self._parts() if each.name.startswith("result_handler")]
        found.append(await seen.wrong_metrics([each.port for each in handlers]))
        return {name: cases for each in found for name, cases in each.items()}

    def _parts(self) -> list[Part]:
        state = ClusterState.read(self.home.state_file)
        assert state is not None
        return [*state.servers, *state.services]

    async def _counted(self, count: Callable[[AsyncSession], Awaitable[int]]) -> int | None:
        with suppress(*DATABASE_AWAY):
            async with self.database.reading() as session:
                return await count(session)
        return None


@asynccontextmanager
async def bench(running: RunningCluster) -> AsyncIterator[Bench]:
    """Sign people up, and open what is looked into at the end."""
    home = Home(Path(running.home))
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            open_database(DatabaseSettings(database_url=running.database))
        )
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=running.url, timeout=_ANSWER_WITHIN_S, limits=limits)
        )
        receiver = await stack.enter_async_context(Receiver().listening())
        people = [await sign_up(client) for _ in range(PEOPLE)]
        yield Bench(home, database, _store(home), Senders(people, receiver.url), receiver)


def _store(home: Home) -> ObjectStore:
    state = ClusterState.read(home.state_file)
    assert state is not None
    known = Credentials.load_or_create(home.root / "credentials.json")
    return ObjectStore(
        ObjectStoreSettings(
            s3_endpoint=state.s3.rpartition("/")[2],
            minio_access_key=known.s3_access_key,
            minio_secret_key=known.s3_secret_key,
        )
    )
