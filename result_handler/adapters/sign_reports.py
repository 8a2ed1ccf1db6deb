"""Reads what became of sign videos, and hands each report to its use case."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from malmoi.contracts.topics import SIGN_RESULTS
from malmoi.messaging.consume import Done, Outcome, Reject, Retry
from malmoi.messaging.subscription import Record
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY, OUR_FAULT
from result_handler.usecases.settle_sign import settle_sign


@dataclass(frozen=True, slots=True)
class SignReports:
    """Handles `sign.results`, one transaction a report: they are few, and each locks a room."""

    database: Database

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """One outcome for each record, in their order."""
        return [await self._handle(record) for record in records]

    async def _handle(self, record: Record) -> Outcome:
        try:
            report = SIGN_RESULTS.decode(record.value)
        except ValidationError as error:
            return Reject(f"unreadable: {error}")
        try:
            async with self.database.transaction() as transaction:
                effect = await settle_sign(transaction, report)
        except OUR_FAULT:
            raise
        except DATABASE_AWAY as error:
            return Retry(repr(error))
        return Done(effect)
