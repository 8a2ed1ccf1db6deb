"""Short recordings on their way to a worker: Redis hands them over faster than S3 does.

S3 has every recording before it is accepted; what does not lie here is read there.
"""

import asyncio
from collections import deque
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

_PREFIX: Final = "malmoi:clip:"
_LIFE_S: Final = 10
"""A recording that waits longer for a worker does not miss a few milliseconds."""
_CLIP_BYTES: Final = 1024 * 1024
_ALL_BYTES: Final = 32 * 1024 * 1024
_ANSWER_WITHIN_S: Final = 0.25
"""S3 is not much slower than this."""
_LAY: Final = """
redis.set_repl(redis.REPL_NONE)
return redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
"""
# Not into Redis's log on disk: what somebody said is to be gone when it is deleted.

log = structlog.get_logger()


class ClipHandover:
    """Lays recordings ready, as many as one process may have in Redis at a time."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._laid: deque[tuple[float, int]] = deque()
        """When each will be forgotten at the latest, and its size."""
        self._bytes = 0

    def has_room_for(self, length: int) -> bool:
        """Whether a recording of `length` bytes is short enough, and others left room for it."""
        now = asyncio.get_running_loop().time()
        while self._laid and self._laid[0][0] <= now:
            self._bytes -= self._laid.popleft()[1]
        return length <= min(_CLIP_BYTES, _ALL_BYTES - self._bytes)

    async def lay(self, key: str, content: bytes) -> None:
        """Lay the content of object `key` ready for some seconds; it matters to nobody if not."""
        self._laid.append((asyncio.get_running_loop().time() + _LIFE_S, len(content)))
        self._bytes += len(content)
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                await self._redis.eval(_LAY, 1, _PREFIX + key, content, _LIFE_S)
        except (RedisError, OSError) as error:
            log.info("clip.not_laid", error=repr(error))


async def take_clip(redis: Redis, key: str) -> bytes | None:
    """The content of object `key`, once; None where it does not lie here (any more)."""
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            found = await redis.getdel(_PREFIX + key)
    except (RedisError, OSError) as error:
        log.info("clip.not_taken", error=repr(error))
        return None
    return found if isinstance(found, bytes) else None
