"""Reads what others say of themselves, apart from their reports: it must delay none of those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from redis.asyncio import Redis

from malmoi.contracts.sign import SignServiceSeen
from malmoi.contracts.topics import SIGN_SERVICES_SEEN, WORKERS_SEEN, Topic
from malmoi.contracts.workers import WorkerSeen
from malmoi.live.services import LiveProcess, forget_service, note_service
from malmoi.messaging.consume import Done, Outcome, Reject, Retry
from malmoi.messaging.subscription import Record
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY, OUR_FAULT
from malmoi.persistence.workers import note_worker
from result_handler.usecases.effect import Effect

Seen = WorkerSeen | SignServiceSeen

TOPICS: Final[Mapping[str, Topic[Seen]]] = {
    topic.name: topic  # type: ignore[misc]  # each carries one kind of Seen
    for topic in (WORKERS_SEEN, SIGN_SERVICES_SEEN)
}


@dataclass(frozen=True, slots=True)
class Presence:
    """Keeps the workers' rows, and says in Redis which sign services live."""

    database: Database
    redis: Redis

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Note the last word of each; earlier ones of the same batch are out of date."""
        read = [_read(record) for record in records]
        signs = {each.worker_id: each for each in read if isinstance(each, SignServiceSeen)}
        for sign in signs.values():
            await self._note_sign_service(sign)
        workers = {each.worker_id: each for each in read if isinstance(each, WorkerSeen)}
        try:
            await self._note_workers(workers)
        except OUR_FAULT:
            raise
        except DATABASE_AWAY as error:
            return [Retry(repr(error)) for _ in records]
        return [each if isinstance(each, Reject) else Done(Effect.APPLIED) for each in read]

    async def _note_workers(self, workers: Mapping[str, WorkerSeen]) -> None:
        if not workers:
            return
        async with self.database.transaction() as transaction:
            # In the order of their ids, as everybody who locks several does.
            for worker_id in sorted(workers):
                await note_worker(transaction, workers[worker_id])

    async def _note_sign_service(self, seen: SignServiceSeen) -> None:
        process = LiveProcess("sign_service", seen.worker_id)
        if seen.leaving:
            await forget_service(self.redis, process)
        else:
            await note_service(self.redis, process)


def _read(record: Record) -> Seen | Reject:
    try:
        return TOPICS[record.topic].decode(record.value)
    except ValidationError as error:
        return Reject(f"unreadable: {error}")
