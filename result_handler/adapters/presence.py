"""Reads what workers say of themselves, apart from their reports: it must delay none of those."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from malmoi.contracts.topics import WORKERS_SEEN
from malmoi.contracts.workers import WorkerSeen
from malmoi.messaging.consume import Done, Outcome, Reject, Retry
from malmoi.messaging.subscription import Record
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY, OUR_FAULT
from malmoi.persistence.workers import note_worker
from result_handler.usecases.effect import Effect


@dataclass(frozen=True, slots=True)
class WorkerPresence:
    """Keeps the workers' rows."""

    database: Database

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Note the last word of each worker; earlier ones of the same batch are out of date."""
        read = [_read(record) for record in records]
        last = {each.worker_id: each for each in read if isinstance(each, WorkerSeen)}
        try:
            async with self.database.transaction() as transaction:
                # In the order of their ids, as everybody who locks several does.
                for worker_id in sorted(last):
                    await note_worker(transaction, last[worker_id])
        except OUR_FAULT:
            raise
        except DATABASE_AWAY as error:
            return [Retry(repr(error)) for _ in records]
        return [each if isinstance(each, Reject) else Done(Effect.APPLIED) for each in read]


def _read(record: Record) -> WorkerSeen | Reject:
    try:
        return WORKERS_SEEN.decode(record.value)
    except ValidationError as error:
        return Reject(f"unreadable: {error}")
