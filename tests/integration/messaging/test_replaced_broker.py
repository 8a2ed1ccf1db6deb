"""A broker that comes back empty, and elsewhere, while somebody is busy with the old one."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from malmoi.contracts.topics import TASK_PROGRESS
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.subscription import Subscription
from malmoi.settings import KafkaSettings
from tests.fixtures.servers import Servers, real_servers
from tests.integration.messaging.conftest import watching

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    async with real_servers(tmp_path_factory.mktemp("servers")) as running:
        if running.embedded is None:
            pytest.skip("these tests kill the broker, which needs it as a process of ours")
        yield running


@pytest.fixture
def settings(servers: Servers) -> KafkaSettings:
    return KafkaSettings(
        kafka_bootstrap_servers=servers.environment["KAFKA_BOOTSTRAP_SERVERS"],
        kafka_session_timeout_s=6,
    )


@pytest.fixture
async def watch(settings: KafkaSettings) -> AsyncIterator[ClusterWatch]:
    async with watching(settings) as watch:
        yield watch


async def until_joined(subscription: Subscription) -> None:
    while not subscription.joined:
        await subscription.poll(max_records=1, wait_s=0.2)


async def test_who_was_about_to_join_the_old_one_joins_the_new_one(
    servers: Servers, settings: KafkaSettings, watch: ClusterWatch
) -> None:
    assert servers.embedded is not None
    subscription = Subscription(settings, watch, group=f"g-{uuid4()}", topics=[TASK_PROGRESS.name])
    joining = asyncio.create_task(until_joined(subscription))
    await asyncio.sleep(0.5)  # Tansu answers a join after half a session timeout
    assert not subscription.joined
    await servers.embedded.kafka.kill()
    await servers.embedded.kafka.start()
    try:
        async with asyncio.timeout(60):
            await joining
    finally:
        await subscription.close()
