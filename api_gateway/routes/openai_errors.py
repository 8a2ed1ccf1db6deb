"""Refusals under /v1/ in OpenAI's shape, so that its clients raise what they know."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api_gateway.errors import QuotaExceeded
from api_gateway.schemas.openai import OpenAiError, OpenAiProblem
from malmoi.contracts.problems import AppError, Problem, Unavailable
from malmoi.object_store.store import StoreUnavailable
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.faults import DATABASE_AWAY, OUR_FAULT

_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}
_WORTH_REPEATING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

AWAY: tuple[type[Exception], ...] = (*DATABASE_AWAY, StoreUnavailable)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OpenAiRoute(APIRoute):
    """A route whose refusals are `{"error": {...}}`."""

    def get_route_handler(self) -> Handler:
        """The route's handler, with its errors rendered here."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except AppError as error:
                return _of_app_error(error)
            except RequestValidationError as error:
                return _of_malformed(error)
            except HTTPException as error:
                return _of_http(error)
            except OUR_FAULT:
                raise
            except AWAY:
                return _of_app_error(Unavailable("a part of the service is away; try again"))
            response.headers.update(getattr(request.state, "rate_headers", {}))
            return response

        return answer


def problem_of(problem: Problem) -> OpenAiProblem:
    """A refusal as OpenAI's clients read it."""
    shown = OpenAiError(
        message=problem.detail, type=_type_of(problem.status), code=problem.code.lower()
    )
    return OpenAiProblem(error=shown)


def _of_app_error(error: AppError) -> Response:
    problem = error.problem(current_trace_id())
    # Whoever has used up a quota does not send the file again in a second.
    again = not isinstance(error, QuotaExceeded) and problem.status in _WORTH_REPEATING
    return _render(problem.status, problem_of(problem).error, error.headers, again=again)


def _of_malformed(error: RequestValidationError) -> Response:
    first = error.errors()[0]
    param = ".".join(map(str, first["loc"][1:])) or None
    status = HTTPStatus.BAD_REQUEST
    message = f"{param or 'the request'}: {first['msg']}"
    shown = OpenAiError(message=message, type=_type_of(status), param=param, code="invalid")
    return _render(status, shown)


def _of_http(error: HTTPException) -> Response:
    shown = OpenAiError(message=error.detail, type=_type_of(error.status_code))
    return _render(error.status_code, shown, dict(error.headers or {}))


def _type_of(status: int) -> str:
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return _TYPES.get(HTTPStatus(status), "server_error" if ours else "invalid_request_error")


def _render(
    status: int,
    error: OpenAiError,
    headers: dict[str, str] | None = None,
    *,
    again: bool = False,
) -> Response:
    # Clients repeat every 5xx by themselves; a recording that failed here fails again.
    repeat = "true" if again else "false"
    return Response(
        OpenAiProblem(error=error).model_dump_json(),
        status_code=status,
        media_type="application/json",
        headers={**(headers or {}), "x-should-retry": repeat},
    )
