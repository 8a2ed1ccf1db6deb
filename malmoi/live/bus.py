"""Events by Redis pub/sub: fast and lossy. PostgreSQL has them all; listeners re-read it."""

from collections.abc import Sequence

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from malmoi.contracts.events import Event

_CHANNEL_PREFIX = "malmoi:events:"

log = structlog.get_logger()


def channel_of(stream: str) -> str:
    """The Redis channel of a stream."""
    return _CHANNEL_PREFIX + stream


def stream_of(channel: str) -> str:
    """The stream of a Redis channel."""
    return channel.removeprefix(_CHANNEL_PREFIX)


async def publish_events(redis: Redis, events: Sequence[tuple[str, Event]]) -> None:
    """Tell the listeners of each stream; a lost message is found at their next ping."""
    if not events:
        return
    pipeline = redis.pipeline(transaction=False)
    for stream, event in events:
        pipeline.publish(channel_of(stream), event.model_dump_json())
    try:
        await pipeline.execute()
    except (RedisError, OSError) as error:
        log.warning("events.publish_failed", error=str(error), count=len(events))
