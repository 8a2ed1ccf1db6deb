"""A job's text as it becomes known: piece by piece by its events, and the rest at its end."""

import json
import time
from collections.abc import AsyncGenerator, Callable
from typing import Final
from uuid import UUID

from api_gateway.live.hub import EventHub
from api_gateway.live.stream import Frame, Stream
from malmoi.contracts.events import JOB_ENDS, EventType, job_stream
from malmoi.contracts.transcripts import space_of

_LOOK_UP_EVERY_S: Final = 1.0
"""How soon a gateway that drains is noticed."""


class Pieces:
    """What has been told of a text whose pieces come in any order, and are told in their own."""

    def __init__(self) -> None:
        self.told = ""
        self._waiting: dict[int, tuple[str, str]] = {}
        self._next = 0

    def add(self, index: int, text: str, *, language: str | None) -> str:
        """What can be told now that this piece is known."""
        if index >= self._next:
            self._waiting[index] = space_of(language), text.strip()
        before = len(self.told)
        while self._next in self._waiting:
            space, piece = self._waiting.pop(self._next)
            self.told += f"{space}{piece}" if self.told and piece else piece
            self._next += 1
        return self.told[before:]

    def rest_of(self, text: str) -> str:
        """What is still to be told of the whole text.

        Nothing where the pieces were put together otherwise than they were told: what was told
        cannot be taken back, and the whole text follows anyway.
        """
        return text.removeprefix(self.told) if text.startswith(self.told) else ""


class JobText:
    """Follows one job to its end."""

    def __init__(self, hub: EventHub, job_id: UUID, *, draining: Callable[[], bool]) -> None:
        self._hub = hub
        self._stream = job_stream(job_id)
        self._draining = draining
        self._heard = 0
        self._ended = False
        self.pieces = Pieces()

    @property
    def ended(self) -> bool:
        """Whether the job's last event was heard; if not, this gateway is being stopped."""
        return self._ended

    async def deltas(self, *, keep_alive_s: float) -> AsyncGenerator[str | None]:
        """Each new piece, or None when nothing was to be told for `keep_alive_s`."""
        told_at = time.monotonic()
        async with self._hub.follow(self._stream) as stream:
            while not self._ended and not self._draining():
                for delta in await self._hear(stream):
                    yield delta
                    told_at = time.monotonic()
                if time.monotonic() - told_at >= keep_alive_s:
                    yield None
                    told_at = time.monotonic()
                if not self._ended:
                    look_up_s = min(_LOOK_UP_EVERY_S, keep_alive_s)
                    await stream.wait_beyond(self._heard, timeout_s=look_up_s)

    async def _hear(self, stream: Stream) -> list[str]:
        frames = await self._hub.frames_after(stream, self._heard)
        if not frames and stream.newest > self._heard:
            self._ended = True  # its events are gone: the job was deleted
        told = [delta for frame in frames if (delta := self._read(frame))]
        self._heard = frames[-1].seq if frames else self._heard
        self._ended = self._ended or any(each.type in JOB_ENDS for each in frames)
        return told

    def _read(self, frame: Frame) -> str:
        if frame.type != EventType.JOB_TEXT:
            return ""
        payload = json.loads(frame.text)["payload"]
        text = payload["text"] or ""  # null: erased meanwhile
        return self.pieces.add(payload["index"], text, language=payload.get("language"))
