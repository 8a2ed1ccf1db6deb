"""Where reports go that nobody can read: the dead-letter table and topic."""

from uuid import uuid4

from malmoi.contracts.topics import dead_letters_of
from malmoi.messaging.dead_letters import letter_of
from malmoi.messaging.subscription import Record
from malmoi.observability.trace import new_trace_id
from malmoi.persistence.database import Database
from malmoi.persistence.dead_letters import keep_letter
from malmoi.persistence.outbox import enqueue


async def park(database: Database, record: Record, reason: str) -> None:
    """Keep the record, visible to operators, and let the others pass."""
    trace_id = record.trace_id or new_trace_id()
    letter = letter_of(record, reason)
    async with database.transaction() as transaction:
        await keep_letter(transaction, letter, letter_id=uuid4(), trace_id=trace_id)
        enqueue(transaction, dead_letters_of(record.topic), letter, trace_id=trace_id)
