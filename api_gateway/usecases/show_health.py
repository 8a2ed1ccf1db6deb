"""How every part of the cluster is, as far as this gateway can know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from api_gateway.adapters.processes import Processes
from api_gateway.readiness import Readiness
from malmoi.contracts.jobs import Engine
from malmoi.live.services import LiveProcess
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.persistence.sign_waiting import SignsWaiting, signs_waiting
from malmoi.persistence.workers import SeenWorker, seen_workers

_SIGNS: Final = "sign_service"
EXPECTED: Final = ("api_gateway", "result_handler", _SIGNS)
"""Services that say that they live, of which one replica is needed at least."""
_PATIENCE_S = 120.0
"""A sign video that waits longer waits for a service that does not get on."""
_SERVERS: Final = {
    "postgresql": "database",
    "redis": "redis",
    "object store": "object_store",
    "kafka": "kafka",
}


@dataclass(frozen=True, slots=True)
class Health:
    """One part."""

    name: str
    ok: bool
    detail: str
    instance: str | None = None


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All parts."""

    services: Sequence[Health]
    servers: Sequence[Health]


async def show_health(
    database: Database, readiness: Readiness, processes: Processes, *, through_nginx: bool
) -> HealthReport:
    """Ask the servers now, and tell who has been heard of lately.

    nginx is known only by having handed on the request that asks.
    """
    parts = (await readiness.parts()).model_dump()
    servers = [
        Health(name, parts[part] == "ok", "answers" if parts[part] == "ok" else "does not answer")
        for name, part in _SERVERS.items()
    ]
    if through_nginx:
        servers.insert(0, Health("nginx", ok=True, detail="answers"))
    live = _services(await processes.live())
    workers, signs = await _told_by_database(database)
    services = [*(_minding_videos(each, signs) for each in live), *workers]
    return HealthReport(services=services, servers=servers)


def _services(live: Iterable[LiveProcess] | None) -> list[Health]:
    if live is None:
        return [Health(name, ok=False, detail="unknown: Redis is away") for name in EXPECTED]
    heard = [Health(each.service, ok=True, detail="alive", instance=each.instance) for each in live]
    return heard + _unheard(set(EXPECTED) - {each.name for each in heard})


async def _told_by_database(database: Database) -> tuple[list[Health], SignsWaiting | None]:
    try:
        async with database.transaction() as transaction:
            workers = await seen_workers(transaction.session)
            signs = await signs_waiting(transaction.session)
    except DATABASE_AWAY:
        return [Health("workers", ok=False, detail="unknown: PostgreSQL is away")], None
    shown = _without_replaced(workers)
    missing = set() if shown else {f"stt_worker_{engine}" for engine in Engine}
    return [*map(_worker, shown), *_unheard(missing)], signs


def _without_replaced(workers: Sequence[SeenWorker]) -> list[SeenWorker]:
    """A silent worker is no fault where another of its engine lives: it was killed and replaced."""
    served = {each.row.engine for each in workers if each.alive}
    return [each for each in workers if each.alive or each.row.engine not in served]


def _unheard(names: Iterable[str]) -> list[Health]:
    return [Health(name, ok=False, detail="no replica was heard of") for name in sorted(names)]


def _worker(seen: SeenWorker) -> Health:
    said = f"{seen.row.model} on {seen.row.device}" if seen.alive else "silent"
    return Health(f"stt_worker_{seen.row.engine}", seen.alive, said, instance=seen.row.id)


def _minding_videos(service: Health, waiting: SignsWaiting | None) -> Health:
    """A sign service may live and make nothing playable all the same."""
    if waiting is None or service.name != _SIGNS or not service.ok:
        return service
    detail = f"{waiting.videos} videos wait, the oldest for {waiting.oldest_s:.0f} s"
    return replace(
        service,
        ok=waiting.oldest_s < _PATIENCE_S,
        detail=detail if waiting.videos else "nothing waits for it",
    )
