"""Refusals under /v1/ in OpenAI's shape, so that its clients raise what they know."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api_gateway.schemas.openai import OpenAiError, OpenAiProblem
from malmoi.contracts.problems import AppError, Unavailable
from malmoi.object_store.store import StoreUnavailable
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.faults import DATABASE_AWAY, OUR_FAULT

_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}
_WORTH_REPEATING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

_AWAY: tuple[type[Exception], ...] = (*DATABASE_AWAY, StoreUnavailable)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OpenAiRoute(APIRoute):
    """A route whose refusals are `{"error": {...}}`."""

    def get_route_handler(self) -> Handler:
        """The route's handler, with its errors rendered here."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except AppError as error:
                return _of_app_error(error)
            except RequestValidationError as error:
                return _of_malformed(error)
            except HTTPException as error:
                return _render(error.status_code, OpenAiError(message=error.detail, type=""))
            except OUR_FAULT:
                raise
            except _AWAY:
                return _of_app_error(Unavailable("a part of the service is away; try again"))

        return answer


def _of_app_error(error: AppError) -> Response:
    problem = error.problem(current_trace_id())
    shown = OpenAiError(message=problem.detail, type="", code=problem.code.lower())
    return _render(problem.status, shown, error.headers)


def _of_malformed(error: RequestValidationError) -> Response:
    first = error.errors()[0]
    param = ".".join(map(str, first["loc"][1:])) or None
    shown = OpenAiError(
        message=f"{param or 'the request'}: {first['msg']}", type="", param=param, code="invalid"
    )
    return _render(HTTPStatus.BAD_REQUEST, shown)


def _render(status: int, error: OpenAiError, headers: dict[str, str] | None = None) -> Response:
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    kind = _TYPES.get(HTTPStatus(status), "server_error" if ours else "invalid_request_error")
    # Clients repeat every 5xx by themselves; a recording that failed here fails again.
    repeat = "true" if status in _WORTH_REPEATING else "false"
    return Response(
        OpenAiProblem(error=error.model_copy(update={"type": kind})).model_dump_json(),
        status_code=status,
        media_type="application/json",
        headers={**(headers or {}), "x-should-retry": repeat},
    )
