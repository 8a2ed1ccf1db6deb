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
    process = LiveProcess(service, f"{socket.gethostname()}-{os.getpid()}")
    while True:
        await note_service(redis, process)
        await asyncio.sleep(_EVERY_S)


async def note_service(redis: Redis, process: LiveProcess) -> None:
    """Remember for a while that the process lives; while Redis is away, nobody remembers."""
    try:
        await redis.set(_key(process), "1", ex=_FORGOTTEN_AFTER_S)
    except (RedisError, OSError) as error:
        log.info("service.not_noted", error=repr(error))


async def forget_service(redis: Redis, process: LiveProcess) -> None:
    """The process said good-bye; if Redis is away, it forgets by itself."""
    try:
        await redis.delete(_key(process))
    except (RedisError, OSError) as error:
        log.info("service.not_forgotten", error=repr(error))


def _key(process: LiveProcess) -> str:
    return f"{_PREFIX}{process.service}:{process.instance}"


async def live_processes(redis: Redis) -> list[LiveProcess]:
    """Everybody who was heard of lately; raises RedisError or OSError when Redis is away."""
    names = [key.decode() async for key in redis.scan_iter(match=f"{_PREFIX}*", count=1000)]
    told = (name.removeprefix(_PREFIX).partition(":") for name in names)
    return sorted(LiveProcess(service, instance) for service, _, instance in told)
