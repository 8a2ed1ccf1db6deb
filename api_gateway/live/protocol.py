"""uvicorn's WebSocket protocol, for clients that stop reading.

ASGI knows no way to give up on a client: a close frame waits for the same full buffer as
everything else. So the transport itself is cut when it has been full for too long.
"""

import asyncio
from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api_gateway.live.listener import CloseCode
from malmoi.observability.metrics import SOCKETS_DROPPED_TOTAL

STALLED_AFTER_S: Final = 10.0


class ListenerProtocol(WebSocketsSansIOProtocol):
    """Holds at most one full transport buffer for a client that does not read."""

    _stall: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The buffer is full: the client has some seconds to read on."""
        super().pause_writing()
        self._stall = self.loop.call_later(STALLED_AFTER_S, self._drop)

    def resume_writing(self) -> None:
        """The client reads again."""
        self._forget_stall()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to wait for."""
        self._forget_stall()
        super().connection_lost(exc)

    def _drop(self) -> None:
        SOCKETS_DROPPED_TOTAL.labels("slow").inc()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": CloseCode.SLOW})
        self.transport.abort()

    def _forget_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
