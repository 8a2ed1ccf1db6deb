"""Refusals that every service may raise; `malmoi.web` renders them as problem+json (RFC 9457)."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar

from malmoi.contracts.model import Frozen


class Problem(Frozen):
    """The body of every refusal."""

    type: str
    """`urn:problem:<slug>`, stable."""
    title: str
    status: int
    detail: str
    """What is wrong and what to do."""
    code: str
    """The specification's error code, such as ROOM_FULL."""
    trace_id: str | None = None
    errors: list[dict[str, Any]] | None = None
    """For malformed input: where and why."""


class AppError(Exception):
    """A refusal that a client can understand; subclasses set status and code."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "INTERNAL"

    def __init__(self, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}

    @classmethod
    def answers(cls) -> Iterable[tuple[HTTPStatus, str]]:
        """Every status and code that it may be told with."""
        yield cls.status, cls.code

    @classmethod
    def slug(cls) -> str:
        """The code as it stands in the problem's `type`."""
        return cls.code.lower().replace("_", "-")

    def problem(self, trace_id: str | None) -> Problem:
        """The body that tells the client."""
        return Problem(
            type=f"urn:problem:{self.slug()}",
            title=self.status.phrase,
            status=self.status,
            detail=self.detail,
            code=self.code,
            trace_id=trace_id,
        )


class NotFound(AppError):
    """There is no such thing for this caller, whether or not it exists for others."""

    status, code = HTTPStatus.NOT_FOUND, "NOT_FOUND"


class Unauthorized(AppError):
    """No credentials, or none that count."""

    status, code = HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class TooManyAttempts(AppError):
    """Come back after `Retry-After` seconds."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "TOO_MANY_ATTEMPTS"

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_s)})


class BodyTooLarge(AppError):
    """More bytes than we read."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "BODY_TOO_LARGE"


class Unavailable(AppError):
    """Something we need is away; the same request may succeed later."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


class IdempotencyKeyReused(AppError):
    """The key already stands for another request."""

    status, code = HTTPStatus.CONFLICT, "IDEMPOTENCY_KEY_REUSED"
