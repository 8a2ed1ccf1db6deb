"""The composition root of any worker: opens and closes everything."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import structlog
from redis.asyncio import Redis

from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.topics import REQUESTS
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.groups import workers_of
from malmoi.messaging.publisher import Publisher
from malmoi.messaging.subscription import Subscription
from malmoi.object_store.store import ObjectStore
from malmoi.observability.health import serve_health
from malmoi.process import end_tasks, run_until_done
from stt_worker_base.child import InferenceChild
from stt_worker_base.planner import Planner
from stt_worker_base.presence import Presence
from stt_worker_base.settings import ServiceSettings
from stt_worker_base.tasks import TaskRunner
from stt_worker_base.worker import Worker

log = structlog.get_logger()


async def run(
    settings: ServiceSettings, engine: Engine, engine_path: str, stop: asyncio.Event
) -> None:
    """Work for one engine until `stop`; then finish or hand back what is in hand.

    Raises:
        EngineUnavailable: the model cannot be loaded.

    """
    async with AsyncExitStack() as stack:
        watch = ClusterWatch(settings)
        topics = {lane: REQUESTS[engine, lane] for lane in (Lane.INTERACTIVE, Lane.BATCH)}
        names = [topic.name for topic in topics.values()]
        subscription = Subscription(settings, watch, group=workers_of(engine), topics=names)
        child = InferenceChild(engine_path, settings)
        stack.enter_context(serve_health(settings, lambda: _missing(child, watch, subscription)))
        watching = asyncio.create_task(watch.run())
        stack.push_async_callback(end_tasks, watching)
        stack.push_async_callback(child.stop)
        await child.start()
        redis = Redis.from_url(settings.redis_url.get_secret_value())
        stack.push_async_callback(redis.aclose)
        publisher = Publisher(settings, watch)
        stack.push_async_callback(publisher.close)
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="malmoi-")))
        store = ObjectStore(settings)
        planner = Planner(
            settings=settings,
            engine_path=engine_path,
            child=child,
            store=store,
            directory=directory,
        )
        runner = TaskRunner(
            settings=settings,
            child=child,
            planner=planner,
            publisher=publisher,
            store=store,
            redis=redis,
            directory=directory,
        )
        log.info("worker.started", model=child.capabilities.model)

        def slots() -> int:
            return max(settings.worker_slots, child.capabilities.at_once)

        worker = Worker(
            settings, subscription=subscription, runner=runner, slots=slots, topics=topics
        )
        presence = Presence(
            settings=settings,
            engine=engine,
            publisher=publisher,
            subscription=subscription,
            pace=runner.pace,
            slots=slots,
            capabilities=lambda: child.capabilities,
            in_hand=worker.in_hand,
        )
        telling = asyncio.create_task(presence.run())
        await run_until_done(worker.run(stop), [watching, telling])
        await presence.farewell()
        log.info("worker.stopped")


def _missing(child: InferenceChild, watch: ClusterWatch, subscription: Subscription) -> str | None:
    if not child.ready:
        return "loading the model"
    if not watch.present:
        return "waiting for Kafka"
    return None if subscription.joined else "waiting for partitions"
