"""A group whose leader left amid a rebalance, which Tansu 0.6 does not get over by itself."""

import asyncio
from uuid import uuid4

from malmoi.contracts.topics import TASK_PROGRESS
from malmoi.messaging.absent_leader import unseat_absent_leader
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.subscription import Subscription
from malmoi.settings import KafkaSettings


async def joined(*members: Subscription) -> None:
    """Return once each has a share of the group and none is asked to join again."""
    async with asyncio.timeout(60):
        while not all(each.joined and each.lag for each in members):
            await asyncio.gather(*(each.poll(max_records=1, wait_s=0.2) for each in members))


async def test_who_comes_after_all_have_left_at_once_has_a_share(
    settings: KafkaSettings, watch: ClusterWatch
) -> None:
    group = f"g-{uuid4()}"

    def member() -> Subscription:
        return Subscription(settings, watch, group=group, topics=[TASK_PROGRESS.name])

    leader, follower = member(), member()
    await joined(leader)
    await joined(leader, follower)
    await follower.close()
    await leader.close()

    late = member()
    try:
        await joined(late)
    finally:
        await late.close()


async def test_a_group_without_a_leader_is_left_as_it_was(
    settings: KafkaSettings, watch: ClusterWatch
) -> None:
    group = f"g-{uuid4()}"
    member = Subscription(settings, watch, group=group, topics=[TASK_PROGRESS.name])
    try:
        await joined(member)
        assert not await unseat_absent_leader(settings, group)
        await joined(member)
    finally:
        await member.close()
