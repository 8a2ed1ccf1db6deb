"""/healthz, /readyz and /metrics for a process that has no HTTP interface of its own."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import make_wsgi_app

from malmoi.settings import HealthSettings

Readiness = Callable[[], str | None]
"""None when the process can do its work, else what it waits for. Called from another thread."""


@contextmanager
def serve_health(settings: HealthSettings, readiness: Readiness) -> Iterator[None]:
    """Answer on HEALTH_HOST:HEALTH_PORT from a thread, also while the event loop is busy."""
    server = make_server(
        settings.health_host, settings.health_port, _app(readiness), handler_class=_Silent
    )
    thread = Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _app(readiness: Readiness) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    metrics = make_wsgi_app()

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                answer: Iterable[bytes] = metrics(environ, start)
                return answer
            case "/healthz":
                return _plain(start, HTTPStatus.OK, "alive")
            case "/readyz":
                missing = readiness()
                status = HTTPStatus.OK if missing is None else HTTPStatus.SERVICE_UNAVAILABLE
                return _plain(start, status, missing or "ready")
            case _:
                return _plain(start, HTTPStatus.NOT_FOUND, "not found")

    return app


def _plain(start: StartResponse, status: HTTPStatus, body: str) -> list[bytes]:
    start(f"{status.value} {status.phrase}", [("Content-Type", "text/plain; charset=utf-8")])
    return [body.encode() + b"\n"]


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Probes every few seconds are no news."""
