"""Looks for sign videos that nobody answers, and sends a request anew only when it is lost.

Old is not lost: the service may be away, or busy with a hundred others. A request is lost when the
service's group has read everything that was on the topic after it was sent, when the handlers then
have read every report, and the video is still open (ARCHITECTURE section 4.4). A topic that was
emptied with its broker is read to its end at once.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from malmoi.contracts.topics import SIGN_REQUESTS, SIGN_RESULTS
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.evidence import Evidence, EvidenceUnavailable, Offsets, has_read
from malmoi.messaging.groups import SIGN_REPORT_HANDLERS, SIGN_SERVICES
from malmoi.observability.metrics import SIGN_RESENT_TOTAL
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.persistence.sign_videos import lock_sign, silent_signs
from result_handler.settings import Settings
from result_handler.usecases.settle_sign import resend_sign

_BATCH = 200
_AWAY: Final[tuple[type[Exception], ...]] = (EvidenceUnavailable, *DATABASE_AWAY)

log = structlog.get_logger()


@dataclass(slots=True)
class _Suspicion:
    """What must be read before a request counts as lost."""

    generation: int
    """Of the cluster watch; offsets of another broker prove nothing."""
    requests: Offsets
    reports: Offsets | None = None
    """Where the reports ended once all requests were read."""


@dataclass
class SignReconciler:
    """Safe to run in every replica: each step is taken under the room's lock."""

    settings: Settings
    database: Database
    watch: ClusterWatch
    evidence: Evidence
    _suspected: dict[tuple[UUID, int], _Suspicion] = field(default_factory=dict)

    async def run(self) -> None:
        """Look ten times within SIGN_RETRY_S until cancelled."""
        while True:
            await asyncio.sleep(self.settings.sign_retry_s / 10)
            try:
                await self.look()
            except _AWAY as error:
                log.warning("sign.reconcile_postponed", error=repr(error))

    async def look(self) -> int:
        """Take the next step with every silent video; returns how many were sent anew."""
        if not self.watch.present:
            return 0
        async with self.database.reading() as session:
            silent = await silent_signs(
                session,
                older_than=timedelta(seconds=self.settings.sign_retry_s),
                limit=_BATCH,
            )
        self._forget_all_but(silent)
        if not silent:
            return 0
        await self._suspect(silent)
        lost = await self._lost()
        return sum([await self._resend(*each) for each in lost])

    def _forget_all_but(self, silent: list[tuple[UUID, int]]) -> None:
        generation = self.watch.generation
        self._suspected = {
            each: suspicion
            for each, suspicion in self._suspected.items()
            if each in set(silent) and suspicion.generation == generation
        }

    async def _suspect(self, silent: list[tuple[UUID, int]]) -> None:
        fresh = [each for each in silent if each not in self._suspected]
        if fresh:
            generation = self.watch.generation
            ends = await self.evidence.end_offsets([SIGN_REQUESTS.name])
            self._suspected |= {each: _Suspicion(generation, ends) for each in fresh}

    async def _lost(self) -> list[tuple[UUID, int]]:
        """Those whose request was read and whose report would have been."""
        taken = await self.evidence.committed(SIGN_SERVICES, [SIGN_REQUESTS.name])
        ends: Offsets | None = None
        for suspicion in self._suspected.values():
            if suspicion.reports is None and has_read(taken, suspicion.requests):
                ends = ends or await self.evidence.end_offsets([SIGN_RESULTS.name])
                suspicion.reports = ends
        read = await self.evidence.committed(SIGN_REPORT_HANDLERS, [SIGN_RESULTS.name])
        return [
            each
            for each, suspicion in self._suspected.items()
            if suspicion.reports is not None and has_read(read, suspicion.reports)
        ]

    async def _resend(self, message_id: UUID, attempt: int) -> bool:
        async with self.database.transaction() as transaction:
            held = await lock_sign(transaction, message_id)
            again = held is not None and await resend_sign(
                transaction, held, attempt=attempt, max_attempts=self.settings.sign_max_attempts
            )
        del self._suspected[message_id, attempt]
        if again:
            SIGN_RESENT_TOTAL.inc()
            log.warning("sign.sent_anew", message_id=str(message_id), attempt=attempt + 1)
        return again
