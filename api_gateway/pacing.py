"""Who may hand something in now: a dependency of the routes, judged before any body is read."""

from typing import Annotated

from fastapi import Depends, Request, Response

from api_gateway.callers import Sender
from api_gateway.errors import RateLimited
from api_gateway.state import State, StateDep
from malmoi.contracts.problems import AppError
from malmoi.observability.metrics import RECORDINGS_REFUSED_TOTAL
from malmoi.persistence.tables import User


async def _paced(request: Request, response: Response, user: Sender, state: StateDep) -> User:
    try:
        headers = await _count(state, user, "hand-in")
        # A repetition may be an answer that was lost; whether it is one is known after its body.
        if "idempotency-key" not in request.headers:
            await state.quotas.foresee(user)
    except AppError as error:
        RECORDINGS_REFUSED_TOTAL.labels(error.code).inc()
        raise
    request.state.rate_headers = headers  # for routes that make their answer themselves
    response.headers.update(headers)
    return user


async def _paced_upload(response: Response, user: Sender, state: StateDep) -> User:
    response.headers.update(await _count(state, user, "upload"))
    return user


async def _count(state: State, user: User, what: str) -> dict[str, str]:
    """Let it count; returns what is left, in the form of the IETF's draft."""
    limit = state.quotas.everybody.of(user).hand_in_per_minute
    counted = await state.hand_ins.count(what, str(user.id))
    if counted is None:
        return {}
    headers = {
        "RateLimit-Policy": f'"{what}";q={limit};w={state.hand_ins.window_s}',
        "RateLimit": f'"{what}";r={max(limit - counted.count, 0)};t={counted.left_s}',
    }
    if counted.count > limit:
        raise RateLimited(
            f"at most {limit} recordings a minute; wait {counted.left_s} s",
            headers={**headers, "Retry-After": str(counted.left_s)},
        )
    return headers


Paced = Annotated[User, Depends(_paced)]
"""Somebody who may hand recordings in, and has not done so too often. Rooms never meet this."""

PacedUpload = Annotated[User, Depends(_paced_upload)]
"""Somebody who has not announced too many uploads. They count apart: each is handed in later."""
