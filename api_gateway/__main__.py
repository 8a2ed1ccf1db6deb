"""`python -m api_gateway`."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
import uvloop
from fastapi import FastAPI

from api_gateway.app import create_app
from api_gateway.live.protocol import ListenerProtocol
from api_gateway.settings import Settings
from malmoi.observability.logs import configure_logs
from malmoi.process import run_until_signalled

_INBOUND_FRAME_BYTES = 4096
"""Clients have nothing to say on a socket; longer frames close it with 1009."""
_PINGS_MISSED = 4
"""A client that answers no ping for so many intervals is gone."""
_GRACE_S = 20
"""What running requests get to finish after SIGTERM."""


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers, which end the process with the signal."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `run_until_signalled`."""
        yield


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the gateway is served."""
    return uvicorn.Config(
        app,
        host=settings.gateway_host,
        port=settings.gateway_port,
        http="httptools",
        ws=ListenerProtocol,
        ws_max_size=_INBOUND_FRAME_BYTES,
        ws_ping_interval=settings.ping_interval_s,
        ws_ping_timeout=_PINGS_MISSED * settings.ping_interval_s,
        ws_per_message_deflate=False,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_GRACE_S,
    )


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`; then sockets close with 1012 and waiting posts are answered 202."""
    app = create_app(settings)
    server = Server(server_config(app, settings))
    failed: asyncio.Event = app.state.background_failed
    serving = asyncio.create_task(server.serve())
    ends = [asyncio.create_task(each.wait()) for each in (stop, failed)]
    await asyncio.wait([serving, *ends], return_when=asyncio.FIRST_COMPLETED)
    if hasattr(app.state, "malmoi"):
        app.state.malmoi.waiting.drain()
    server.should_exit = True
    await serving
    for each in ends:
        each.cancel()
    if failed.is_set():
        raise SystemExit(1)


def main() -> None:
    """Run until SIGTERM; exits 0 after a clean stop."""
    settings = Settings()
    configure_logs(settings, service="api_gateway")
    # Its prose about each WebSocket is told by our own events.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_until_signalled(partial(serve, settings)))


if __name__ == "__main__":
    main()
