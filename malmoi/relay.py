"""Carries the outbox to Kafka: the one place where PostgreSQL and Kafka meet.

Every process that writes outbox rows runs one. Its own commits wake it, so that nothing waits
for a poll; once a second it also takes what others left behind. At least once, in no order.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from malmoi.messaging.publisher import BrokerAway, Publisher
from malmoi.observability.metrics import OUTBOX_DELAY_SECONDS, OUTBOX_RELAYED_TOTAL
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.persistence.outbox import Placed, claim_pending, mark_sent
from malmoi.persistence.tables import OutboxRow

_SWEEP_EVERY_S = 1.0
_BATCH = 200
_AWAY: Final[tuple[type[Exception], ...]] = (BrokerAway, *DATABASE_AWAY)

log = structlog.get_logger()


class OutboxRelay:
    """Sends pending rows; any number of relays may run at once."""

    def __init__(self, database: Database, publisher: Publisher) -> None:
        self._database = database
        self._publisher = publisher
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that a row was committed."""
        self._woken.set()

    async def run(self) -> None:
        """Relay until cancelled."""
        while True:
            own = await self._wait()
            try:
                while await self._relay(timedelta(0) if own else timedelta(seconds=1)) == _BATCH:
                    pass
            except _AWAY as error:
                log.warning("outbox.relay_failed", error=repr(error))
                await asyncio.sleep(_SWEEP_EVERY_S)

    async def _wait(self) -> bool:
        """Wait for a commit of our own, or for the next sweep; returns whether it was a commit."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SWEEP_EVERY_S):
                await self._woken.wait()
        own = self._woken.is_set()
        self._woken.clear()
        return own

    async def _relay(self, older_than: timedelta) -> int:
        async with self._database.transaction() as transaction:
            rows = await claim_pending(transaction.session, _BATCH, older_than=older_than)
            if not rows:
                return 0
            placed, failure = await self._send(rows)
            if placed:
                await mark_sent(transaction.session, placed)
        OUTBOX_RELAYED_TOTAL.inc(len(placed))
        if failure is not None:
            raise failure
        return len(rows)

    async def _send(self, rows: Sequence[OutboxRow]) -> tuple[list[Placed], BrokerAway | None]:
        results = await asyncio.gather(*map(self._send_one, rows), return_exceptions=True)
        placed = [each for each in results if isinstance(each, Placed)]
        failures = [each for each in results if isinstance(each, BaseException)]
        for each in failures:
            if not isinstance(each, BrokerAway):
                raise each
        return placed, next((each for each in failures if isinstance(each, BrokerAway)), None)

    async def _send_one(self, row: OutboxRow) -> Placed:
        stored = await self._publisher.send(
            row.topic, key=row.key, value=row.value, trace_id=row.trace_id
        )
        OUTBOX_DELAY_SECONDS.observe((datetime.now(UTC) - row.available_at).total_seconds())
        return Placed(
            row_id=row.id,
            task_id=row.task_id,
            attempt=row.attempt,
            cluster_id=stored.cluster_id,
            partition=stored.partition,
            offset=stored.offset,
        )
