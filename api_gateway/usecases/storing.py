"""The way of a recording into the store, and for a short one also to the worker's hand."""

import asyncio

from api_gateway.usecases.sources import Placed, Source
from malmoi.live.clips import ClipHandover
from malmoi.object_store.store import ObjectStore, StoreUnavailable
from malmoi.process import end_tasks

_SOON_S = 0.25
"""A store that works takes some milliseconds for a short recording."""


class StoreSlow(Exception):
    """Whoever holds locks is not to wait longer for the store."""


class Storing:
    """Stores one recording under `key`."""

    def __init__(self, source: Source, key: str, clips: ClipHandover) -> None:
        self._source = source
        self._key = key
        self._clips = clips
        self._task: asyncio.Task[Placed] | None = None

    def begin_if_short(self) -> None:
        """Let a short recording be on its way; a long one goes when it is waited for."""
        if self._source.short is not None:
            self._task = asyncio.create_task(self._store())

    async def placed(self) -> Placed:
        """The recording as it lies in the store; a short one as it is going to lie there.

        Raises:
            AppError, StoreUnavailable: it cannot be stored.

        """
        if (short := self._source.short) is not None:
            return Placed(self._key, len(short.content), short.name)
        return await self.stored()

    async def soon(self) -> None:
        """Return once it lies in the store.

        Raises:
            StoreSlow: not at once; roll back, wait for `stored`, and begin again.
            StoreUnavailable: it cannot be stored.

        """
        task = self._begun()
        await asyncio.wait([task], timeout=_SOON_S)
        if not task.done():
            raise StoreSlow
        task.result()

    async def stored(self) -> Placed:
        """Wait for the store, however long it takes; raises as `placed` does."""
        return await self._begun()

    async def discard(self, store: ObjectStore) -> None:
        """Nobody will name the recording: take it out of the store again, if it is a copy."""
        if self._task is None:
            return
        try:
            if (await self._task).key == self._key:
                await store.delete(self._key)
        except StoreUnavailable:
            return  # it is not there, or the hourly sweep finds it

    async def end(self) -> None:
        """Stop what is still under way."""
        if self._task is not None:
            await end_tasks(self._task)

    def _begun(self) -> asyncio.Task[Placed]:
        if self._task is None:
            self._task = asyncio.create_task(self._store())
        return self._task

    async def _store(self) -> Placed:
        short = self._source.short
        if short is None or not self._clips.has_room_for(len(short.content)):
            return await self._source.place(self._key)
        laying = self._clips.lay(self._key, short.content)
        placed, _ = await asyncio.gather(self._source.place(self._key), laying)
        return placed
