"""What is counted every few seconds, and what is swept every hour."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from malmoi.contracts.jobs import Engine, JobState, Lane
from malmoi.object_store.keys import (
    AUDIO_PREFIX,
    CHUNK_PREFIX,
    SIGN_PREFIX,
    UPLOAD_PREFIX,
    message_of_sign_key,
)
from malmoi.object_store.multipart import Multipart
from malmoi.object_store.store import ObjectStore, StoreUnavailable
from malmoi.observability import metrics
from malmoi.persistence.callbacks import delete_old_deliveries, pending_deliveries
from malmoi.persistence.chunks import chunks_of_nobody
from malmoi.persistence.counts import conservation, open_work
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.persistence.jobs import recordings_of_nobody
from malmoi.persistence.outbox import delete_sent, pending_count
from malmoi.persistence.quotas import forget_uses
from malmoi.persistence.sign_videos import OPEN, open_signs, signs_of
from malmoi.persistence.tables import SignVideo
from malmoi.persistence.workers import forget_silent_workers
from result_handler.abandoned_uploads import forget_uploads, not_uploaded
from result_handler.retention import Retention

_COUNT_EVERY_S = 5.0
_SWEEP_EVERY_S = 3600.0
_KEEP = timedelta(days=1)
_KEEP_USES = timedelta(days=31)
_KEEP_CALLBACKS = timedelta(days=30)
_AWAY: Final[tuple[type[Exception], ...]] = (StoreUnavailable, *DATABASE_AWAY)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """Any number of replicas may do it at once."""

    database: Database
    store: ObjectStore
    retention: Retention

    async def run(self) -> None:
        """Count and sweep until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repeat(self.count, _COUNT_EVERY_S))
            tasks.create_task(self._repeat(self.sweep, _SWEEP_EVERY_S))
            tasks.create_task(self._repeat(self.retention.sweep, _SWEEP_EVERY_S))

    async def count(self) -> None:
        """Set the gauges that are counted from PostgreSQL, and forget workers that are no more."""
        async with self.database.transaction() as transaction:
            work = {(each.engine, each.lane): each for each in await open_work(transaction.session)}
            found = await conservation(transaction.session)
            pending = await pending_count(transaction.session)
            signs = await open_signs(transaction.session)
            callbacks, oldest_s = await pending_deliveries(transaction.session)
            await forget_silent_workers(transaction)
        for engine in Engine:
            for lane in Lane:
                each = work.get((engine, lane))
                metrics.OPEN_TASKS.labels(engine, lane).set(each.tasks if each else 0)
                metrics.TASKS_WAITING.labels(engine, lane).set(each.waiting if each else 0)
                metrics.OPEN_AUDIO_SECONDS.labels(engine, lane).set(each.audio_s if each else 0)
                metrics.OPEN_AUDIO_BYTES.labels(engine, lane).set(each.audio_bytes if each else 0)
                metrics.OPEN_OLDEST_SECONDS.labels(engine, lane).set(each.oldest_s if each else 0)
        metrics.OUTBOX_PENDING_MESSAGES.set(pending)
        metrics.SIGN_OPEN_MESSAGES.set(signs)
        metrics.CALLBACK_PENDING_MESSAGES.set(callbacks)
        metrics.CALLBACK_OLDEST_SECONDS.set(oldest_s)
        metrics.JOBS_ACCEPTED.set(found.accepted)
        metrics.JOBS_OPEN.set(found.open)
        metrics.CONSERVATION_MISSING.set(found.missing)
        for state in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED):
            metrics.JOBS_ENDED.labels(state).set(found.ended.get(state, 0))

    async def sweep(self) -> None:
        """Forget sent outbox rows, old callbacks, and objects that nobody can reach."""
        async with self.database.transaction() as transaction:
            rows = await delete_sent(transaction.session, older_than=_KEEP)
            await forget_uses(transaction, older_than=_KEEP_USES)
            await delete_old_deliveries(transaction.session, older_than=_KEEP_CALLBACKS)
        orphans = [*await self._orphans(), *await self._sign_leftovers()]
        await self.store.delete_many(orphans)
        uploads = await forget_uploads(self.database, Multipart(self.store), older_than=_KEEP)
        log.info("sweep.done", outbox_rows=rows, orphaned_objects=len(orphans), uploads=uploads)

    async def _orphans(self) -> list[str]:
        old = await self.store.keys_before(AUDIO_PREFIX, datetime.now(UTC) - _KEEP)
        old += await self.store.keys_before(UPLOAD_PREFIX, datetime.now(UTC) - _KEEP)
        chunks = await self.store.keys_before(CHUNK_PREFIX, datetime.now(UTC) - _KEEP)
        async with self.database.reading() as session:
            unnamed = await recordings_of_nobody(session, old)
            unnamed = await not_uploaded(session, unnamed)
            return [*unnamed, *await chunks_of_nobody(session, chunks)]

    async def _sign_leftovers(self) -> list[str]:
        """What is stored of sign videos and not shown: never accepted, lost a race, deleted."""
        old = await self.store.keys_before(SIGN_PREFIX, datetime.now(UTC) - _KEEP)
        of_message = {key: message_of_sign_key(key) for key in old}
        ids = list({each for each in of_message.values() if each is not None})
        async with self.database.reading() as session:
            videos = await signs_of(session, ids)
        return [
            key
            for key, message_id in of_message.items()
            if message_id is not None and not _is_shown(key, videos.get(message_id))
        ]

    async def _repeat(self, work: Callable[[], Awaitable[None]], every_s: float) -> None:
        while True:
            try:
                await work()
            except _AWAY as error:
                log.warning("housekeeping.postponed", error=repr(error))
            await asyncio.sleep(every_s)


def _is_shown(key: str, video: SignVideo | None) -> bool:
    """Whether an object of a sign video is needed, or may be while the video is open."""
    if video is None:
        return False
    return video.state == OPEN or key in {video.video_key, video.playable_key, video.poster_key}
