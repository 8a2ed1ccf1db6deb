"""Publisher, subscription and watch on a real broker, the relay on a real database as well."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import select

from malmoi.contracts.messages import TaskReleased
from malmoi.contracts.topics import TASK_PROGRESS
from malmoi.messaging import subscription as subscription_module
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.evidence import Evidence, has_read
from malmoi.messaging.publisher import Publisher
from malmoi.messaging.subscription import Haste, Record, Subscription
from malmoi.persistence.database import AfterCommit, Database, Transaction
from malmoi.persistence.tables import OutboxRow, Task
from malmoi.relay import OutboxRelay
from malmoi.settings import KafkaSettings
from tests.integration.conftest import Rooms

TOPIC = TASK_PROGRESS.name


@pytest.fixture(scope="module")
async def publisher(settings: KafkaSettings, watch: ClusterWatch) -> AsyncIterator[Publisher]:
    publisher = Publisher(settings, watch)
    yield publisher
    await publisher.close()


@asynccontextmanager
async def member(
    settings: KafkaSettings, watch: ClusterWatch, group: str
) -> AsyncIterator[Subscription]:
    subscription = Subscription(settings, watch, group=group, topics=[TOPIC])
    try:
        yield subscription
    finally:
        await subscription.close()


def released() -> TaskReleased:
    return TaskReleased(task_id=uuid4(), job_id=uuid4(), attempt=1, worker_id="w")


async def test_who_had_nothing_to_do_for_long_keeps_its_share_when_much_comes_at_once(
    settings: KafkaSettings,
    watch: ClusterWatch,
    publisher: Publisher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscription_module, "_STUCK_AFTER_S", 1.0)
    monkeypatch.setattr(subscription_module, "_LAG_EVERY_S", 0.0)
    async with member(settings, watch, group=uuid4().hex) as subscription:
        async with asyncio.timeout(60):
            while not subscription.joined or await subscription.poll(max_records=500, wait_s=0.5):
                await subscription.poll(max_records=500, wait_s=0.5)
        await asyncio.sleep(1.5)
        told_anew = subscription.share_changed
        told_anew.clear()
        for _ in range(5):
            await publisher.publish(TASK_PROGRESS, released(), trace_id="t")

        taken: list[Record] = []
        async with asyncio.timeout(30):
            while len(taken) < 5:
                taken += await subscription.poll(max_records=1, wait_s=1)

        assert not told_anew.is_set()


async def read(subscription: Subscription, wanted: set[bytes]) -> list[Record]:
    found: list[Record] = []
    async with asyncio.timeout(60):
        while not wanted <= {record.value for record in found}:
            found += await subscription.poll(max_records=50, wait_s=0.2)
    return [record for record in found if record.value in wanted]


async def read_everything(subscription: Subscription, settings: KafkaSettings) -> list[Record]:
    """All that the topic had; a poll that finds nothing may only have been too short."""
    waiting = sum((await Evidence(settings).end_offsets([TOPIC])).values())
    found: list[Record] = []
    async with asyncio.timeout(60):
        while len(found) < waiting:
            found += await subscription.poll(max_records=200, wait_s=0.2)
    return found


async def test_what_is_published_is_read_with_its_trace_id(
    settings: KafkaSettings, watch: ClusterWatch, publisher: Publisher
) -> None:
    message = released()
    await publisher.publish(TASK_PROGRESS, message, trace_id="trace-12345")

    async with member(settings, watch, f"g-{uuid4()}") as subscription:
        [record] = await read(subscription, {TASK_PROGRESS.encode(message)})

    assert record.trace_id == "trace-12345"


async def test_what_was_committed_is_not_read_again_and_the_rest_is(
    settings: KafkaSettings, watch: ClusterWatch, publisher: Publisher
) -> None:
    group, first, second = f"g-{uuid4()}", released(), released()
    await publisher.publish(TASK_PROGRESS, first, trace_id="t" * 8)
    async with member(settings, watch, group) as subscription:
        everything = await read(subscription, {TASK_PROGRESS.encode(first)})
        await subscription.commit(everything)
    await publisher.publish(TASK_PROGRESS, second, trace_id="t" * 8)

    async with member(settings, watch, group) as subscription:
        await read(subscription, {TASK_PROGRESS.encode(second)})
        again = await subscription.poll(max_records=50, wait_s=1)

    assert TASK_PROGRESS.encode(first) not in {record.value for record in again}


@asynccontextmanager
async def resting_member(
    settings: KafkaSettings, watch: ClusterWatch
) -> AsyncIterator[Subscription]:
    """One that has read all there was, and then found nothing."""
    often = settings.model_copy(update={"kafka_fetch_max_wait_s": 0.01})
    resting = Subscription(
        often, watch, group=f"g-{uuid4()}", topics=[TOPIC], haste=Haste.SOMETIMES
    )
    try:
        await read_everything(resting, settings)
        while await resting.poll(max_records=200, wait_s=1):
            pass
        yield resting
    finally:
        await resting.close()


async def test_who_rests_reads_everything_once(
    settings: KafkaSettings, watch: ClusterWatch, publisher: Publisher
) -> None:
    messages = [released() for _ in range(40)]

    async def publish_all() -> None:
        for number, message in enumerate(messages):
            await publisher.publish(TASK_PROGRESS, message, trace_id="t" * 8)
            await asyncio.sleep(0.03 * (number % 3))  # into glances and rests

    async with resting_member(settings, watch) as resting:
        publishing = asyncio.create_task(publish_all())
        found = await read(resting, {TASK_PROGRESS.encode(each) for each in messages})
        await publishing

    assert len(found) == len(messages)


async def test_who_rests_waits_only_in_a_hurry(
    settings: KafkaSettings, watch: ClusterWatch, publisher: Publisher
) -> None:
    message = released()
    async with resting_member(settings, watch) as resting, asyncio.timeout(25):
        assert await resting.poll(max_records=50, wait_s=60) == []

        resting.hurry(20)
        polling = asyncio.create_task(resting.poll(max_records=50, wait_s=20))
        await asyncio.sleep(1)
        await publisher.publish(TASK_PROGRESS, message, trace_id="t" * 8)
        assert TASK_PROGRESS.encode(message) in {record.value for record in await polling}


async def test_a_member_that_takes_nothing_stays_in_the_group_and_loses_nothing(
    settings: KafkaSettings, watch: ClusterWatch, publisher: Publisher
) -> None:
    """Longer than the session timeout, and with a message arriving meanwhile."""
    message = released()
    async with member(settings, watch, f"g-{uuid4()}") as subscription:
        async with asyncio.timeout(30):
            while not subscription.joined:
                await subscription.poll(max_records=50, wait_s=0.2)
        subscription.accepting = ()
        await publisher.publish(TASK_PROGRESS, message, trace_id="t" * 8)
        for _ in range(8):
            assert await subscription.poll(max_records=50, wait_s=1) == []

        subscription.accepting = subscription.topics
        assert await read(subscription, {TASK_PROGRESS.encode(message)})


async def test_the_evidence_knows_what_a_group_has_read(
    settings: KafkaSettings, watch: ClusterWatch, publisher: Publisher
) -> None:
    group, evidence, message = f"g-{uuid4()}", Evidence(settings), released()
    await publisher.publish(TASK_PROGRESS, message, trace_id="t" * 8)
    ends = await evidence.end_offsets([TOPIC])
    assert not has_read(await evidence.committed(group, [TOPIC]), ends)

    async with member(settings, watch, group) as subscription:
        await subscription.commit(await read_everything(subscription, settings))

    assert has_read(await evidence.committed(group, [TOPIC]), ends)


async def test_the_relay_notes_where_the_broker_stored_a_request(
    database: Database, rooms: Rooms, publisher: Publisher, watch: ClusterWatch
) -> None:
    relay = OutboxRelay(database, publisher)
    running = asyncio.create_task(relay.run())
    clip = await rooms.clip(await rooms.room())

    relay.wake()

    async with asyncio.timeout(30):
        while (task := await task_of(database, clip.task)).dispatch_offset is None:
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.wait([running])
    assert task.dispatch_cluster_id == watch.cluster_id
    assert await unsent(database) == 0


async def test_of_several_relays_each_row_is_sent_by_one(
    database: Database, rooms: Rooms, publisher: Publisher, settings: KafkaSettings
) -> None:
    evidence = Evidence(settings)
    requests = "stt.requests.whisper.interactive"
    before = sum((await evidence.end_offsets([requests])).values())
    place = await rooms.room()
    for _ in range(30):
        await rooms.clip(place)
    relays = [OutboxRelay(database, publisher) for _ in range(4)]
    running = [asyncio.create_task(relay.run()) for relay in relays]

    for relay in relays:
        relay.wake()
    async with asyncio.timeout(30):
        while await unsent(database):
            await asyncio.sleep(0.05)

    for task in running:
        task.cancel()
    await asyncio.wait(running)
    assert sum((await evidence.end_offsets([requests])).values()) == before + 30


async def test_what_was_just_committed_is_sent_from_memory_and_noted_later(
    database: Database, rooms: Rooms, publisher: Publisher, settings: KafkaSettings
) -> None:
    """Once, though a sweep comes in between; and noted with the task as by any relay."""
    evidence, relay = Evidence(settings), OutboxRelay(database, publisher)
    requests = "stt.requests.whisper.interactive"
    before = sum((await evidence.end_offsets([requests])).values())
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0)
    place = await rooms.room()
    database.after_commit = carried_by(relay)
    try:
        clips = [await rooms.clip(place) for _ in range(5)]
        relay.wake()
    finally:
        database.after_commit = nobody

    async with asyncio.timeout(30):
        while await unsent(database):
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.wait([running])
    assert sum((await evidence.end_offsets([requests])).values()) == before + 5
    for clip in clips:
        assert (await task_of(database, clip.task)).dispatch_offset is not None


async def test_what_could_not_be_sent_is_swept_up(
    database: Database, rooms: Rooms, publisher: Publisher, settings: KafkaSettings
) -> None:
    away = Publisher(settings, ClusterWatch(settings))  # whose watch has met nobody
    relay = OutboxRelay(database, away)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0)
    database.after_commit = carried_by(relay)
    try:
        clip = await rooms.clip(await rooms.room())
    finally:
        database.after_commit = nobody
    await asyncio.sleep(0.3)
    assert await unsent(database) == 1

    other = asyncio.create_task(OutboxRelay(database, publisher).run())
    async with asyncio.timeout(30):
        while (await task_of(database, clip.task)).dispatch_offset is None:
            await asyncio.sleep(0.05)

    for each in (running, other):
        each.cancel()
    await asyncio.wait([running, other])


def carried_by(relay: OutboxRelay) -> AfterCommit:
    async def carry(transaction: Transaction) -> None:
        relay.carry(transaction.outbox)

    return carry


async def nobody(_: Transaction) -> None:
    return


async def task_of(database: Database, task: Task) -> Task:
    async with database.transaction() as transaction:
        return await transaction.session.get_one(Task, task.id)


async def unsent(database: Database) -> int:
    async with database.transaction() as transaction:
        rows = await transaction.session.scalars(
            select(OutboxRow.id).where(OutboxRow.sent_at.is_(None))
        )
        return len(rows.all())


async def test_the_end_is_that_of_the_last_message_of_a_batch(
    settings: KafkaSettings, publisher: Publisher
) -> None:
    """Many at once travel in batches; some brokers list where the last batch begins."""
    evidence = Evidence(settings)
    before = sum((await evidence.end_offsets([TOPIC])).values())

    await asyncio.gather(
        *(publisher.publish(TASK_PROGRESS, released(), trace_id="t" * 8) for _ in range(50))
    )

    assert sum((await evidence.end_offsets([TOPIC])).values()) == before + 50
