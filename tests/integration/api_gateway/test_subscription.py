"""The one pub/sub connection breaks at any moment, and nobody who joined goes unheard."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from api_gateway.live.subscription import Subscription
from malmoi.contracts.events import room_stream

BREAKS = 15


@pytest.fixture
async def subscription(redis: Redis) -> AsyncIterator[Subscription]:
    subscription = Subscription(redis)
    running = asyncio.create_task(subscription.run())
    yield subscription
    running.cancel()
    [ended] = await asyncio.gather(running, return_exceptions=True)
    assert isinstance(ended, asyncio.CancelledError)


async def test_who_joins_while_the_connection_breaks_is_subscribed_once_it_is_rebuilt(
    subscription: Subscription, redis: Redis
) -> None:
    confirmed: set[str] = set()
    subscription.on_subscribed = confirmed.add
    joined: set[str] = set()

    async def join_many() -> None:
        for _ in range(20):
            stream = room_stream(uuid4())
            joined.add(stream)
            await subscription.join(stream)

    for _ in range(BREAKS):
        await asyncio.gather(redis.client_kill_filter(_type="pubsub"), join_many())
        async with asyncio.timeout(30):
            while not joined <= confirmed:
                await asyncio.sleep(0.05)
