"""An operator deals with a dead letter."""

from dataclasses import dataclass
from uuid import UUID

from api_gateway.errors import WrongState
from api_gateway.usecases.govern_jobs import JobOffice
from malmoi.contracts.problems import NotFound
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.database import Database
from malmoi.persistence.dead_letters import find_letter, resolve, send_again
from malmoi.persistence.tables import DeadLetterRow


@dataclass(frozen=True, slots=True)
class LetterOffice:
    """Requeues and discards."""

    database: Database
    jobs: JobOffice

    async def requeue(self, letter_id: UUID) -> UUID | None:
        """Have a buried task done again, as a new job whose id is returned; send others again.

        Raises:
            NotFound: there is no such letter.
            WrongState: it was dealt with before, or its job cannot be tried again.

        """
        letter = await self._open(letter_id)
        if letter.task_id is not None and letter.job_id is not None:
            # The request itself would be stale, for its task is closed. The new job resolves the
            # letter.
            return (await self.jobs.retry(letter.job_id)).id
        async with self.database.transaction() as transaction:
            held = await resolve(transaction, letter_id)
            if held is None:
                raise _dealt_with()
            send_again(transaction, held, trace_id=current_trace_id())
        return None

    async def discard(self, letter_id: UUID) -> None:
        """Put the letter aside; raises as `requeue` does."""
        await self._open(letter_id)
        async with self.database.transaction() as transaction:
            if await resolve(transaction, letter_id) is None:
                raise _dealt_with()

    async def _open(self, letter_id: UUID) -> DeadLetterRow:
        async with self.database.reading() as session:
            letter = await find_letter(session, letter_id)
        if letter is None:
            raise NotFound("there is no such dead letter")
        if letter.resolved_at is not None:
            raise _dealt_with()
        return letter


def _dealt_with() -> WrongState:
    return WrongState("this letter was requeued or discarded before")
