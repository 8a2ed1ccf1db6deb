"""Which of our processes live: each says so every few seconds, and Redis forgets the silent."""

import asyncio
import os
import socket
from dataclasses import dataclass
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

_PREFIX: Final = "malmoi:alive:"
_EVERY_S = 5.0
_FORGOTTEN_AFTER_S = 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, order=True)
class LiveProcess:
    """A replica of a service."""

    service: str
    instance: str
    """Host name and process id."""


async def stay_noted(redis: Redis, service: str) -> None:
    """Say that this process lives, until cancelled."""
    key = f"{_PREFIX}{service}:{socket.gethostname()}-{os.getpid()}"
    while True:
        try:
            await redis.set(key, "1", ex=_FORGOTTEN_AFTER_S)
        except (RedisError, OSError) as error:
            log.info("service.not_noted", error=repr(error))
        await asyncio.sleep(_EVERY_S)


async def live_processes(redis: Redis) -> list[LiveProcess]:
    """Everybody who was heard of lately; raises RedisError or OSError when Redis is away."""
    names = [key.decode() async for key in redis.scan_iter(match=f"{_PREFIX}*", count=1000)]
    told = (name.removeprefix(_PREFIX).partition(":") for name in names)
    return sorted(LiveProcess(service, instance) for service, _, instance in told)
