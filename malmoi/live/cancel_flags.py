"""Flags that tell a worker to stop an attempt whose result nobody wants any more.

Of the attempt, not of the task: another try of a recording goes on with the same tasks.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

_LIFE_S = 3600

log = structlog.get_logger()


class Attempt(NamedTuple):
    """A task, and which attempt at it."""

    task_id: UUID
    number: int


async def raise_cancel_flags(redis: Redis, attempts: Iterable[Attempt]) -> None:
    """Ask whoever is at these attempts to stop; the flags outlive any lease.

    While Redis is away nobody is asked: a worker's next heartbeat of such an attempt asks again.
    """
    try:
        for attempt in attempts:
            await redis.set(_key(attempt), "1", ex=_LIFE_S)
    except (RedisError, OSError) as error:
        log.warning("cancel.not_flagged", error=repr(error))


async def is_cancelled(redis: Redis, attempt: Attempt) -> bool:
    """Whether the attempt need not be finished."""
    return bool(await redis.exists(_key(attempt)))


def _key(attempt: Attempt) -> str:
    return f"malmoi:cancel:{attempt.task_id}:{attempt.number}"
