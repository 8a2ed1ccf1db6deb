"""The composition root: reads top to bottom, opens and closes everything."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

import structlog
from redis.asyncio import Redis

from malmoi.contracts.topics import (
    SIGN_RESULTS,
    TASK_ERRORS,
    TASK_PROGRESS,
    TASK_RESULTS,
)
from malmoi.live.bus import publish_events
from malmoi.live.services import stay_noted
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.consume import Consumption, consume
from malmoi.messaging.evidence import Evidence
from malmoi.messaging.groups import (
    DEAD_LETTER_READERS,
    REPORT_HANDLERS,
    SIGN_REPORT_HANDLERS,
    WORKER_WATCHERS,
)
from malmoi.messaging.publisher import Publisher
from malmoi.messaging.subscription import Haste, Subscription
from malmoi.object_store.store import ObjectStore
from malmoi.observability.health import serve_health
from malmoi.persistence.database import Database, Transaction, open_database
from malmoi.process import run_until_done
from malmoi.relay import OutboxRelay
from result_handler.adapters import dead_letters, presence
from result_handler.adapters.dead_letters import DeadLetters
from result_handler.adapters.parking import park
from result_handler.adapters.presence import Presence
from result_handler.adapters.reports import Reports
from result_handler.adapters.sign_reports import SignReports
from result_handler.callbacks import Callbacks
from result_handler.dispatcher import Dispatcher
from result_handler.housekeeping import Housekeeping
from result_handler.reconciler import Reconciler
from result_handler.retention import Retention
from result_handler.settings import Settings
from result_handler.sign_reconciler import SignReconciler

_CONVERSATION_S = 10.0
"""Where somebody has just spoken, somebody answers."""

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
        callbacks = Callbacks.of(settings, database)
        store = ObjectStore(settings)

        async def after_commit(transaction: Transaction) -> None:
            relay.carry(transaction.outbox)
            if transaction.wrote_callback:
                callbacks.wake()
            await publish_events(redis, transaction.events)

        database.after_commit = after_commit
        # Results first, so that a burst of heartbeats never delays one.
        subscription = Subscription(
            settings,
            watch,
            group=REPORT_HANDLERS,
            topics=[TASK_RESULTS.name, TASK_ERRORS.name, TASK_PROGRESS.name],
            # `started` of a clip is read long before its text is there.
            haste=Haste.SOMETIMES,
        )
        dispatcher = Dispatcher(database)
        reports = Reports(
            settings,
            database,
            redis,
            store,
            on_freed=dispatcher.wake,
            on_awaited=partial(subscription.hurry, _CONVERSATION_S),
        )
        reconciler = Reconciler(settings, database, watch, Evidence(settings))
        signs = Consumption(
            _patient(settings, watch, SIGN_REPORT_HANDLERS, SIGN_RESULTS.name),
            SignReports(database).handle,
            partial(park, database),
        )
        stack.enter_context(
            serve_health(settings, partial(_missing, watch, subscription, signs.subscription))
        )
        retention = Retention(
            database, store, settings.retain_audio_days, settings.retain_text_days
        )
        background = [
            asyncio.create_task(each)
            for each in (
                watch.run(),
                relay.run(),
                dispatcher.run(),
                reconciler.run(),
                SignReconciler(settings, database, watch, Evidence(settings)).run(),
                consume(signs, stop),
                consume(_presence(settings, watch, database, redis), asyncio.Event()),
                consume(_given_up(settings, watch, database), stop),
                stay_noted(redis, "result_handler"),
                Housekeeping(database, store, retention).run(),
                callbacks.run(),
            )
        ]
        log.info("handler.started")
        work = Consumption(subscription, reports.handle, partial(park, database))
        await run_until_done(consume(work, stop), background)
        log.info("handler.stopped")


def _patient(settings: Settings, watch: ClusterWatch, group: str, *topics: str) -> Subscription:
    return Subscription(settings, watch, group=group, topics=topics, haste=Haste.NEVER)


def _presence(
    settings: Settings, watch: ClusterWatch, database: Database, redis: Redis
) -> Consumption:
    return Consumption(
        _patient(settings, watch, WORKER_WATCHERS, *presence.TOPICS),
        Presence(database, redis).handle,
        partial(park, database),
    )


def _given_up(settings: Settings, watch: ClusterWatch, database: Database) -> Consumption:
    letters = DeadLetters(database, lambda: watch.cluster_id)
    return Consumption(
        _patient(settings, watch, DEAD_LETTER_READERS, *dead_letters.TOPICS),
        letters.handle,
        letters.park,
    )


def _missing(watch: ClusterWatch, *subscriptions: Subscription) -> str | None:
    if not watch.present:
        return "waiting for Kafka"
    joined = all(each.joined for each in subscriptions)
    return None if joined else "waiting for partitions"
