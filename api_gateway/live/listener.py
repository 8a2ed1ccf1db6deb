"""One WebSocket that follows one room: everything once, in order, or a close code."""

import asyncio
import contextlib
import json
import time
from datetime import UTC, datetime
from enum import IntEnum

from starlette.websockets import WebSocket, WebSocketDisconnect

from api_gateway.live.admission import Admission
from api_gateway.live.hub import EventHub
from api_gateway.live.stream import Frame, Stream
from malmoi.contracts.model import instant
from malmoi.observability.metrics import EVENT_DELIVERY_SECONDS, SOCKET_EVENTS_TOTAL
from malmoi.process import end_tasks

FRAMES_ALLOWED = 20
FRAMES_WINDOW_S = 1.0


class CloseCode(IntEnum):
    """Why we close a socket; docs/websocket.md tells clients what to do about each."""

    TRY_LATER = 1013
    MALFORMED = 4400
    UNAUTHORIZED = 4401
    NOT_FOUND = 4404
    SLOW = 4408
    SEAT_LOST = 4409
    TOO_MUCH = 4429


class Closing(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Listener:
    """Sends what comes after `sent`; the client has nothing to say."""

    def __init__(
        self, websocket: WebSocket, stream: Stream, hub: EventHub, *, user_id: str, sent: int
    ) -> None:
        self._websocket = websocket
        self._stream = stream
        self._hub = hub
        self._user_id = user_id
        self._sent = sent
        self._live = False
        """Whether the client has once been up to date; a replay may take its time."""

    async def run(self, admission: Admission, *, ping_interval_s: float) -> None:
        """Deliver until the client goes, or the right to listen ends.

        Raises:
            Closing: we have to end it.

        """
        ended = asyncio.create_task(admission.ended())
        reading = asyncio.create_task(self._read())
        sending = asyncio.create_task(self._deliver(ping_interval_s))
        tasks = (ended, reading, sending)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {ended}:
                task.result()
            if done == {ended}:
                raise Closing(CloseCode.UNAUTHORIZED, ended.result())
        finally:
            await end_tasks(*tasks)

    async def _deliver(self, ping_interval_s: float) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            ping_due = time.monotonic() + ping_interval_s
            while True:
                await self._send_frames(await self._next_frames())
                if time.monotonic() >= ping_due:
                    await self._ping()
                    ping_due = time.monotonic() + ping_interval_s
                await self._stream.wait_beyond(
                    self._sent, timeout_s=max(ping_due - time.monotonic(), 0)
                )

    async def _next_frames(self) -> list[Frame]:
        if self._live and self._stream.kept_after(self._sent) is None:
            raise Closing(CloseCode.SLOW, "too slow; reconnect with after=")
        return await self._hub.frames_after(self._stream, self._sent)

    async def _send_frames(self, frames: list[Frame]) -> None:
        for frame in frames:
            await self._websocket.send_text(frame.text)
            self._sent = frame.seq
            SOCKET_EVENTS_TOTAL.labels(frame.type).inc()
            if self._live:
                # Of two machines' clocks; good enough for an operator.
                age = (datetime.now(UTC) - frame.ts).total_seconds()
                EVENT_DELIVERY_SECONDS.observe(max(age, 0))
            if frame.ends_seat_of(self._user_id):
                raise Closing(CloseCode.SEAT_LOST, "your seat is free again; join to come back")
        self._live = self._live or self._sent >= self._stream.newest

    async def _ping(self) -> None:
        told = {"type": "ping", "seq": self._stream.newest, "ts": instant(datetime.now(UTC))}
        await self._websocket.send_text(json.dumps(told))

    async def _read(self) -> None:
        """Drop what the client sends, as long as it is little; return when it has gone."""
        window_ends, seen = 0.0, 0
        while (await self._websocket.receive())["type"] != "websocket.disconnect":
            now = time.monotonic()
            if now > window_ends:
                window_ends, seen = now + FRAMES_WINDOW_S, 0
            seen += 1
            if seen > FRAMES_ALLOWED:
                raise Closing(CloseCode.TOO_MUCH, "too many frames; this socket only listens")
