"""Where reports go that nobody can read: the dead-letter table and topic."""

from malmoi.contracts.messages import DeadLetter
from malmoi.contracts.topics import dead_letters_of
from malmoi.messaging.subscription import Record
from malmoi.observability.trace import new_trace_id
from malmoi.persistence.database import Database
from malmoi.persistence.outbox import enqueue
from malmoi.persistence.tables import DeadLetterRow

_PAYLOAD_CHARACTERS = 10_000


async def park(database: Database, record: Record, reason: str) -> None:
    """Keep the record, visible to operators, and let the others pass."""
    trace_id = record.trace_id or new_trace_id()
    # PostgreSQL's text takes every character but NUL.
    payload = record.value.decode(errors="replace").replace("\0", "\\0")[:_PAYLOAD_CHARACTERS]
    reason = reason.replace("\0", "\\0")
    letter = DeadLetter(source_topic=record.topic, reason=reason, payload=payload)
    async with database.transaction() as transaction:
        transaction.session.add(
            DeadLetterRow(
                source_topic=record.topic, reason=reason, payload=payload, trace_id=trace_id
            )
        )
        enqueue(transaction, dead_letters_of(record.topic), letter, trace_id=trace_id)
