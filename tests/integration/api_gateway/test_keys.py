"""API keys: what they open, what they do not, and their end."""

import asyncio
from typing import Any

import httpx
import openai
import pytest

from malmoi.persistence.database import Database
from malmoi.persistence.tables import ApiKey
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.people import CLIP, Person
from tests.integration.api_gateway.recogniser import Recogniser

READ, WRITE = "recordings:read", "recordings:write"


@pytest.fixture
async def owner(gateway: Gateway) -> Person:
    return await Person.sign_up(gateway.url)


async def key_of(owner: Person, *scopes: str) -> dict[str, Any]:
    body: dict[str, Any] = {"name": "회의록 서버"}
    answer = await owner.post("/keys", {**body, "scopes": list(scopes)} if scopes else body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def with_key(gateway: Gateway, key: dict[str, Any]) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key['secret']}"}
    return httpx.AsyncClient(base_url=gateway.url, headers=headers)


async def test_a_system_hands_in_and_reads_with_a_key(
    gateway: Gateway, owner: Person, recogniser: Recogniser
) -> None:
    async with with_key(gateway, await key_of(owner)) as system:
        job = (await system.post("/jobs", files={"file": CLIP})).json()["job_id"]
        async with asyncio.timeout(10):
            while (await system.get(f"/jobs/{job}")).json()["state"] != "completed":
                await asyncio.sleep(0.01)
        text = (await system.get(f"/jobs/{job}/result", params={"format": "text"})).text

    assert text == "안녕하세요\n"
    assert (await owner.get(f"/jobs/{job}")).status_code == 200


async def test_openais_client_takes_a_key(
    gateway: Gateway, owner: Person, recogniser: Recogniser
) -> None:
    key = await key_of(owner)
    async with openai.AsyncOpenAI(api_key=key["secret"], base_url=f"{gateway.url}/v1") as client:
        found = await client.audio.transcriptions.create(
            model="whisper-1", file=("a.wav", CLIP, "audio/wav")
        )
    assert found.text == "안녕하세요"


async def test_a_key_does_what_its_scopes_say(gateway: Gateway, owner: Person) -> None:
    mine = (await owner.http.post("/jobs", files={"file": CLIP})).json()["job_id"]
    async with with_key(gateway, await key_of(owner, READ)) as reader:
        assert (await reader.get(f"/jobs/{mine}")).status_code == 200
        refused = [
            await reader.post("/jobs", files={"file": CLIP}),
            await reader.post(f"/jobs/{mine}/cancel"),
            await reader.delete(f"/jobs/{mine}"),
        ]
    async with with_key(gateway, await key_of(owner, WRITE)) as writer:
        assert (await writer.post("/jobs", files={"file": CLIP})).status_code == 202
        refused += [await writer.get("/jobs"), await writer.get(f"/jobs/{mine}/result")]
        assert (await writer.delete(f"/jobs/{mine}")).status_code == 204

    assert {(each.status_code, each.json()["code"]) for each in refused} == {(403, "SCOPE_MISSING")}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/rooms"),
        ("POST", "/keys"),
        ("GET", "/keys"),
        ("GET", "/admin/jobs"),
    ],
)
async def test_a_key_opens_nothing_but_recordings(
    gateway: Gateway, owner: Person, method: str, path: str
) -> None:
    async with with_key(gateway, await key_of(owner)) as system:
        answer = await system.request(method, path, json={"name": "another"})
    assert answer.status_code in {401, 404}


async def test_a_revoked_key_opens_nothing(gateway: Gateway, owner: Person) -> None:
    key = await key_of(owner)
    async with with_key(gateway, key) as system:
        assert (await system.get("/jobs")).status_code == 200
        assert (await owner.http.delete(f"/keys/{key['key']['id']}")).status_code == 204
        answer = await system.get("/jobs")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert (await owner.get("/keys")).json() == {"keys": []}


async def test_a_list_tells_keys_apart_and_no_secret(
    gateway: Gateway, owner: Person, database: Database
) -> None:
    used, unused = await key_of(owner), await key_of(owner)
    async with with_key(gateway, used) as system:
        await system.get("/jobs")

    answer = await owner.get("/keys")
    listed = {each["id"]: each for each in answer.json()["keys"]}

    assert listed[used["key"]["id"]]["last_used_at"] is not None
    assert listed[unused["key"]["id"]]["last_used_at"] is None
    assert used["secret"].startswith(listed[used["key"]["id"]]["begins"])
    assert used["secret"] not in answer.text
    async with database.transaction() as transaction:
        stored = await transaction.session.get_one(ApiKey, used["key"]["id"])
    assert used["secret"] not in str(vars(stored))


async def test_a_key_belongs_to_its_owner(gateway: Gateway, owner: Person) -> None:
    key = await key_of(owner)
    stranger = await Person.sign_up(gateway.url)
    answer = await stranger.http.delete(f"/keys/{key['key']['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert (await stranger.get("/keys")).json() == {"keys": []}


async def test_an_account_has_so_many_keys_and_none_more_even_at_once(owner: Person) -> None:
    for _ in range(45):
        await key_of(owner)
    answers = await asyncio.gather(*(owner.post("/keys", {"name": "x"}) for _ in range(10)))
    codes = sorted(each.status_code for each in answers)
    assert codes == [201] * 5 + [409] * 5
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"TOO_MANY_KEYS"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\u0000b"},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
    ],
)
async def test_a_malformed_key_is_refused(owner: Person, body: dict[str, Any]) -> None:
    assert (await owner.post("/keys", body)).status_code == 422


@pytest.mark.parametrize("secret", ["malmoi_", "malmoi_" + "x" * 43, "malmoi_" + "x" * 10_000])
async def test_a_guess_opens_nothing(gateway: Gateway, secret: str) -> None:
    async with with_key(gateway, {"secret": secret}) as guesser:
        assert (await guesser.get("/jobs")).status_code == 401
