"""Brings into the table what processes without a database could not read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError

from malmoi.contracts.messages import DeadLetter
from malmoi.contracts.topics import READ_WITHOUT_DATABASE, dead_letters_of
from malmoi.messaging.consume import Done, Outcome, Reject, Retry
from malmoi.messaging.dead_letters import letter_of
from malmoi.messaging.subscription import Record
from malmoi.persistence.database import Database
from malmoi.persistence.dead_letters import keep_letter
from malmoi.persistence.faults import DATABASE_AWAY, OUR_FAULT
from result_handler.usecases.effect import Effect

_LETTERS: Final = {
    topic.name: topic for topic in (dead_letters_of(name) for name in READ_WITHOUT_DATABASE)
}
TOPICS: Final = tuple(_LETTERS)


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Reads the dead-letter topics of requests; what the handler parks itself is in the table."""

    database: Database
    cluster_id: Callable[[], str]
    """Of the broker that is read: another one counts its offsets anew."""

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """One outcome for each record, in their order."""
        return [await self._handle(record) for record in records]

    async def park(self, record: Record, reason: str) -> None:
        """Keep a letter that nobody can read; in the table only, for there is no further topic."""
        await self._keep(record, letter_of(record, reason))

    async def _handle(self, record: Record) -> Outcome:
        try:
            letter = _LETTERS[record.topic].decode(record.value)
        except ValidationError as error:
            return Reject(f"unreadable: {error}")
        if letter.task_id is not None:
            # A task that was given up: its row was written together with this letter.
            return Done(Effect.DUPLICATE)
        try:
            return Done(await self._keep(record, letter))
        except OUR_FAULT:
            raise
        except DATABASE_AWAY as error:
            return Retry(repr(error))

    async def _keep(self, record: Record, letter: DeadLetter) -> Effect:
        async with self.database.transaction() as transaction:
            new = await keep_letter(
                transaction, letter, letter_id=self._id(record), trace_id=record.trace_id
            )
        return Effect.APPLIED if new else Effect.DUPLICATE

    def _id(self, record: Record) -> UUID:
        """The same however often the record is read."""
        place = f"{record.topic}/{record.partition}/{record.offset}"
        return uuid5(NAMESPACE_URL, f"kafka:{self.cluster_id()}/{place}")
