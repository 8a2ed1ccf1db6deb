"""The life of the service: one video at a time, its offset committed once its report is stored."""

import asyncio
from contextlib import AsyncExitStack

import structlog
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars

from malmoi.contracts.sign import SignRequested
from malmoi.contracts.topics import SIGN_REQUESTS, SIGN_RESULTS
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.dead_letters import park_on_topic
from malmoi.messaging.groups import SIGN_SERVICES
from malmoi.messaging.publisher import Publisher
from malmoi.messaging.subscription import Haste, Record, Subscription
from malmoi.object_store.store import ObjectStore
from malmoi.observability.health import serve_health
from malmoi.observability.trace import new_trace_id
from malmoi.process import end_tasks, run_until_done
from sign_service.presence import Presence
from sign_service.settings import Settings
from sign_service.translation import require_translator
from sign_service.videos import Videos

_POLL_S = 0.5

log = structlog.get_logger()


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Answer requests until `stop`; then finish what is in hand, or leave it to another.

    Raises:
        TranslatorMissing: SIGN_TRANSLATOR cannot be made.

    """
    await require_translator(settings)
    async with AsyncExitStack() as stack:
        watch = ClusterWatch(settings)
        subscription = Subscription(
            settings, watch, group=SIGN_SERVICES, topics=[SIGN_REQUESTS.name], haste=Haste.NEVER
        )
        stack.enter_context(serve_health(settings, lambda: _missing(watch, subscription)))
        publisher = Publisher(settings, watch)
        stack.push_async_callback(publisher.close)
        service = SignService(
            settings, subscription, publisher, Videos(settings, ObjectStore(settings))
        )
        presence = Presence(settings.sign_worker_id, publisher)
        log.info("sign.started")
        background = [asyncio.create_task(each) for each in (watch.run(), presence.run())]
        await run_until_done(service.run(stop), background)
        await presence.farewell()
        log.info("sign.stopped")


class SignService:
    """Takes one request after the other."""

    def __init__(
        self,
        settings: Settings,
        subscription: Subscription,
        publisher: Publisher,
        videos: Videos,
    ) -> None:
        self._settings = settings
        self._subscription = subscription
        self._publisher = publisher
        self._videos = videos

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._subscription.accepting = self._subscription.topics
                for record in await self._subscription.poll(max_records=1, wait_s=_POLL_S):
                    await self._take(record, stopping)
        finally:
            stopping.cancel()
            await self._subscription.close()

    async def _take(self, record: Record, stopping: asyncio.Task[bool]) -> None:
        """Handle one record; committed only when its report is stored by the broker."""
        work = asyncio.create_task(self._handle(record))
        try:
            # Polling goes on without taking more: minutes of work must not cost the membership.
            self._subscription.accepting = ()
            while not work.done() and not stopping.done():
                await self._subscription.poll(max_records=1, wait_s=0)
                await asyncio.wait(
                    [work, stopping], timeout=_POLL_S, return_when=asyncio.FIRST_COMPLETED
                )
            await asyncio.wait([work], timeout=self._settings.sign_drain_s)
            if work.done():
                work.result()
                await self._subscription.commit([record])
        finally:
            await end_tasks(work)

    async def _handle(self, record: Record) -> None:
        trace_id = record.trace_id or new_trace_id()
        try:
            request = SIGN_REQUESTS.decode(record.value)
        except ValidationError as error:
            # The video's request is sent anew.
            await park_on_topic(self._publisher, record, f"unreadable: {error}", trace_id=trace_id)
            return
        with bound_contextvars(trace_id=trace_id, message_id=str(request.message_id)):
            await self._answer(request, trace_id)

    async def _answer(self, request: SignRequested, trace_id: str) -> None:
        report = await self._videos.answer(request)
        await self._publisher.publish_surely(SIGN_RESULTS, report, trace_id=trace_id)
        log.info("sign.ended", outcome=report.type, attempt=report.attempt)


def _missing(watch: ClusterWatch, subscription: Subscription) -> str | None:
    if not watch.present:
        return "waiting for Kafka"
    return None if subscription.joined else "waiting for partitions"
