"""The service tells every few seconds that it lives; whoever is not heard is away."""

import asyncio
from dataclasses import dataclass

import structlog

from malmoi.contracts.sign import SignServiceSeen
from malmoi.contracts.topics import SIGN_SERVICES_SEEN
from malmoi.messaging.publisher import BrokerAway, Publisher
from malmoi.observability.trace import new_trace_id

_EVERY_S = 5.0
_FAREWELL_WITHIN_S = 2.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Presence:
    """Publishes who is here."""

    worker_id: str
    publisher: Publisher

    async def run(self) -> None:
        """Tell until cancelled; while the broker is away nobody hears it."""
        while True:
            await self._tell(leaving=False)
            await asyncio.sleep(_EVERY_S)

    async def farewell(self) -> None:
        """Say that we go, so that nobody looks for us; a service that is killed cannot."""
        try:
            async with asyncio.timeout(_FAREWELL_WITHIN_S):
                await self._tell(leaving=True)
        except TimeoutError:
            log.info("sign.left_silently")

    async def _tell(self, *, leaving: bool) -> None:
        seen = SignServiceSeen(worker_id=self.worker_id, leaving=leaving)
        try:
            await self.publisher.publish(SIGN_SERVICES_SEEN, seen, trace_id=new_trace_id())
        except BrokerAway as error:
            log.info("sign.not_heard", error=str(error))
