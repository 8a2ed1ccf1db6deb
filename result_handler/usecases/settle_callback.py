"""What becomes of a callback after an attempt: delivered, tried again later, or given up."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from malmoi.contracts.callbacks import DeliveryState
from malmoi.contracts.model import instant
from malmoi.persistence.callback_claims import Claim, drop_pending, hold_back, lock_claim
from malmoi.persistence.database import Transaction
from malmoi.persistence.tables import CallbackDelivery

_ATTEMPTS_KEPT = 50
DELIVERED: Final = "delivered"
GONE: Final = "gone"
REDIRECTED: Final = "redirected"
REJECTED: Final = "rejected"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an event is tried, and with which pauses."""

    retry_for: timedelta
    first_pause: timedelta
    longest_pause: timedelta


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request and what came of it."""

    at: datetime
    duration_s: float
    status: int | None
    """None: there was no answer."""
    outcome: str
    """DELIVERED, GONE, REDIRECTED, REJECTED, or the reason of an OutboundError."""
    retry_after: timedelta | None = None
    """What the receiver asked for."""


def outcome_of(status: int) -> str:
    """What an answer says; only 2xx is consent."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return DELIVERED
    if status == HTTPStatus.GONE:
        return GONE
    redirected = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    return REDIRECTED if redirected else REJECTED


async def settle_callback(
    transaction: Transaction, claim: Claim, attempt: Attempt, patience: Patience, *, now: datetime
) -> DeliveryState | None:
    """Note the attempt and decide; None when the job was deleted, or another took over."""
    held = await lock_claim(transaction, claim)
    if held is None:
        return None
    callback, delivery = held
    callback.lease_id = callback.lease_until = None
    delivery.tries += 1
    delivery.attempts = [*delivery.attempts, _noted(attempt)][-_ATTEMPTS_KEPT:]
    if attempt.outcome == DELIVERED:
        _end(delivery, DeliveryState.DELIVERED, now)
    elif attempt.outcome == GONE:
        callback.refused_at = now
        _end(delivery, DeliveryState.DROPPED, now)
        await transaction.session.flush()
        await drop_pending(transaction, delivery.job_id, now=now)
    elif now >= delivery.begun_at + patience.retry_for:
        _end(delivery, DeliveryState.FAILED, now)
    else:
        delivery.due_at = _next_try(delivery, attempt, patience, now)
        await hold_back(transaction, delivery.job_id, until=delivery.due_at)
    return DeliveryState(delivery.state)


def _next_try(
    delivery: CallbackDelivery, attempt: Attempt, patience: Patience, now: datetime
) -> datetime:
    """Later and later, not all receivers' at once, and a last time when the time is over."""
    # The exponent is bounded: the power would overflow long before the day is over.
    grown = patience.first_pause * 2 ** min(delivery.tries - 1, 30)
    spread = random.uniform(0.5, 1)  # noqa: S311 - no secret
    pause: timedelta = min(grown, patience.longest_pause) * spread
    asked = min(attempt.retry_after or timedelta(0), patience.longest_pause)
    return min(now + max(pause, asked), delivery.begun_at + patience.retry_for)


def _end(delivery: CallbackDelivery, state: DeliveryState, now: datetime) -> None:
    delivery.state = state
    delivery.ended_at = now


def _noted(attempt: Attempt) -> dict[str, object]:
    return {
        "at": instant(attempt.at),
        "status": attempt.status,
        "outcome": attempt.outcome,
        "duration_s": round(attempt.duration_s, 3),
    }
