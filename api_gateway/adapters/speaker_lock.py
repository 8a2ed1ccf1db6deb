"""The baton's fast refusal: one Redis key per room. PostgreSQL has the last word."""

from datetime import timedelta
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from malmoi.contracts.problems import Unavailable

# Compare and act in one step: between a GET and a DEL the key could become somebody else's.
_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_FORGET = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""

log = structlog.get_logger()


class SpeakerLock:
    """Who claims to speak in a room; the key ends by itself."""

    def __init__(self, redis: Redis, ttl: timedelta) -> None:
        self._redis = redis
        self._ttl = ttl
        self._hold = redis.register_script(_HOLD)
        self._forget = redis.register_script(_FORGET)

    async def claim(self, room_id: UUID, user_id: UUID) -> bool:
        """Claim the room for the user; True also when the claim was theirs already.

        Raises:
            Unavailable: Redis does not answer, so nobody is granted anything.

        """
        try:
            holder = await self._redis.set(
                _key(room_id), str(user_id), nx=True, get=True, px=self._ttl
            )
        except (RedisError, OSError) as error:
            raise Unavailable("the speaker's baton cannot be given right now") from error
        return holder is None or holder == str(user_id).encode()

    async def hold(self, room_id: UUID, user_id: UUID, *, for_ms: int) -> None:
        """Renew the claim, or restore it if Redis has lost it; another's claim stays."""
        if for_ms > 0:
            await self._try(self._hold, room_id, [str(user_id), for_ms])

    async def forget(self, room_id: UUID, user_id: UUID) -> None:
        """End the user's claim; another's claim stays."""
        await self._try(self._forget, room_id, [str(user_id)])

    async def _try(self, script, room_id: UUID, arguments: list[str | int]) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - redis keeps the type private
        try:
            await script(keys=[_key(room_id)], args=arguments)
        except (RedisError, OSError) as error:
            # The key ends by itself, and PostgreSQL refuses what it would have refused.
            log.warning("baton.redis_away", error=repr(error))


def _key(room_id: UUID) -> str:
    return f"malmoi:speaker:{room_id}"
