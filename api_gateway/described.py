"""The OpenAPI document: what FastAPI finds out by itself, and what holds for every path."""

import re
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from api_gateway.errors import MethodNotAllowed
from malmoi.contracts.problems import AppError, BodyTooLarge, Unavailable
from malmoi.observability.trace import current_trace_id
from malmoi.web.problems import Malformed, render

_PROBLEM_TYPE: Final = "application/problem+json"
_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_OPENAI: Final = "/v1/"
"""Refusals below it are OpenAI's, and described with their routes."""
_FRAMEWORKS: Final = ("HTTPValidationError", "ValidationError")
"""How FastAPI would tell of malformed input, were it not told otherwise."""


class DescribedApp(FastAPI):
    """An application whose document names the refusals that no single route decides."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    if method in _METHODS:
                        _complete(operation, openai=path.startswith(_OPENAI))
            for each in _FRAMEWORKS:
                document["components"]["schemas"].pop(each, None)
        return super().openapi()

    def methods_of(self, path: str) -> set[str]:
        """The methods that the document names for a path; one without ids goes before others."""
        paths = self.openapi()["paths"]
        among = [path] if path in paths else [each for each in paths if _is_of(path, each)]
        return {method.upper() for each in among for method in paths[each]}


async def refuse_method(request: Request, _: Exception) -> Response:
    """The handler of status 405: the framework knows the methods of a path's first route only."""
    allowed = ", ".join(sorted(request.app.methods_of(request.url.path)))
    error = MethodNotAllowed(f"{request.method} is not possible here", headers={"Allow": allowed})
    return render(error.problem(current_trace_id()), error.headers)


def _is_of(path: str, template: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path) is not None


def _complete(operation: dict[str, Any], *, openai: bool) -> None:
    responses = operation["responses"]
    malformed = responses.get("422")
    if malformed and _FRAMEWORKS[0] in str(malformed["content"]):
        del responses["422"]
        if not openai:
            responses["422"] = _described(Malformed)
    if openai:
        return
    responses.setdefault(str(int(Unavailable.status)), _described(Unavailable))
    if "requestBody" in operation:
        responses.setdefault(str(int(BodyTooLarge.status)), _described(BodyTooLarge))
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= HTTPStatus.BAD_REQUEST and "Problem" in str(content):
            response["content"] = {_PROBLEM_TYPE: next(iter(content.values()))}


def _described(error: type[AppError]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": error.code, "content": {_PROBLEM_TYPE: {"schema": schema}}}
