"""Takes or makes the trace id of each request, binds it to the logs, and answers with it."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import clear_contextvars

from malmoi.observability.trace import HTTP_HEADER, begin_trace


class TraceMiddleware:
    """Pure ASGI, so that it also covers WebSockets and never buffers a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        clear_contextvars()
        trace_id = begin_trace(Headers(scope=scope).get(HTTP_HEADER))

        async def answer(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                MutableHeaders(scope=message)[HTTP_HEADER] = trace_id
            await send(message)

        await self._app(scope, receive, answer)
