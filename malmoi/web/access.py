"""One log line and one observation per HTTP request, by route template and never by path."""

import time
from collections.abc import Collection
from http import HTTPStatus

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from malmoi.observability.metrics import HTTP_REQUEST_SECONDS

_PROBES = frozenset({"/healthz", "/readyz", "/metrics", "/health"})

log = structlog.get_logger()


class AccessMiddleware:
    """Measures from the first byte of the request to the last one of the answer."""

    def __init__(self, app: ASGIApp, *, silent: Collection[str] = _PROBES) -> None:
        self._app = app
        self._silent = silent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        # What the client hears when the application raises without an answer.
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])  # an enum's name is no number in the log
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if route != "unmatched" else "any"
        HTTP_REQUEST_SECONDS.labels(method, route, f"{status // 100}xx").observe(seconds)
        if route not in self._silent:
            log.info(
                "http.answered",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
            )
