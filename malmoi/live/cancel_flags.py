"""Flags that tell a worker to stop a task whose result nobody wants any more."""

from collections.abc import Iterable
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

_LIFE_S = 3600

log = structlog.get_logger()


def _key(task_id: UUID) -> str:
    return f"malmoi:cancel:{task_id}"


async def raise_cancel_flags(redis: Redis, task_ids: Iterable[UUID]) -> None:
    """Ask whoever runs the tasks to stop; the flags outlive any lease.

    While Redis is away nobody is asked: a worker's next heartbeat for such a task asks again.
    """
    try:
        for task_id in task_ids:
            await redis.set(_key(task_id), "1", ex=_LIFE_S)
    except (RedisError, OSError) as error:
        log.warning("cancel.not_flagged", error=repr(error))


async def is_cancelled(redis: Redis, task_id: UUID) -> bool:
    """Whether the task need not be finished."""
    return bool(await redis.exists(_key(task_id)))
