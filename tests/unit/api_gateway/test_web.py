"""Tokens, addresses, and the limit of bodies."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from jose import jwt
from pydantic import SecretStr
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from malmoi.contracts.problems import BodyTooLarge, Unauthorized
from malmoi.web.body_limit import BodyLimitMiddleware
from malmoi.web.client_address import ClientAddresses
from malmoi.web.passwords import Passwords
from malmoi.web.tokens import Tokens

SECRET = SecretStr("s" * 32)


def test_a_token_speaks_for_its_user_until_it_expires() -> None:
    tokens = Tokens(SECRET, life=timedelta(hours=1))
    user_id = uuid4()

    caller = tokens.read(tokens.issue(user_id))

    assert caller.user_id == user_id
    assert timedelta(minutes=59) < caller.expires_at - datetime.now(UTC) <= timedelta(hours=1)


def test_a_token_of_no_signature_is_refused_whatever_it_says() -> None:
    none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0."
    claims = Tokens(SECRET, life=timedelta(hours=1)).issue(uuid4()).split(".")[1]
    with pytest.raises(Unauthorized):
        Tokens(SECRET, life=timedelta(hours=1)).read(f"{none}{claims}.")


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "not a uuid", "iat": 1, "exp": 9999999999},
        {"sub": str(uuid4()), "iat": 1},
        {"sub": str(uuid4()), "exp": 9999999999},
        {"iat": 1, "exp": 9999999999},
        {"sub": str(uuid4()), "iat": 1, "exp": 1},
        {"sub": str(uuid4()), "iat": 1, "exp": 10**30},
        {"sub": str(uuid4()), "iat": "x", "exp": 9999999999},
    ],
)
def test_claims_that_say_too_little_are_refused(claims: dict[str, Any]) -> None:
    token = jwt.encode(claims, SECRET.get_secret_value())
    with pytest.raises(Unauthorized):
        Tokens(SECRET, life=timedelta(hours=1)).read(token)


def connection(peer: str, forwarded: str | None = None) -> HTTPConnection:
    headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
    return HTTPConnection({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("198.51.100.7", None, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "spoofed, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "2001:DB8::1", "2001:db8::1"),
        ("127.0.0.1", "no address", "unknown"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("", None, "unknown"),
    ],
)
def test_only_our_own_proxy_names_the_client(
    peer: str, forwarded: str | None, expected: str
) -> None:
    addresses = ClientAddresses(["127.0.0.0/8", "::1/128"])
    assert addresses.of(connection(peer, forwarded)) == expected


App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def answer_to(app: App, *chunks: bytes, headers: dict[str, str]) -> tuple[int, int]:
    """Status of the answer, and how many chunks were read for it."""
    waiting = list(chunks)
    answers: list[Message] = []

    async def receive() -> Message:
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        answers.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": raw}
    limited = BodyLimitMiddleware(app, upload_bytes=1_000_000)
    await limited(scope, receive, send)
    return answers[0]["status"], len(chunks) - len(waiting)


async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


async def swallows(scope: Scope, receive: Receive, send: Send) -> None:
    """A framework that turns whatever happens while reading into 400."""
    try:
        await Request(scope, receive).body()
    except BodyTooLarge:
        await PlainTextResponse("bad", status_code=400)(scope, receive, send)


UPLOAD = {"content-type": "multipart/form-data; boundary=x"}
JSON = {"content-type": "application/json"}
BLOCK = b"x" * 50_000


@pytest.mark.parametrize("app", [reads_all, swallows])
async def test_a_body_over_the_limit_is_not_read_to_its_end(app: App) -> None:
    assert await answer_to(app, *[BLOCK] * 4, headers=JSON) == (413, 2)
    assert await answer_to(app, *[BLOCK] * 40, headers=UPLOAD) == (413, 22)


@pytest.mark.parametrize("app", [reads_all, swallows])
async def test_a_body_that_declares_too_much_is_not_read_at_all(app: App) -> None:
    headers = {**UPLOAD, "content-length": "1100000"}
    assert await answer_to(app, BLOCK, headers=headers) == (413, 0)


async def test_a_body_within_the_limit_passes() -> None:
    assert await answer_to(reads_all, BLOCK, headers=JSON) == (200, 1)
    assert await answer_to(reads_all, *[BLOCK] * 20, headers=UPLOAD) == (200, 20)


async def test_an_account_that_does_not_exist_costs_the_same_work() -> None:
    passwords = Passwords()
    stored = await passwords.hash("the right password")

    async def best_of_five(hashed: str | None) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            assert not await passwords.verify("a wrong password", hashed)
            times.append(time.perf_counter() - began)
        return min(times)

    known, unknown = await best_of_five(stored), await best_of_five(None)
    passwords.close()
    assert 0.5 < unknown / known < 2


async def test_the_decoys_own_password_opens_nothing() -> None:
    passwords = Passwords()
    assert not await passwords.verify("nobody's password", None)
    passwords.close()
