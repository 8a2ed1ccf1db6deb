"""How often a request was begun, kept in the bucket: a video that kills its service is given up.

Kafka hands a request of a dead service to the next one, for ever; only what outlives the process
can count that.
"""

from dataclasses import dataclass

from malmoi.contracts.sign import SignRequested
from malmoi.object_store.keys import sign_tries_key
from malmoi.object_store.store import ObjectMissing, ObjectStore

_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Tries:
    """The count of one request's attempt."""

    store: ObjectStore
    request: SignRequested

    async def count(self) -> int:
        """How often it was begun.

        Raises:
            StoreUnavailable: it is not known now.

        """
        try:
            told = await self.store.read(self._key)
        except ObjectMissing:
            return 0
        return int(told) if told.isdigit() and len(told) < _LONGEST else 0

    async def note(self, number: int) -> None:
        """Say that it was begun `number` times, however long the store stays away."""
        await self.store.put_surely(self._key, str(number).encode(), content_type="text/plain")

    @property
    def _key(self) -> str:
        return sign_tries_key(self.request.message_id, self.request.attempt)
