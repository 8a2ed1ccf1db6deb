"""Renders every refusal once, as problem+json (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus
from itertools import chain
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from malmoi.contracts.problems import AppError, Problem, Unavailable
from malmoi.observability.trace import current_trace_id

log = structlog.get_logger()


_CLIENT_GONE = 499
"""nginx's number for it; nobody hears the answer, but logs and metrics do."""


class Malformed(AppError):
    """The request is not of the form that the documentation asks for."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "MALFORMED_REQUEST"


def problems(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route, so that OpenAPI and generated clients know its refusals."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for status, code in chain.from_iterable(error.answers() for error in errors):
        known = by_status.setdefault(int(status), {"model": Problem, "description": ""})
        known["description"] = ", ".join(filter(None, (known["description"], code)))
    return by_status


def install_problems(
    app: FastAPI,
    *,
    away: Sequence[type[Exception]] = (),
    ours: Sequence[type[Exception]] = (),
) -> None:
    """Answer every refusal, ours or the framework's, in the same shape.

    `away` are the exceptions that say that something we depend on does not answer, `ours` the
    subclasses of them that do not.
    """
    app.add_exception_handler(AppError, _refuse)
    app.add_exception_handler(ClientDisconnect, _note_gone)
    for each in away:
        app.add_exception_handler(each, _refuse_away)
    for each in ours:
        app.add_exception_handler(each, _confess)
    app.add_exception_handler(RequestValidationError, _refuse_malformed)
    app.add_exception_handler(HTTPException, _refuse_http)
    app.add_exception_handler(Exception, _confess)


def render(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """The HTTP answer that carries a problem."""
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=headers,
    )


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    problem = error.problem(current_trace_id())
    log.info("request.refused", code=problem.code, status=problem.status)
    return render(problem, error.headers)


async def _refuse_away(request: Request, error: Exception) -> Response:
    log.error("request.dependency_away", error=repr(error))
    return await _refuse(request, Unavailable("a part of the service is away; try again"))


async def _note_gone(_: Request, __: Exception) -> Response:
    return Response(status_code=_CLIENT_GONE)


async def _refuse_malformed(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problem = Malformed("the request is malformed; see `errors`").problem(current_trace_id())
    # The input is left out: it may hold a password.
    where = [
        {k: v for k, v in each.items() if k in {"loc", "msg", "type"}} for each in error.errors()
    ]
    return render(problem.model_copy(update={"errors": jsonable_encoder(where)}))


async def _refuse_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST:  # the framework's word for a body that is no JSON
        return await _refuse(request, Malformed(str(error.detail)))
    code = status.name
    problem = Problem(
        type=f"urn:problem:{code.lower().replace('_', '-')}",
        title=status.phrase,
        status=status,
        detail=str(error.detail),
        code=code,
        trace_id=current_trace_id(),
    )
    return render(problem, dict(error.headers or {}))


async def _confess(_: Request, error: Exception) -> Response:
    log.error("request.failed", exc_info=error)
    return render(AppError("something went wrong on our side").problem(current_trace_id()))
