"""Recordings and texts whose time is over are erased, a batch at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from malmoi.object_store.keys import transcripts_of
from malmoi.object_store.store import ObjectStore
from malmoi.observability.metrics import ERASED_TOTAL
from malmoi.persistence.chunks import chunk_keys
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.retention import Due, Kept, due, forget_text, note

_BATCH: Final = 50
_BATCHES: Final = 200
"""In one sweep; the rest waits for the next one."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long everybody's things are kept, in days after the job's end; None: for ever."""

    database: Database
    store: ObjectStore
    audio_days: int | None = None
    text_days: int | None = None

    async def sweep(self, *, now: datetime | None = None) -> None:
        """Erase what is too old; any number of replicas may do it at once.

        `now` is PostgreSQL's unless it is given. Raises StoreUnavailable: what was erased until
        then is noted, and the rest is still there to be erased.
        """
        for what, days in ((Kept.AUDIO, self.audio_days), (Kept.TEXT, self.text_days)):
            for _ in range(_BATCHES):
                if await self._erase(what, days, now) < _BATCH:
                    break

    async def _erase(self, what: Kept, days: int | None, now: datetime | None) -> int:
        async with self.database.transaction() as transaction:
            at = now or await transaction.now()
            batch = await due(transaction, what, days, now=at, limit=_BATCH)
            # Objects first: a crash in between erases them again, and never forgets one.
            for each in batch:
                await self._forget(transaction, what, each, at)
            note(transaction, what, batch, now=at)
        for each in batch:
            ERASED_TOTAL.labels(what, each.rule).inc()
            log.info(
                "retention.erased",
                what=what,
                job_id=str(each.job.id),
                rule=each.rule,
                days=each.days,
            )
        return len(batch)

    async def _forget(self, transaction: Transaction, what: Kept, each: Due, at: datetime) -> None:
        job = each.job
        if what is Kept.AUDIO:
            await self.store.delete(job.audio_key)
            await self.store.delete_many(await chunk_keys(transaction.session, job.id))
        else:
            await self.store.delete_all(transcripts_of(job.id))
            await forget_text(transaction, job, now=at)
