"""The consumer loop: handlers say what became of a record, and only the loop commits."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

import structlog
from structlog.contextvars import bound_contextvars

from malmoi.messaging.subscription import Record, Subscription
from malmoi.observability.metrics import MESSAGES_HANDLED_TOTAL

log = structlog.get_logger()

_POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Done:
    """The effect is durable, or there was none to have."""

    effect: str
    """applied, duplicate or stale."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The world failed (a server is away); the record is fine and stays until it is back."""

    reason: str
    after_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Reject:
    """The record can never succeed; it becomes a dead letter."""

    reason: str


Outcome = Done | Retry | Reject
Handler = Callable[[Sequence[Record]], Awaitable[Sequence[Outcome]]]
"""Handles records together (one transaction) and answers one outcome each, in their order."""
Park = Callable[[Record, str], Awaitable[None]]
"""Puts a record among the dead letters, with the reason; must not fail for good."""


@dataclass(frozen=True, slots=True)
class Consumption:
    """What is read, who handles it, and where the hopeless goes."""

    subscription: Subscription
    handle: Handler
    park: Park
    max_records: int = 200
    max_attempts: int = 3
    """How often an unexpected error is given another try."""


async def consume(work: Consumption, stop: asyncio.Event) -> None:
    """Feed records to the handler until `stop`.

    A record is committed once: after it is done, or after it is parked. A crash in between
    replays it, so handlers are idempotent.
    """
    try:
        while not stop.is_set():
            records = await work.subscription.poll(max_records=work.max_records, wait_s=_POLL_S)
            if records and await _settle_all(work, records, stop):
                await work.subscription.commit(records)
    finally:
        await work.subscription.close()


async def _settle_all(work: Consumption, records: Sequence[Record], stop: asyncio.Event) -> bool:
    """Settle the batch together, or else one by one; False when stopped half way."""
    together = await _attempt(work, records)
    for record, outcome in zip(records, together, strict=True):
        if not await _settle(work, record, outcome, stop):
            return False
    return True


async def _settle(work: Consumption, record: Record, outcome: Outcome, stop: asyncio.Event) -> bool:
    attempt = 1
    while True:
        match outcome:
            case Done(effect=effect):
                MESSAGES_HANDLED_TOTAL.labels(record.topic, effect).inc()
                return True
            case Reject(reason=reason):
                await work.park(record, reason)
                MESSAGES_HANDLED_TOTAL.labels(record.topic, "dead").inc()
                log.error("message.parked", topic=record.topic, offset=record.offset, reason=reason)
                return True
            case Retry(reason=reason, after_s=after_s):
                MESSAGES_HANDLED_TOTAL.labels(record.topic, "retried").inc()
                log.warning("message.retried", topic=record.topic, reason=reason)
                if stop.is_set():
                    return False
                await asyncio.sleep(after_s)
                [outcome] = await _attempt(work, [record])
                attempt += 1
            case _:
                assert_never(outcome)
        if isinstance(outcome, _Bug) and attempt >= work.max_attempts:
            outcome = Reject(outcome.reason)


@dataclass(frozen=True, slots=True)
class _Bug(Retry):
    """An error that nobody foresaw: tried again a few times, then parked."""


async def _attempt(work: Consumption, records: Sequence[Record]) -> Sequence[Outcome]:
    trace_id = records[0].trace_id if len(records) == 1 else None
    with bound_contextvars(trace_id=trace_id):
        try:
            return await work.handle(records)
        except Exception as error:
            # The one broad `except` of the pipeline: a bug must cost one message, not the loop.
            log.exception("message.handler_failed", topic=records[0].topic, count=len(records))
            return [_Bug(repr(error), after_s=0.2) for _ in records]
