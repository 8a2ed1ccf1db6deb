"""Which processes of the cluster were heard of lately."""

from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from malmoi.live.services import LiveProcess, live_processes


@dataclass(frozen=True, slots=True)
class Processes:
    """Asks Redis, where each of them says so every few seconds."""

    redis: Redis

    async def live(self) -> Sequence[LiveProcess] | None:
        """All of them; None when Redis is away, and nobody can tell."""
        try:
            return await live_processes(self.redis)
        except (RedisError, OSError):
            return None
