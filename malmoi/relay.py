"""Carries the outbox to Kafka: the one place where PostgreSQL and Kafka meet.

Every process that writes outbox rows runs one. What it has committed itself goes out from memory
at once, and is noted as sent a moment later; once a second it also takes what others left
behind. At least once, in no order.
"""

import asyncio
import contextlib
import time
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
_NOTED_AFTER_S = 0.1
"""Long enough to be out of the way of who waits for an answer, and for many rows to be noted
together; short enough that no other relay takes a row for left behind."""
_MOST_IN_HAND = 2000
_AWAY: Final[tuple[type[Exception], ...]] = (BrokerAway, *DATABASE_AWAY)

log = structlog.get_logger()


class OutboxRelay:
    """Sends pending rows; any number of relays may run at once."""

    def __init__(self, database: Database, publisher: Publisher) -> None:
        self._database = database
        self._publisher = publisher
        self._woken = asyncio.Event()
        self._sending: asyncio.TaskGroup | None = None
        self._in_hand: set[int] = set()
        """Rows that are sent from memory, until they are noted or given up."""
        self._placed: list[Placed] = []
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Say that rows are due."""
        self._woken.set()

    def carry(self, rows: Sequence[OutboxRow]) -> None:
        """Send rows that this process has just committed."""
        if not rows:
            return
        if self._sending is None or len(self._in_hand) + len(rows) > _MOST_IN_HAND:
            self.wake()
            return
        self._in_hand.update(row.id for row in rows)
        self._sending.create_task(self._carry(rows, datetime.now(UTC)))

    async def run(self) -> None:
        """Relay until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._note_placed())
            self._sending = group
            try:
                await self._sweep()
            finally:
                self._sending = None

    async def _carry(self, rows: Sequence[OutboxRow], due: datetime) -> None:
        placed, failure = await self._send(rows, due)
        if failure is not None:
            log.warning("outbox.relay_failed", error=repr(failure))
            self._in_hand -= {row.id for row in rows} - {each.row_id for each in placed}
        if placed:
            self._placed += placed
            self._news.set()

    async def _note_placed(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(_NOTED_AFTER_S)
            self._news.clear()
            placed, self._placed = self._placed, []
            try:
                async with self._database.transaction() as transaction:
                    await mark_sent(transaction.session, placed)
            except DATABASE_AWAY as error:
                log.warning("outbox.not_noted", error=repr(error))  # so a sweep sends them again
            self._in_hand -= {each.row_id for each in placed}

    async def _sweep(self) -> None:
        while True:
            own = await self._wait()
            try:
                while await self._relay(timedelta(0) if own else timedelta(seconds=1)) == _BATCH:
                    pass
            except _AWAY as error:
                log.warning("outbox.relay_failed", error=repr(error))
                await asyncio.sleep(_SWEEP_EVERY_S)

    async def _wait(self) -> bool:
        """Wait to be woken, or for the next sweep; returns whether it was the former."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SWEEP_EVERY_S):
                await self._woken.wait()
        own = self._woken.is_set()
        self._woken.clear()
        return own

    async def _relay(self, older_than: timedelta) -> int:
        async with self._database.transaction() as transaction:
            claimed = await claim_pending(transaction.session, _BATCH, older_than=older_than)
            rows = [row for row in claimed if row.id not in self._in_hand]
            if not rows:
                return 0
            placed, failure = await self._send(rows)
            if placed:
                await mark_sent(transaction.session, placed)
        if failure is not None:
            raise failure
        return len(rows)

    async def _send(
        self, rows: Sequence[OutboxRow], due: datetime | None = None
    ) -> tuple[list[Placed], BrokerAway | None]:
        sent = (self._send_one(row, due or row.available_at) for row in rows)
        results = await asyncio.gather(*sent, return_exceptions=True)
        placed = [each for each in results if isinstance(each, Placed)]
        failures = [each for each in results if isinstance(each, BaseException)]
        for each in failures:
            if not isinstance(each, BrokerAway):
                raise each
        OUTBOX_RELAYED_TOTAL.inc(len(placed))
        return placed, next((each for each in failures if isinstance(each, BrokerAway)), None)

    async def _send_one(self, row: OutboxRow, due: datetime) -> Placed:
        stored = await self._publisher.send(
            row.topic,
            key=row.key,
            value=row.value,
            trace_id=row.trace_id,
            partition=row.partition,
        )
        OUTBOX_DELAY_SECONDS.observe((datetime.now(UTC) - due).total_seconds())
        return Placed(
            row_id=row.id,
            task_id=row.task_id,
            attempt=row.attempt,
            cluster_id=stored.cluster_id,
            partition=stored.partition,
            offset=stored.offset,
            at=time.monotonic(),
        )
