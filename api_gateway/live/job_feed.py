"""One job's events on a socket that follows several: everything once, in order, to its end."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from api_gateway.live.hub import EventHub
from api_gateway.live.listener import CloseCode, Closing
from api_gateway.live.stream import Frame, Stream
from malmoi.contracts.events import JOB_ENDS, job_stream
from malmoi.observability.metrics import EVENT_DELIVERY_SECONDS, SOCKET_EVENTS_TOTAL

_LONG_S: Final = 3600.0

Send = Callable[[str], Awaitable[None]]


class JobFeed:
    """Sends what comes after `sent`."""

    def __init__(self, job_id: UUID, hub: EventHub, send: Send, *, sent: int) -> None:
        self.job_id = job_id
        self.newest = sent
        """The number of the job's newest event, as far as this gateway knows."""
        self._hub = hub
        self._send = send
        self._sent = sent
        self._live = False
        """Whether the client has once been up to date; a replay may take its time."""

    async def run(self) -> None:
        """Return after the job's last event, or when the job has been deleted.

        Raises:
            Closing: the client is too slow.

        """
        async with self._hub.follow(job_stream(self.job_id)) as stream:
            while not await self._catch_up(stream):
                await stream.wait_beyond(self._sent, timeout_s=_LONG_S)

    async def _catch_up(self, stream: Stream) -> bool:
        """Send what there is; returns whether nothing more will come."""
        if self._live and stream.kept_after(self._sent) is None:
            raise Closing(CloseCode.SLOW, "too slow; reconnect with after")
        self.newest = stream.newest
        frames = await self._hub.frames_after(stream, self._sent)
        if not frames and stream.newest > self._sent:
            return True
        for frame in frames:
            await self._tell(frame)
            if frame.type in JOB_ENDS:
                return True
        self._live = self._live or self._sent >= stream.newest
        return False

    async def _tell(self, frame: Frame) -> None:
        # The frame is one JSON object already; its job goes before the other fields.
        await self._send(f'{{"job_id":"{self.job_id}",{frame.text[1:]}')
        self._sent = frame.seq
        self.newest = max(self.newest, frame.seq)
        SOCKET_EVENTS_TOTAL.labels(frame.type).inc()
        if self._live:
            age = (datetime.now(UTC) - frame.ts).total_seconds()
            EVENT_DELIVERY_SECONDS.observe(max(age, 0))
