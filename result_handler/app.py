"""The composition root: reads top to bottom, opens and closes everything."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

import structlog
from redis.asyncio import Redis

from malmoi.contracts.topics import TASK_ERRORS, TASK_PROGRESS, TASK_RESULTS
from malmoi.live.bus import publish_events
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.consume import Consumption, consume
from malmoi.messaging.evidence import Evidence
from malmoi.messaging.groups import REPORT_HANDLERS
from malmoi.messaging.publisher import Publisher
from malmoi.messaging.subscription import Subscription
from malmoi.object_store.store import ObjectStore
from malmoi.observability.health import serve_health
from malmoi.persistence.database import Transaction, open_database
from malmoi.process import run_until_done
from malmoi.relay import OutboxRelay
from result_handler.adapters.parking import park
from result_handler.adapters.reports import Reports
from result_handler.housekeeping import Housekeeping
from result_handler.reconciler import Reconciler
from result_handler.settings import Settings

log = structlog.get_logger()


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Handle reports until `stop`; what was read is finished and committed first."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings))
        redis = Redis.from_url(settings.redis_url.get_secret_value())
        stack.push_async_callback(redis.aclose)
        watch = ClusterWatch(settings)
        publisher = Publisher(settings, watch)
        stack.push_async_callback(publisher.close)
        relay = OutboxRelay(database, publisher)
        store = ObjectStore(settings)

        async def after_commit(transaction: Transaction) -> None:
            if transaction.wrote_outbox:
                relay.wake()
            await publish_events(redis, transaction.events)

        database.after_commit = after_commit
        # Results first, so that a burst of heartbeats never delays one.
        subscription = Subscription(
            settings,
            watch,
            group=REPORT_HANDLERS,
            topics=[TASK_RESULTS.name, TASK_ERRORS.name, TASK_PROGRESS.name],
        )
        reports = Reports(settings, database, redis, store)
        reconciler = Reconciler(settings, database, watch, Evidence(settings))
        stack.enter_context(serve_health(settings, partial(_missing, watch, subscription)))
        background = [
            asyncio.create_task(each)
            for each in (
                watch.run(),
                relay.run(),
                reconciler.run(),
                Housekeeping(database, store).run(),
            )
        ]
        log.info("handler.started")
        work = Consumption(subscription, reports.handle, partial(park, database))
        await run_until_done(consume(work, stop), background)
        log.info("handler.stopped")


def _missing(watch: ClusterWatch, subscription: Subscription) -> str | None:
    if not watch.present:
        return "waiting for Kafka"
    return None if subscription.joined else "waiting for partitions"
