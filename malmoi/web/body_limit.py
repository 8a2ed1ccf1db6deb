"""Refuses bodies over a limit while they arrive, so that nobody buffers or stores the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from malmoi.contracts.problems import BodyTooLarge
from malmoi.observability.trace import current_trace_id
from malmoi.web.problems import render

_OTHER_BYTES = 64 * 1024
"""Enough for every JSON body; also the room for form fields beside an uploaded file."""


class BodyLimitMiddleware:
    """Multipart bodies may hold `upload_bytes` and their fields, all others 64 KiB.

    `by_path_end` names other limits of multipart bodies, by how their path ends.
    """

    def __init__(
        self, app: ASGIApp, *, upload_bytes: int, by_path_end: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._upload_bytes = upload_bytes
        self._by_path_end = by_path_end or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        multipart = headers.get("content-type", "").startswith("multipart/")
        upload_bytes = self._allowed(scope["path"]) if multipart else 0
        guard = _Guard(receive, send, _OTHER_BYTES + upload_bytes)
        guard.note_declared(headers.get("content-length"))
        try:
            await self._app(scope, guard.receive, guard.send)
        except BodyTooLarge:
            if guard.answered:
                raise
        if guard.exceeded and not guard.answered:
            refusal = guard.refusal()
            await render(refusal.problem(current_trace_id()))(scope, receive, send)

    def _allowed(self, path: str) -> int:
        for end, limit in self._by_path_end.items():
            if path.endswith(end):
                return limit
        return self._upload_bytes


@dataclass(slots=True)
class _Guard:
    """Counts one request's body.

    The refusal is raised where the body is read. A framework that turns it into another status
    is overruled: `send` lets nothing but a 413 pass once the limit is exceeded.
    """

    _receive: Receive
    _send: Send
    _limit: int
    _seen: int = 0
    _declared: int = 0
    exceeded: bool = field(default=False, init=False)
    answered: bool = field(default=False, init=False)

    def note_declared(self, content_length: str | None) -> None:
        if content_length is not None and content_length.isdecimal():
            self._declared = int(content_length)

    def refusal(self) -> BodyTooLarge:
        return BodyTooLarge(f"the body has more than {self._limit} bytes; send a smaller one")

    async def receive(self) -> Message:
        if self._declared > self._limit:
            self.exceeded = True
            raise self.refusal()
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            self.exceeded = True
            raise self.refusal()
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self.exceeded and message["status"] != BodyTooLarge.status:
                return
            self.answered = True
        if self.answered:
            await self._send(message)
