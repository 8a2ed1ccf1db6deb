"""The stories of rooms and jobs as they happen. docs/websocket.md is their contract."""

import contextlib
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from api_gateway.live.job_visit import follow_jobs
from api_gateway.live.listener import CloseCode, Closing
from api_gateway.live.visit import Visit
from api_gateway.state import State, state_of
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.observability.metrics import SOCKETS_DROPPED_TOTAL, SOCKETS_OPEN
from malmoi.persistence.faults import DATABASE_AWAY, OUR_FAULT

PROTOCOL = "malmoi.v1"
_BEARER = "bearer."

router = APIRouter()
log = structlog.get_logger()


Serve = Callable[[State], Awaitable[None]]


@router.websocket("/ws/rooms/{room_id}")
async def follow_room(websocket: WebSocket, room_id: str) -> None:
    """Admit the caller, then send the room's events until one side ends it."""

    async def serve(state: State) -> None:
        after = _number(websocket.query_params.get("after"))
        visit = Visit(state, websocket)
        user = await visit.sign_in(_token_of(websocket))
        await visit.attend(_room(room_id), user, after=after)

    await _answer(websocket, serve)


@router.websocket("/ws/jobs")
async def follow_own_jobs(websocket: WebSocket) -> None:
    """Admit the caller, then send the events of the jobs that they ask for."""
    await _answer(websocket, lambda state: follow_jobs(state, websocket, _token_of(websocket)))


async def _answer(websocket: WebSocket, serve: Serve) -> None:
    state = state_of(websocket)
    if not _origin_allowed(websocket, state.settings.cors_allowed_origins):
        await websocket.close()  # before `accept`: HTTP 403
        return
    # Refusals come after `accept`: browsers tell a page nothing of a refused handshake.
    offered = websocket.scope["subprotocols"]
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
    log.info("socket.opened")
    with SOCKETS_OPEN.track_inprogress(), contextlib.suppress(WebSocketDisconnect):
        try:
            await _served(serve(state))
        except Closing as closing:
            SOCKETS_DROPPED_TOTAL.labels(closing.code.name.lower()).inc()
            log.info("socket.refused", code=int(closing.code))
            await websocket.close(closing.code, closing.reason)
    log.info("socket.closed")


async def _served(serving: Awaitable[None]) -> None:
    """Turn every refusal into the code that closes the socket."""
    try:
        await serving
    except Unauthorized as error:
        raise Closing(CloseCode.UNAUTHORIZED, error.detail) from error
    except NotFound as error:
        raise Closing(CloseCode.NOT_FOUND, error.detail) from error
    except OUR_FAULT:
        raise
    except DATABASE_AWAY as error:
        log.warning("socket.database_away", error=repr(error))
        raise Closing(CloseCode.TRY_LATER, "try again later") from error


def _origin_allowed(websocket: WebSocket, allowed: list[str]) -> bool:
    """Browsers name the page's origin; other sites' pages must not listen in a user's name."""
    origin = websocket.headers.get("origin")
    if origin is None or origin in allowed:
        return True
    return urlsplit(origin).netloc == websocket.headers.get("host")


def _token_of(websocket: WebSocket) -> str | None:
    """From the subprotocols (browsers) or the Authorization header; never from the URL."""
    for each in websocket.scope["subprotocols"]:
        if each.startswith(_BEARER):
            return str(each.removeprefix(_BEARER))
    scheme, _, token = websocket.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _room(room_id: str) -> UUID:
    try:
        return UUID(room_id)
    except ValueError as error:
        raise NotFound("there is no such room") from error


def _number(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdecimal() and len(after) <= 18):  # noqa: PLR2004 - fits 64 bits
        raise Closing(CloseCode.MALFORMED, "after= takes the number of an event")
    return int(after)
