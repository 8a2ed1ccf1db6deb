"""What looks at the broker, for each of these files with settings of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from malmoi.messaging.cluster import ClusterWatch
from malmoi.process import end_tasks
from malmoi.settings import KafkaSettings


@asynccontextmanager
async def watching(settings: KafkaSettings) -> AsyncIterator[ClusterWatch]:
    """A watch that has seen the broker."""
    watch = ClusterWatch(settings)
    running = asyncio.create_task(watch.run())
    try:
        async with asyncio.timeout(30):
            await watch.wait_until_present()
        yield watch
    finally:
        await end_tasks(running)
