"""Whether the gateway can do its work, and what it waits for if not."""

import asyncio
from collections.abc import Awaitable
from typing import Literal

from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError

from malmoi.messaging.cluster import ClusterWatch
from malmoi.object_store.store import ObjectStore, StoreUnavailable
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY

_WITHIN_S = 2.0
_AWAY: tuple[type[Exception], ...] = (*DATABASE_AWAY, RedisError, StoreUnavailable)


class Parts(BaseModel):
    """Each part that the gateway needs, and the broker."""

    database: Literal["ok", "away"]
    redis: Literal["ok", "away"]
    object_store: Literal["ok", "away"]
    kafka: Literal["ok", "away"]
    """Away is no reason to be unready: jobs are accepted and dispatched when it is back."""

    @property
    def ready(self) -> bool:
        """Whether requests can be served."""
        return {self.database, self.redis, self.object_store} == {"ok"}


class Readiness:
    """Asks the parts, all at once."""

    def __init__(
        self, database: Database, redis: Redis, store: ObjectStore, watch: ClusterWatch
    ) -> None:
        self._database = database
        self._redis = redis
        self._store = store
        self._watch = watch

    async def parts(self) -> Parts:
        """How each of them is now."""
        database, redis, store = await asyncio.gather(
            _state(self._database.ping()),
            _state(self._ping_redis()),
            _state(self._store.ping()),
        )
        kafka: Literal["ok", "away"] = "ok" if self._watch.present else "away"
        return Parts(database=database, redis=redis, object_store=store, kafka=kafka)

    async def _ping_redis(self) -> None:
        await self._redis.execute_command("PING")  # type: ignore[no-untyped-call]


async def _state(asked: Awaitable[None]) -> Literal["ok", "away"]:
    try:
        async with asyncio.timeout(_WITHIN_S):
            await asked
    except _AWAY:
        return "away"
    return "ok"
