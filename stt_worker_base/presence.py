"""The worker tells every few seconds that it lives and what it does."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import structlog

from malmoi.contracts.jobs import Engine
from malmoi.contracts.topics import WORKERS_SEEN
from malmoi.contracts.workers import WorkerSeen
from malmoi.messaging.publisher import BrokerAway, Publisher
from malmoi.messaging.subscription import Subscription
from malmoi.observability.trace import new_trace_id
from stt_worker_base.outcome import Capabilities
from stt_worker_base.settings import WorkerSettings

_RECORDINGS = 20
_FAREWELL_WITHIN_S = 2.0

log = structlog.get_logger()


class Pace:
    """How fast the last recordings were recognised."""

    def __init__(self) -> None:
        self._last: deque[tuple[float, float]] = deque(maxlen=_RECORDINGS)

    def note(self, engine_s: float, *, of_audio_s: float) -> None:
        """Remember a recording."""
        self._last.append((engine_s, of_audio_s))

    @property
    def real_time_factor(self) -> float | None:
        """Engine seconds by seconds of audio; None before the first recording."""
        audio_s = sum(each[1] for each in self._last)
        return sum(each[0] for each in self._last) / audio_s if audio_s > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Publishes every HEARTBEAT_S what the worker is and has in hand."""

    settings: WorkerSettings
    engine: Engine
    publisher: Publisher
    subscription: Subscription
    pace: Pace
    slots: Callable[[], int]
    capabilities: Callable[[], Capabilities]
    in_hand: Callable[[], Collection[UUID]]
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def run(self) -> None:
        """Tell until cancelled; while the broker is away nobody hears it."""
        while True:
            self.subscription.share_changed.clear()
            await self._tell(leaving=False)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.settings.heartbeat_s):
                    # Work comes by the partitions: whoever sends it must know at once.
                    await self.subscription.share_changed.wait()

    async def farewell(self) -> None:
        """Say that we go, so that nobody looks for us; a worker that is killed cannot."""
        try:
            async with asyncio.timeout(_FAREWELL_WITHIN_S):
                await self._tell(leaving=True)
        except TimeoutError:
            log.info("worker.left_silently")

    async def _tell(self, *, leaving: bool) -> None:
        capabilities = self.capabilities()
        seen = WorkerSeen(
            worker_id=self.settings.worker_id,
            engine=self.engine,
            model=capabilities.model,
            device=capabilities.device,
            slots=self.slots(),
            task_ids=tuple(self.in_hand()),
            partitions=self.subscription.lag,
            real_time_factor=self.pace.real_time_factor,
            started_at=self.started_at,
            leaving=leaving,
        )
        try:
            await self.publisher.publish(WORKERS_SEEN, seen, trace_id=new_trace_id())
        except BrokerAway as error:
            log.info("worker.not_heard", error=str(error))
