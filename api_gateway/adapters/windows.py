"""Counts what happens in a window of time, in Redis; with Redis away nothing is counted."""

import hashlib
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Counted:
    """How often it has happened in this window, this time included, and what is left of it."""

    count: int
    left_s: int


class Windows:
    """One fixed window of `window_s` seconds per subject, begun by the first count."""

    def __init__(self, redis: Redis, purpose: str, *, window_s: int) -> None:
        self._redis = redis
        self._purpose = purpose
        self.window_s = window_s

    async def count(self, *subject: str) -> Counted | None:
        """Count once more, in one step with asking; None with Redis away."""
        key = self._key(subject)
        try:
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, self.window_s, nx=True)
                pipeline.ttl(key)
                count, _, left_s = await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("window.redis_away", purpose=self._purpose, error=repr(error))
            return None
        return Counted(count, max(left_s, 1))

    async def take_back(self, *subject: str) -> None:
        """Count one less. When its window is over meanwhile, one is free in the next."""
        key = self._key(subject)
        try:
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.decr(key)
                pipeline.expire(key, self.window_s, nx=True)
                await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("window.redis_away", purpose=self._purpose, error=repr(error))

    async def clear(self, *subject: str) -> None:
        """Begin anew."""
        try:
            await self._redis.delete(self._key(subject))
        except (RedisError, OSError) as error:
            log.warning("window.redis_away", purpose=self._purpose, error=repr(error))

    def _key(self, subject: tuple[str, ...]) -> str:
        digest = hashlib.sha256("\0".join(subject).encode()).hexdigest()
        return f"malmoi:{self._purpose}:{digest}"
