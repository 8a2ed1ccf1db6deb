"""Flags that tell a worker to stop a task whose result nobody wants any more."""

from uuid import UUID

from redis.asyncio import Redis

_LIFE_S = 3600


def _key(task_id: UUID) -> str:
    return f"malmoi:cancel:{task_id}"


async def raise_cancel_flag(redis: Redis, task_id: UUID) -> None:
    """Ask whoever runs the task to stop; the flag outlives any lease."""
    await redis.set(_key(task_id), "1", ex=_LIFE_S)


async def is_cancelled(redis: Redis, task_id: UUID) -> bool:
    """Whether the task need not be finished."""
    return bool(await redis.exists(_key(task_id)))
