"""Counts attempts at a secret, so that nobody can guess for long."""

from redis.asyncio import Redis

from api_gateway.adapters.windows import Windows
from malmoi.contracts.problems import TooManyAttempts


class Attempts:
    """At most `limit` failures per subject in a window of `window_s` seconds.

    Every attempt counts from its beginning, so that a hundred at once are not a hundred free
    ones. With Redis away nobody is locked out: hashing itself, two at a time, is the brake that
    remains.
    """

    def __init__(self, redis: Redis, purpose: str, *, limit: int, window_s: int) -> None:
        self._windows = Windows(redis, f"attempts:{purpose}", window_s=window_s)
        self._limit = limit

    async def begin(self, *subject: str) -> None:
        """Count one attempt.

        Raises:
            TooManyAttempts: this one must not even be looked at.

        """
        counted = await self._windows.count(*subject)
        if counted is not None and counted.count > self._limit:
            raise TooManyAttempts(
                "too many attempts; wait before the next one", retry_after_s=counted.left_s
            )

    async def succeeded(self, *subject: str) -> None:
        """Forget the attempts: whoever knows the secret may fail again later."""
        await self._windows.clear(*subject)

    async def forgive(self, *subject: str) -> None:
        """Forget this one attempt, for it was no failure; those of others still count."""
        await self._windows.take_back(*subject)
