"""Signing up and in (seed 000 section 5)."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import httpx
from jose import jwt

from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import Person, another_address

PASSWORD = "a long enough password"


def new_account() -> dict[str, str]:
    return {"email": f"{uuid4().hex[:10]}@malmoi.test", "password": PASSWORD}


async def post(gateway: Gateway, path: str, body: Any, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=gateway.url) as http:
        return await http.post(path, json=body, headers=headers)


async def test_an_account_signs_up_in_and_is_shown(gateway: Gateway) -> None:
    account = new_account()

    up = await post(gateway, "/auth/signup", account)
    into = await post(gateway, "/auth/login", account)

    assert up.status_code == 201
    assert up.json()["user"]["email"] == account["email"]
    assert into.json()["token_type"] == "bearer"
    assert into.json()["expires_in"] == 1440 * 60
    async with httpx.AsyncClient(base_url=gateway.url) as http:
        me = await http.get("/me", headers={"Authorization": f"Bearer {into.json()['token']}"})
    assert me.json() == {"user": up.json()["user"]}
    assert "password" not in me.text


async def test_an_address_is_one_account_however_it_is_spelled(gateway: Gateway) -> None:
    account = new_account()
    await post(gateway, "/auth/signup", account)

    again = await post(
        gateway, "/auth/signup", {**account, "email": f"  {account['email'].upper()} "}
    )

    assert (again.status_code, again.json()["code"]) == (409, "EMAIL_TAKEN")
    assert again.headers["content-type"] == "application/problem+json"


async def test_of_ten_simultaneous_sign_ups_of_one_address_one_succeeds(gateway: Gateway) -> None:
    account = new_account()

    answers = await asyncio.gather(*(post(gateway, "/auth/signup", account) for _ in range(10)))

    assert sorted(each.status_code for each in answers) == [201] + [409] * 9


async def test_malformed_accounts_are_refused_without_repeating_the_password(
    gateway: Gateway,
) -> None:
    for body in (
        {"email": "no address", "password": PASSWORD},
        {"email": "a@b.test", "password": "short"},
        {"email": "a@b.test", "password": "secretsecret" * 20},
        {"email": "a@b.test"},
        [],
    ):
        refused = await post(gateway, "/auth/signup", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "MALFORMED_REQUEST")
        assert refused.json()["errors"]
        assert "secretsecret" not in refused.text


async def test_a_wrong_password_and_an_unknown_address_look_the_same(gateway: Gateway) -> None:
    account = new_account()
    await post(gateway, "/auth/signup", account)

    for email in (account["email"], "nobody@malmoi.test"):
        refused = await post(
            gateway, "/auth/login", {"email": email, "password": "not the password"}
        )
        assert (refused.status_code, refused.json()["code"]) == (401, "INVALID_CREDENTIALS")
        assert refused.json()["detail"] == "wrong address or password"


async def statuses(
    gateway: Gateway, path: str, bodies: Iterable[dict[str, str]], **headers: str
) -> list[int]:
    """What each is answered with, one after the other."""
    return [(await post(gateway, path, each, **headers)).status_code for each in bodies]


async def signed_up(gateway: Gateway) -> tuple[dict[str, str], dict[str, str]]:
    """An account, and a wrong guess at its password."""
    account = new_account()
    assert (await post(gateway, "/auth/signup", account)).status_code == 201
    return account, {**account, "password": "not the password"}


async def test_guessing_is_throttled_per_account_and_client(
    gateway: Gateway, start_gateway: StartGateway
) -> None:
    account, wrong = await signed_up(gateway)
    strict = await start_gateway(login_max_failures=3, login_window_s=60)
    here = another_address()

    answers = await asyncio.gather(*(post(strict, "/auth/login", wrong, **here) for _ in range(20)))
    right = await post(strict, "/auth/login", account, **here)
    elsewhere = await post(strict, "/auth/login", account, **another_address())
    other_account = await post(strict, "/auth/login", new_account(), **here)

    assert sorted(each.status_code for each in answers) == [401] * 3 + [429] * 17
    assert (right.status_code, right.json()["code"]) == (429, "TOO_MANY_ATTEMPTS")
    assert 1 <= int(right.headers["retry-after"]) <= 60
    assert elsewhere.status_code == 200, "one address locks nobody out at others"
    assert other_account.status_code == 401


async def test_one_address_cannot_guess_at_account_after_account(
    gateway: Gateway, start_gateway: StartGateway
) -> None:
    own, _ = await signed_up(gateway)
    strict = await start_gateway(login_max_failures=1)
    here = another_address()
    strangers = [new_account() for _ in range(11)]

    first = await statuses(strict, "/auth/login", [*strangers[:5], own], **here)
    then = await statuses(strict, "/auth/login", [*strangers[5:], own], **here)
    elsewhere = await statuses(strict, "/auth/login", strangers[:1], **another_address())

    assert first == [401] * 5 + [200]
    assert then == [401] * 5 + [429] * 2, "an account of one's own buys no new guesses"
    assert elsewhere == [401]


async def test_many_addresses_cannot_guess_at_one_account_for_long(
    gateway: Gateway, start_gateway: StartGateway
) -> None:
    account, wrong = await signed_up(gateway)
    other, _ = await signed_up(gateway)
    strict = await start_gateway(login_max_failures=1)

    guesses = [await post(strict, "/auth/login", wrong, **another_address()) for _ in range(6)]
    here = another_address()

    assert [each.status_code for each in guesses] == [401] * 5 + [429]
    assert await statuses(strict, "/auth/login", [account, other], **here) == [429, 200]


async def test_one_address_opens_only_so_many_accounts(start_gateway: StartGateway) -> None:
    strict = await start_gateway(login_max_failures=1)
    here = another_address()
    wanted = [new_account() for _ in range(9)]

    opened = await statuses(strict, "/auth/signup", [*wanted, wanted[0]], **here)
    refused = await post(strict, "/auth/signup", new_account(), **here)

    assert opened == [201] * 9 + [409]
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_ATTEMPTS")
    assert int(refused.headers["retry-after"]) >= 1
    assert await statuses(strict, "/auth/signup", [new_account()], **another_address()) == [201]


async def test_who_signs_in_may_fail_again(gateway: Gateway, start_gateway: StartGateway) -> None:
    account, wrong = await signed_up(gateway)
    strict = await start_gateway(login_max_failures=2)

    answers = await statuses(strict, "/auth/login", [wrong, account] * 4, **another_address())

    assert answers == [401, 200] * 4


async def test_signing_in_often_is_no_guessing(
    gateway: Gateway, start_gateway: StartGateway
) -> None:
    account, _ = await signed_up(gateway)
    strict = await start_gateway(login_max_failures=1)

    answers = await statuses(strict, "/auth/login", [account] * 12, **another_address())

    assert answers == [200] * 12


async def test_tokens_that_do_not_count_are_refused(gateway: Gateway) -> None:
    somebody = await Person.sign_up(gateway.url)
    secret = gateway.state.settings.jwt_secret_key.get_secret_value()
    claims = jwt.get_unverified_claims(somebody.token)
    head, body, _ = somebody.token.split(".")
    forged = {
        "expired": jwt.encode({**claims, "exp": 1}, secret),
        "other secret": jwt.encode(claims, "another secret"),
        "other algorithm": jwt.encode(claims, secret, algorithm="HS512"),
        "no signature": f"{head}.{body}.",
        "no end": jwt.encode({"sub": claims["sub"], "iat": claims["iat"]}, secret),
        "nobody": jwt.encode({**claims, "sub": str(uuid4())}, secret),
        "no user id": jwt.encode({**claims, "sub": "admin"}, secret),
        "garbage": "garbage",
        "endless": "x" * 10_000,
    }

    for name, token in forged.items():
        somebody.http.headers["Authorization"] = f"Bearer {token}"
        refused = await somebody.get("/me")
        assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHORIZED"), name
        assert refused.headers["www-authenticate"] == "Bearer"
