"""One attempt to deliver a callback: a signed request, and what the answer means."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

from malmoi.persistence.callback_claims import Claim
from malmoi.web.destinations import OutboundError
from malmoi.web.outbound import Bounds, Outbound
from malmoi.web.webhooks import WebhookSecrets
from result_handler.usecases.settle_callback import Attempt, outcome_of

_RETRY_AFTER_CHARS_MAX = 40
_SECONDS_MAX = 10**9


@dataclass(frozen=True, slots=True)
class CallbackSender:
    """Sends; what a receiver writes into its answer is not read."""

    outbound: Outbound
    secrets: WebhookSecrets
    timeout_s: float

    async def send(self, claim: Claim, salts: Sequence[UUID]) -> Attempt:
        """Make the attempt; whatever goes wrong on the way is its outcome."""
        body = claim.delivery.body.encode()
        signed = self.secrets.headers(str(claim.delivery.id), claim.at, body, salts)
        headers = {"Content-Type": "application/json", **signed}
        bounds = Bounds(total_s=self.timeout_s, gap_s=self.timeout_s, max_bytes=0)
        began = time.monotonic()
        try:
            async with self.outbound.post(claim.callback.url, body, headers, bounds) as answer:
                status, retry_after = answer.status, answer.headers.get("retry-after")
        except OutboundError as error:
            return Attempt(claim.at, time.monotonic() - began, None, error.reason)
        took_s = time.monotonic() - began
        return Attempt(claim.at, took_s, status, outcome_of(status), retry_after_of(retry_after))


def retry_after_of(told: str | None, now: datetime | None = None) -> timedelta | None:
    """Seconds, or the date until which to wait (RFC 9110); None for anything else."""
    if told is None or len(told) > _RETRY_AFTER_CHARS_MAX:
        return None
    if told.isascii() and told.isdigit():
        return timedelta(seconds=min(int(told), _SECONDS_MAX))
    try:
        until = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(until - (now or datetime.now(UTC)), timedelta(0))
