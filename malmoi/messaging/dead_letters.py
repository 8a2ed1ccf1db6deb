"""What becomes of a record that can never be handled: a letter to the operators."""

import structlog

from malmoi.contracts.messages import DeadLetter
from malmoi.contracts.topics import dead_letters_of
from malmoi.messaging.publisher import Publisher
from malmoi.messaging.subscription import Record
from malmoi.observability.metrics import MESSAGES_HANDLED_TOTAL

_PAYLOAD_CHARACTERS = 10_000

log = structlog.get_logger()


def letter_of(record: Record, reason: str) -> DeadLetter:
    """The record as operators are to see it."""
    # PostgreSQL's text takes every character but NUL.
    payload = record.value.decode(errors="replace").replace("\0", "\\0")
    return DeadLetter(
        source_topic=record.topic,
        reason=reason.replace("\0", "\\0"),
        payload=payload[:_PAYLOAD_CHARACTERS],
    )


async def park_on_topic(
    publisher: Publisher, record: Record, reason: str, *, trace_id: str
) -> None:
    """Park the record where there is no database; the result handler brings it into the table.

    Returns once the broker has stored the letter, however long that takes.
    """
    topic = dead_letters_of(record.topic)
    await publisher.publish_surely(topic, letter_of(record, reason), trace_id=trace_id)
    MESSAGES_HANDLED_TOTAL.labels(record.topic, "dead").inc()
    log.error("message.parked", topic=record.topic, offset=record.offset, reason=reason)
