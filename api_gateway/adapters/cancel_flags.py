"""Asks workers to stop what nobody wants any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from malmoi.live.cancel_flags import raise_cancel_flag

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CancelFlags:
    """Raises flags that workers look at; without Redis they learn of it at their next heartbeat."""

    redis: Redis

    async def raise_for(self, task_ids: Iterable[UUID]) -> None:
        """Ask whoever has these tasks to stop."""
        try:
            for task_id in task_ids:
                await raise_cancel_flag(self.redis, task_id)
        except (RedisError, OSError) as error:
            log.warning("cancel.not_flagged", error=repr(error))
