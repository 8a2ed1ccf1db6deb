"""Delivers callbacks: one job's in order, one at a time; different jobs' and hosts' side by side.

Any number of replicas may do it at once. At least once: whoever is killed after a request and
before its note leaves a lease behind, and after it the same event is sent under the same id.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

import structlog

from malmoi.contracts.callbacks import DeliveryState
from malmoi.observability import metrics
from malmoi.persistence.callback_claims import Claim, Room, claim_callbacks
from malmoi.persistence.callback_secrets import salts_of
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.web.outbound import Outbound
from malmoi.web.webhooks import WebhookSecrets
from result_handler.adapters.callback_sender import CallbackSender
from result_handler.settings import CallbackSettings
from result_handler.usecases.settle_callback import Attempt, Patience, settle_callback

Clock = Callable[[Transaction], Awaitable[datetime]]

_LOOK_EVERY_S = 2.0
_BEYOND_TIMEOUT = timedelta(seconds=30)
"""What a lease lasts longer than a request may take."""
_SETTLING_AT_ONCE = 2

log = structlog.get_logger()


@dataclass
class Callbacks:
    """What is due is sent; `clock` tells the instant, by PostgreSQL unless a test has its own."""

    settings: CallbackSettings
    database: Database
    sender: CallbackSender
    clock: Clock = Transaction.now
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _open: dict[UUID, Claim] = field(default_factory=dict)
    # The pool's connections are for results first.
    _settling: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_SETTLING_AT_ONCE)
    )

    @classmethod
    def of(cls, settings: CallbackSettings, database: Database) -> Self:
        """To the public internet, and to what the operator allows."""
        outbound = Outbound(settings.outbound_allowed_networks)
        secrets = WebhookSecrets(settings.callback_secret_key)
        return cls(
            settings, database, CallbackSender(outbound, secrets, settings.callback_timeout_s)
        )

    def wake(self) -> None:
        """Say that an event was committed."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as requests:
            while True:
                try:
                    while await self._begin_due(requests):
                        pass
                except DATABASE_AWAY as error:
                    log.warning("callbacks.postponed", error=repr(error))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_EVERY_S):
                        await self._woken.wait()
                self._woken.clear()

    async def deliver_due(self) -> None:
        """Attempt what is due now, each job's first event, and wait for the outcomes."""
        async with asyncio.TaskGroup() as requests:
            while await self._begin_due(requests):
                pass

    async def _begin_due(self, requests: asyncio.TaskGroup) -> bool:
        """Begin what there is room for; returns whether there may be more."""
        lease = timedelta(seconds=self.settings.callback_timeout_s) + _BEYOND_TIMEOUT
        async with self.database.transaction() as transaction:
            now = await self.clock(transaction)
            claims, more = await claim_callbacks(transaction, self._room(), now=now, lease=lease)
            owners = {each.callback.owner_user_id for each in claims}
            salts = await salts_of(transaction.session, owners) if owners else {}
        for claim in claims:
            self._open[claim.lease_id] = claim
            requests.create_task(self._deliver(claim, salts[claim.callback.owner_user_id]))
        return more

    async def _deliver(self, claim: Claim, salts: Sequence[UUID]) -> None:
        attempt = await self.sender.send(claim, salts)
        try:
            async with self._settling, self.database.transaction() as transaction:
                now = await self.clock(transaction)
                state = await settle_callback(
                    transaction, claim, attempt, self._patience(), now=now
                )
        except DATABASE_AWAY as error:
            # The same event is sent again once the lease has run out.
            log.warning("callbacks.unsettled", error=repr(error))
        else:
            _count(claim, attempt, state, now)
        finally:
            del self._open[claim.lease_id]
            self.wake()

    def _room(self) -> Room:
        room = Room(
            in_all=self.settings.callbacks_at_once,
            per_user=self.settings.callbacks_per_user,
            per_host=self.settings.callbacks_per_host,
        )
        for claim in self._open.values():
            room.take(claim.callback)
        return room

    def _patience(self) -> Patience:
        return Patience(
            retry_for=timedelta(seconds=self.settings.callback_retry_for_s),
            first_pause=timedelta(seconds=self.settings.callback_retry_first_s),
            longest_pause=timedelta(seconds=self.settings.callback_retry_max_s),
        )


def _count(claim: Claim, attempt: Attempt, state: DeliveryState | None, now: datetime) -> None:
    metrics.CALLBACK_ATTEMPTS_TOTAL.labels(attempt.outcome).inc()
    metrics.CALLBACK_ATTEMPT_SECONDS.observe(attempt.duration_s)
    log.info("callback.attempted", delivery_id=str(claim.delivery.id), outcome=attempt.outcome)
    if state is None or state is DeliveryState.PENDING:
        return
    metrics.CALLBACK_DELIVERIES_TOTAL.labels(state).inc()
    if state is DeliveryState.DELIVERED:
        metrics.CALLBACK_DELIVERY_SECONDS.observe((now - claim.delivery.begun_at).total_seconds())
