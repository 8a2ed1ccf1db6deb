"""The gateway's one Redis pub/sub connection: rebuilt with all its channels when it breaks."""

import asyncio
from collections.abc import Callable

import structlog
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from malmoi.live.bus import channel_of, stream_of

_SILENCE_S = 5.0
"""A connection that says nothing for so long is asked, and after as long again given up."""
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0
_BROKEN = (RedisError, OSError, AttributeError)
"""The last: redis-py has no writer any more where the other task has closed the connection."""
_NO_RECONNECTION = Retry(NoBackoff(), retries=0, supported_errors=())
"""A failed SUBSCRIBE would connect anew by itself, and read where `run` is reading."""
_OWN_CHANNEL = "malmoi:gateway"
"""Nobody publishes there; it keeps the connection in subscriber mode while nobody listens."""

log = structlog.get_logger()


class Subscription:
    """Subscribed to every stream that was joined and not left."""

    def __init__(self, redis: Redis) -> None:
        self._redis = _without_reconnection(redis)
        self._pubsub: PubSub | None = None
        self._channels: set[str] = set()
        self._asking = asyncio.Lock()
        """Keeps a late UNSUBSCRIBE from undoing the SUBSCRIBE of the next follower."""
        self.on_message: Callable[[str, bytes], None] = lambda _stream, _raw: None
        self.on_subscribed: Callable[[str], None] = lambda _stream: None
        """Called at each confirmation, so after each reconnection too."""

    async def join(self, stream: str) -> None:
        """Ask for a stream's messages; `on_subscribed` tells when they come."""
        self._channels.add(channel_of(stream))
        await self._ask_for(channel_of(stream))

    async def leave(self, stream: str) -> None:
        """Ask for no more of a stream's messages."""
        self._channels.discard(channel_of(stream))
        await self._ask_for(channel_of(stream))

    async def run(self) -> None:
        """Listen until cancelled."""
        pause_s = _FIRST_PAUSE_S
        while True:
            pubsub = self._redis.pubsub()
            try:
                await pubsub.subscribe(_OWN_CHANNEL, *self._channels)
                self._pubsub = pubsub
                await self._listen(pubsub)
            except _BROKEN as error:
                pause_s = _FIRST_PAUSE_S if self._pubsub else min(pause_s * 2, _LONGEST_PAUSE_S)
                log.warning("events.redis_away", error=repr(error))
            finally:
                self._pubsub = None
                await pubsub.aclose()  # type: ignore[no-untyped-call]
            await asyncio.sleep(pause_s)

    async def _listen(self, pubsub: PubSub) -> None:
        await self._catch_up(pubsub)
        asked = False
        while True:
            message = await pubsub.get_message(timeout=_SILENCE_S)
            if message is None:
                if asked:
                    raise RedisError("the connection is silent")
                await pubsub.ping()
                asked = True
                continue
            asked = False
            self._pass_on(message)

    async def _catch_up(self, pubsub: PubSub) -> None:
        # Streams that were joined while the first SUBSCRIBE was under way.
        late = self._channels - {_text(each) for each in pubsub.channels}
        if late:
            await pubsub.subscribe(*late)

    def _pass_on(self, message: dict[str, object]) -> None:
        channel, data = message["channel"], message["data"]
        if message["type"] == "message" and isinstance(data, bytes):
            self.on_message(stream_of(_text(channel)), data)
        elif message["type"] == "subscribe":
            self.on_subscribed(stream_of(_text(channel)))

    async def _ask_for(self, channel: str) -> None:
        async with self._asking:
            pubsub = self._pubsub
            if pubsub is None or pubsub.connection is None or not pubsub.connection.is_connected:
                return  # `run` asks for everything once it is connected
            try:
                if channel in self._channels:
                    await pubsub.subscribe(channel)
                else:
                    await pubsub.unsubscribe(channel)
            except _BROKEN as error:
                log.warning("events.redis_away", error=repr(error))


def _without_reconnection(redis: Redis) -> Redis:
    """A client of the same server; its one connection is closed by whoever opened it."""
    pool = redis.connection_pool
    options = {**pool.connection_kwargs, "retry": _NO_RECONNECTION}
    return Redis(connection_pool=ConnectionPool(pool.connection_class, **options))


def _text(channel: object) -> str:
    return channel.decode() if isinstance(channel, bytes) else str(channel)
