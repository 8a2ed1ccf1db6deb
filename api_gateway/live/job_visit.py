"""A WebSocket's stay at /ws/jobs: signed in, served, sent away when its right to listen ends."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from starlette.websockets import WebSocket

from api_gateway.callers import user_or_key
from api_gateway.errors import ScopeMissing
from api_gateway.live.admission import Admission
from api_gateway.live.job_listener import JobListener
from api_gateway.live.listener import CloseCode, Closing
from api_gateway.state import State
from malmoi.contracts.problems import Unauthorized
from malmoi.web.api_keys import Scope, is_key

_SOCKETS_PER_USER = 64


async def follow_jobs(state: State, websocket: WebSocket, token: str | None) -> None:
    """Tell of the jobs that the client asks for, until somebody ends it.

    Raises:
        Unauthorized: no token or key that counts.
        Closing: we have to end it.

    """
    try:
        user = await user_or_key(state, token, Scope.READ)
    except ScopeMissing as error:
        raise Closing(CloseCode.UNAUTHORIZED, error.detail) from error
    listener = JobListener(websocket, state.database, state.hub, user.id)
    interval_s = state.settings.ping_interval_s
    with _counted(state.job_sockets, user.id):
        if is_key(token or ""):
            await listener.run(_revoked(state, token, interval_s), ping_interval_s=interval_s)
            return
        admission = Admission(state.tokens.read(token or ""))
        with _judged(state, admission):
            await listener.run(admission.ended(), ping_interval_s=interval_s)


async def _revoked(state: State, key: str | None, interval_s: float) -> str:
    """Ask again and again whether the key still counts; returns what to tell when it does not."""
    while True:
        await asyncio.sleep(interval_s)
        try:
            await user_or_key(state, key, Scope.READ)
        except (Unauthorized, ScopeMissing) as error:
            return error.detail


@contextmanager
def _judged(state: State, admission: Admission) -> Iterator[None]:
    """The pulse ends it when an operator ends the session."""
    socket_id = uuid4()
    state.pulse.admissions[socket_id] = admission
    try:
        yield
    finally:
        del state.pulse.admissions[socket_id]


@contextmanager
def _counted(sockets: Counter[UUID], user_id: UUID) -> Iterator[None]:
    if sockets[user_id] >= _SOCKETS_PER_USER:
        raise Closing(CloseCode.TOO_MUCH, "too many sockets of one user")
    sockets[user_id] += 1
    try:
        yield
    finally:
        sockets[user_id] -= 1
        if not sockets[user_id]:
            del sockets[user_id]
