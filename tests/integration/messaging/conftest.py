"""What looks at the broker; two of these files have settings of their own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

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


@pytest.fixture(scope="module")
def settings(environment: dict[str, str]) -> KafkaSettings:
    return KafkaSettings(
        kafka_bootstrap_servers=environment["KAFKA_BOOTSTRAP_SERVERS"], kafka_session_timeout_s=6
    )


@pytest.fixture(scope="module")
async def watch(settings: KafkaSettings) -> AsyncIterator[ClusterWatch]:
    async with watching(settings) as watch:
        yield watch
