"""A group that tells its members nothing holds nobody up, and is joined anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from malmoi.contracts.topics import TASK_PROGRESS
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.subscription import Subscription
from malmoi.settings import KafkaSettings
from tests.integration.messaging.conftest import watching

pytestmark = pytest.mark.any_broker


class SilentBroker:
    """Takes connections and never says a word."""

    def __init__(self) -> None:
        self.asked = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._listen, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        await reader.read()
        writer.close()


@pytest.fixture
async def watch(environment: dict[str, str]) -> AsyncIterator[ClusterWatch]:
    """It sees the real broker; only the group is silent."""
    servers = environment["KAFKA_BOOTSTRAP_SERVERS"]
    async with watching(KafkaSettings(kafka_bootstrap_servers=servers)) as watch:
        yield watch


@asynccontextmanager
async def joining(
    watch: ClusterWatch,
) -> AsyncIterator[tuple[Subscription, SilentBroker]]:
    broker = SilentBroker()
    settings = KafkaSettings(
        kafka_bootstrap_servers=await broker.start(), kafka_session_timeout_s=1
    )
    subscription = Subscription(settings, watch, group=f"g-{uuid4()}", topics=[TASK_PROGRESS.name])
    try:
        yield subscription, broker
    finally:
        await subscription.close()
        await broker.stop()


async def test_a_poll_returns_in_its_time_so_that_its_process_can_stop(
    watch: ClusterWatch,
) -> None:
    async with joining(watch) as (subscription, _), asyncio.timeout(5):
        for _ in range(3):
            assert await subscription.poll(max_records=1, wait_s=0.5) == []
        assert not subscription.joined


async def test_who_is_told_no_share_asks_again(watch: ClusterWatch) -> None:
    async with joining(watch) as (subscription, broker), asyncio.timeout(30):
        while broker.asked < 2:
            assert await subscription.poll(max_records=1, wait_s=0.2) == []
