"""Counts attempts at a secret in Redis, so that nobody can guess for long."""

import hashlib

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from malmoi.contracts.problems import TooManyAttempts

log = structlog.get_logger()


class Attempts:
    """At most `limit` failures per subject in a window of `window_s` seconds.

    Every attempt counts from its beginning, so that a hundred at once are not a hundred free
    ones; a success clears the count. With Redis away nobody is locked out: hashing itself, two
    at a time, is the brake that remains.
    """

    def __init__(self, redis: Redis, purpose: str, *, limit: int, window_s: int) -> None:
        self._redis = redis
        self._purpose = purpose
        self._limit = limit
        self._window_s = window_s

    async def begin(self, *subject: str) -> None:
        """Count one attempt.

        Raises:
            TooManyAttempts: this one must not even be looked at.

        """
        key = self._key(subject)
        try:
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, self._window_s, nx=True)
                pipeline.ttl(key)
                count, _, left_s = await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("attempts.redis_away", error=repr(error))
            return
        if count > self._limit:
            raise TooManyAttempts(
                "too many failed attempts; wait before the next one", retry_after_s=max(left_s, 1)
            )

    async def succeeded(self, *subject: str) -> None:
        """Forget the attempts: whoever knows the secret may fail again later."""
        try:
            await self._redis.delete(self._key(subject))
        except (RedisError, OSError) as error:
            log.warning("attempts.redis_away", error=repr(error))

    def _key(self, subject: tuple[str, ...]) -> str:
        digest = hashlib.sha256("\0".join(subject).encode()).hexdigest()
        return f"malmoi:attempts:{self._purpose}:{digest}"
