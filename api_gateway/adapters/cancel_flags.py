"""Asks workers to stop what nobody wants any more."""

from collections.abc import Iterable
from dataclasses import dataclass

from redis.asyncio import Redis

from malmoi.live.cancel_flags import Attempt, raise_cancel_flags


@dataclass(frozen=True, slots=True)
class CancelFlags:
    """Raises flags that workers look at; without Redis they learn of it at their next heartbeat."""

    redis: Redis

    async def raise_for(self, attempts: Iterable[Attempt]) -> None:
        """Ask whoever is at these attempts to stop."""
        await raise_cancel_flags(self.redis, attempts)
