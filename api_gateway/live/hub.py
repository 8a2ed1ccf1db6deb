"""All streams that somebody on this gateway follows, over one Redis connection.

Redis makes events fast, PostgreSQL makes them complete: a stream re-reads what it lacks when a
number is missing, after each (re)subscription, and at each tick (ARCHITECTURE section 4.7).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from api_gateway.live.stream import Frame, Stream
from api_gateway.live.subscription import Subscription
from malmoi.persistence.database import Database
from malmoi.persistence.events import events_after, newest_of_streams
from malmoi.persistence.faults import DATABASE_AWAY

_SUBSCRIBED_WITHIN_S = 1.0
_BATCH = 200

log = structlog.get_logger()


class EventHub:
    """Follow a stream here; the hub keeps it complete and in order."""

    def __init__(self, database: Database, subscription: Subscription) -> None:
        self._database = database
        self._subscription = subscription
        self._streams: dict[str, Stream] = {}
        self._repairs: set[asyncio.Task[None]] = set()
        subscription.on_message = self._receive
        subscription.on_subscribed = self._confirm

    @asynccontextmanager
    async def follow(self, name: str) -> AsyncIterator[Stream]:
        """Listen to a stream; everything after the stream's `newest` will come.

        With Redis away the stream is kept up by the ticks alone.
        """
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = Stream(name)
        stream.followers += 1
        try:
            await self._open(stream)
            yield stream
        finally:
            stream.followers -= 1
            if not stream.followers:
                del self._streams[name]
                await self._subscription.leave(name)

    async def frames_after(self, stream: Stream, number: int) -> list[Frame]:
        """The next frames after `number`: all that are kept, or a first batch from PostgreSQL."""
        kept = stream.kept_after(number)
        if kept is not None:
            return kept
        async with self._database.reading() as session:
            events = await events_after(session, stream.name, number, limit=_BATCH)
        return [Frame.of(each) for each in events]

    async def refresh_all(self) -> None:
        """Read whatever Redis did not tell; one query when nothing is missing."""
        names = [name for name, stream in self._streams.items() if stream.started]
        if not names:
            return
        async with self._database.reading() as session:
            newest = await newest_of_streams(session, names)
        for name, number in newest.items():
            stream = self._streams.get(name)
            if stream is not None and number > stream.newest:
                await self._refresh(stream)

    async def _open(self, stream: Stream) -> None:
        if stream.started:
            return
        await self._subscription.join(stream.name)
        try:
            async with asyncio.timeout(_SUBSCRIBED_WITHIN_S):
                await stream.subscribed.wait()
        except TimeoutError:
            log.warning("events.not_subscribed")
        async with stream.refreshing:
            if not stream.started:
                async with self._database.reading() as session:
                    newest = await newest_of_streams(session, [stream.name])
                stream.start_at(newest[stream.name])
        if stream.lacks_events:
            await self._refresh(stream)

    def _receive(self, name: str, raw: bytes) -> None:
        stream = self._streams.get(name)
        if stream is not None and not stream.offer(Frame.parse(raw)):
            self._repair(stream)

    def _confirm(self, name: str) -> None:
        stream = self._streams.get(name)
        if stream is None:
            return
        stream.subscribed.set()
        # A resubscription: what was said in between was said to nobody.
        self._repair(stream)

    def _repair(self, stream: Stream) -> None:
        if stream.started and not stream.refreshing.locked():
            task = asyncio.create_task(self._try_refresh(stream))
            self._repairs.add(task)
            task.add_done_callback(self._repairs.discard)

    async def _try_refresh(self, stream: Stream) -> None:
        try:
            await self._refresh(stream)
        except DATABASE_AWAY as error:
            log.warning("events.not_refreshed", error=repr(error))

    async def _refresh(self, stream: Stream) -> None:
        async with stream.refreshing:
            complete = False
            while not complete:
                async with self._database.reading() as session:
                    events = await events_after(session, stream.name, stream.newest, limit=_BATCH)
                for event in events:
                    stream.offer(Frame.of(event))
                # Once more if a later number was heard of while this was read.
                complete = not events or not (len(events) == _BATCH or stream.lacks_events)
