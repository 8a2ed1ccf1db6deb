"""Asks workers to stop what nobody wants any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis

from malmoi.live.cancel_flags import raise_cancel_flags


@dataclass(frozen=True, slots=True)
class CancelFlags:
    """Raises flags that workers look at; without Redis they learn of it at their next heartbeat."""

    redis: Redis

    async def raise_for(self, task_ids: Iterable[UUID]) -> None:
        """Ask whoever has these tasks to stop."""
        await raise_cancel_flags(self.redis, task_ids)
