"""One room's or job's events on this gateway: in order, without gaps, each serialised once."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from malmoi.contracts.events import Event, EventType

_KEPT = 256
"""Newest events kept in memory per stream; whoever is further behind reads PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as it is sent: its JSON, and what the gateway itself must know of it."""

    seq: int
    type: str
    text: str
    ts: datetime
    user_id: str | None
    """Whom a room.participant.* event is about."""

    @classmethod
    def of(cls, event: Event) -> Self:
        """The frame of an event from PostgreSQL."""
        return cls(
            event.seq, event.type, event.model_dump_json(), event.ts, event.payload.get("user_id")
        )

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """The frame of an event from Redis, whose JSON is passed on as it is."""
        told = json.loads(raw)
        return cls(
            seq=told["seq"],
            type=told["type"],
            text=raw.decode(),
            ts=datetime.fromisoformat(told["ts"]),
            user_id=told["payload"].get("user_id"),
        )

    def ends_seat_of(self, user_id: str) -> bool:
        """Whether the user has just lost the right to listen."""
        return self.type == EventType.PARTICIPANT_LEFT and self.user_id == user_id


class Stream:
    """Knows the newest number; keeps the last frames; wakes who waits for more."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.newest = 0
        self.started = False
        """Whether `newest` was read from PostgreSQL; before, nothing can be said of gaps."""
        self.heard = 0
        """The highest number that Redis has told, whether or not it could be appended."""
        self.followers = 0
        self.subscribed = asyncio.Event()
        self.refreshing = asyncio.Lock()
        self._frames: deque[Frame] = deque(maxlen=_KEPT)
        self._news = asyncio.Event()

    def start_at(self, newest: int) -> None:
        """Begin with what PostgreSQL has now."""
        self.newest = newest
        self.started = True

    def offer(self, frame: Frame) -> bool:
        """Append the next event; False when one in between is missing.

        Commits are published by several processes, so numbers arrive twice or out of order.
        """
        self.heard = max(self.heard, frame.seq)
        if not self.started or frame.seq > self.newest + 1:
            return False
        if frame.seq == self.newest + 1:
            self._frames.append(frame)
            self.newest = frame.seq
            self._wake()
        return True

    @property
    def lacks_events(self) -> bool:
        """Whether a number was heard of whose event is not here."""
        return self.heard > self.newest

    def kept_after(self, number: int) -> list[Frame] | None:
        """The frames after `number`, or None when the oldest of them is no longer kept."""
        if number >= self.newest:
            return []
        missing = self.newest - number
        if missing > len(self._frames):
            return None
        return list(self._frames)[-missing:]

    async def wait_beyond(self, number: int, *, timeout_s: float) -> bool:
        """Wait for an event after `number`; False when none came in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while self.newest <= number:
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
