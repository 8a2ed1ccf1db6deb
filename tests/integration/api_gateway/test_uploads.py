"""Large recordings go to the object store part by part, through nginx and past the gateway."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from api_gateway.usecases import upload_directly
from local_cluster.servers.nginx import Nginx, Upstreams
from malmoi.object_store.keys import upload_key
from malmoi.object_store.multipart import Multipart
from malmoi.object_store.store import ObjectMissing
from malmoi.persistence.database import Database
from tests.fixtures.servers import Servers
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import Person
from tests.integration.api_gateway.senders import PART, SIZE, LargeFile, content

MAX = 64 * 1024**2


@pytest.fixture(scope="module")
async def gateway(start_gateway: StartGateway) -> Gateway:
    return await start_gateway(max_recording_size=MAX)


@pytest.fixture(scope="module")
async def nginx(servers: Servers, gateway: Gateway) -> AsyncIterator[Nginx]:
    if servers.embedded is None:
        pytest.skip("needs the embedded servers: nginx must reach them")
    port = int(gateway.url.rpartition(":")[2])
    upstreams = Upstreams([port], servers.embedded.s3.port, "malmoi", 4096)
    nginx = Nginx(servers.embedded.home, upstreams)
    await nginx.start()
    yield nginx
    await nginx.stop()


@pytest.fixture
async def sender(nginx: Nginx) -> Person:
    """Knows nothing but the address of nginx."""
    person = await Person.sign_up(f"{nginx.url}/api")
    person.http.base_url = httpx.URL(f"{nginx.url}/api")
    return person


async def test_a_file_arrives_in_parts_whose_bytes_never_pass_the_gateway(
    gateway: Gateway, nginx: Nginx, sender: Person
) -> None:
    file = await LargeFile.begun(sender, content())

    assert (file.told["state"], file.told["part_size"], file.told["part_count"]) == (
        "open",
        PART,
        3,
    )
    assert [each["size"] for each in file.told["missing"]] == [PART, PART, 1000]
    assert all(each["url"].startswith(f"{nginx.url}/malmoi/") for each in file.told["missing"])
    # nginx lets no body of this size through to the gateway.
    await file.send()
    told = (await file.complete()).json()

    assert (told["state"], told["arrived"], told["missing"]) == ("completed", [1, 2, 3], [])
    assert told["file_name"] == "긴 회의.flac"
    assert await gateway.state.store.read(upload_key(file.id)) == file.data
    assert (await gateway.state.store.stat(upload_key(file.id))).content_type == "audio/flac"


async def test_what_was_cut_off_goes_on_with_the_missing_parts(sender: Person) -> None:
    file = await LargeFile.begun(sender, content())
    await file.send([2])

    told = await file.look()

    assert told["arrived"] == [2]
    assert [each["number"] for each in told["missing"]] == [1, 3]
    await file.send()
    assert (await file.look())["missing_count"] == 0
    assert (await file.complete()).status_code == 200


async def test_urls_come_a_page_at_a_time(sender: Person) -> None:
    file = await LargeFile.begun(sender, content())

    first = await file.look(limit=2)
    second = await file.look(limit=2, after=first["missing"][-1]["number"])

    assert [each["number"] for each in first["missing"]] == [1, 2]
    assert [each["number"] for each in second["missing"]] == [3]
    assert first["missing_count"] == second["missing_count"] == 3


async def test_a_part_of_another_size_counts_as_missing(sender: Person) -> None:
    file = await LargeFile.begun(sender, content())
    await file.send([1, 2])
    url = file.told["missing"][2]["url"]
    async with httpx.AsyncClient() as client:
        assert (await client.put(url, content=b"x" * 1001)).status_code == 200

    assert [each["number"] for each in (await file.look())["missing"]] == [3]
    refused = await file.complete()
    assert (refused.status_code, refused.json()["code"]) == (409, "UPLOAD_INCOMPLETE")
    assert refused.json()["detail"].endswith(": 3")

    await file.send()
    assert (await file.complete()).status_code == 200


async def test_nothing_is_complete_before_every_part_is_there(sender: Person) -> None:
    file = await LargeFile.begun(sender, content())

    assert (await file.complete()).json()["code"] == "UPLOAD_INCOMPLETE"
    assert (await file.look())["state"] == "open"


async def test_completing_is_the_same_however_often_it_is_asked_for(sender: Person) -> None:
    file = await LargeFile.begun(sender, content())
    await file.send()

    answers = await asyncio.gather(*(file.complete() for _ in range(5)))
    answers.append(await file.complete())

    assert {each.status_code for each in answers} == {200}
    assert {each.json()["state"] for each in answers} == {"completed"}


async def test_its_parts_are_put_together_by_one_at_a_time(
    sender: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    joining, complete = [], Multipart.complete

    async def slowly(multipart: Multipart, key: str, *which: Any) -> None:
        joining.append(key)
        await asyncio.sleep(0.1)
        assert joining == [key]
        await complete(multipart, key, *which)
        joining.remove(key)

    monkeypatch.setattr(Multipart, "complete", slowly)
    file = await LargeFile.begun(sender, content())
    await file.send()

    answers = await asyncio.gather(*(file.complete() for _ in range(5)))

    assert {each.status_code for each in answers} == {200}


async def test_an_object_that_lacks_something_is_not_taken_for_whole(
    gateway: Gateway, sender: Person
) -> None:
    file = await LargeFile.begun(sender, content())
    await file.send()
    office = gateway.state.uploads
    upload = await office._own(file.id, sender.id)
    key, parts = upload_key(upload.id), await office._parts(upload)
    await office.multipart.complete(key, upload.multipart_id, parts[:1])

    told = await file.complete()

    assert (told.status_code, told.json()["code"]) == (409, "UPLOAD_INCOMPLETE")
    assert (await sender.http.delete(file.path)).status_code == 204


async def test_what_was_completed_before_the_gateway_died_is_complete(
    gateway: Gateway, sender: Person
) -> None:
    file = await LargeFile.begun(sender, content())
    await file.send()
    office = gateway.state.uploads
    upload = await office._own(file.id, sender.id)
    await office._join(upload)

    assert (await file.look())["state"] == "open"
    assert (await file.complete()).json()["state"] == "completed"


async def test_what_was_aborted_is_gone(gateway: Gateway, sender: Person) -> None:
    begun, whole = await LargeFile.begun(sender, content()), await LargeFile.completed(sender)
    await begun.send([1])

    for file in (begun, whole):
        assert (await sender.http.delete(file.path)).status_code == 204
        assert (await sender.get(file.path)).status_code == 404
        assert (await sender.http.delete(file.path)).status_code == 404
    with pytest.raises(ObjectMissing):
        await gateway.state.store.stat(upload_key(whole.id))
    async with httpx.AsyncClient() as client:
        late = await client.put(begun.told["missing"][1]["url"], content=b"x")
    assert late.status_code == 404


async def test_an_upload_does_not_exist_for_anybody_else(nginx: Nginx, sender: Person) -> None:
    file = await LargeFile.begun(sender, content())
    other = await Person.sign_up(f"{nginx.url}/api")

    answers = [
        await other.get(file.path),
        await other.post(f"{file.path}/complete"),
        await other.http.delete(file.path),
        await other.get(f"/uploads/{uuid4()}"),
    ]

    assert [each.status_code for each in answers] == [404] * 4
    assert (await file.look())["state"] == "open"


async def test_an_upload_ends_when_nobody_goes_on_with_it(
    database: Database, sender: Person
) -> None:
    file = await LargeFile.begun(sender, content())
    ends = file.told["expires_at"]
    assert (await file.look())["expires_at"] > ends

    async with database.transaction() as transaction:
        passes = text("UPDATE uploads SET expires_at = now() WHERE id = :id")
        await transaction.session.execute(passes, {"id": file.id})

    assert (await sender.get(file.path)).status_code == 404
    assert (await file.complete()).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"size": MAX + 1}, 413, "AUDIO_TOO_LARGE"),
        ({"size": 0}, 422, "AUDIO_EMPTY"),
        ({"size": -1}, 422, "MALFORMED_REQUEST"),
        ({"size": 2**80}, 413, "AUDIO_TOO_LARGE"),
        ({"size": 1.5}, 422, "MALFORMED_REQUEST"),
        ({"file_name": ""}, 422, "MALFORMED_REQUEST"),
        ({"file_name": "a\0b"}, 422, "MALFORMED_REQUEST"),
        ({"content_type": "audio/flac\r\nX-Evil: 1"}, 422, "MALFORMED_REQUEST"),
        ({"content_type": "소리/소리"}, 422, "MALFORMED_REQUEST"),
    ],
)
async def test_what_cannot_be_uploaded_is_refused_at_once(
    sender: Person, body: dict[str, object], status: int, code: str
) -> None:
    answer = await sender.post("/uploads", {"file_name": "a.flac", "size": 10, **body})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_account_begins_only_so_many(
    sender: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_directly, "_OPEN_MAX", 2)
    files = [await LargeFile.begun(sender, b"x") for _ in range(2)]

    refused = await sender.post("/uploads", {"file_name": "a", "size": 1})

    assert (refused.status_code, refused.json()["code"]) == (409, "TOO_MANY_UPLOADS")
    await sender.http.delete(files[0].path)
    assert (await sender.post("/uploads", {"file_name": "a", "size": 1})).status_code == 201


@pytest.mark.parametrize("host", ["a b", "host/path", 'x"y', "évil"])
async def test_no_url_is_made_for_a_host_that_is_none(gateway: Gateway, host: str) -> None:
    """Straight to the gateway: nginx refuses most of them by itself."""
    person = await Person.sign_up(gateway.url)
    body = {"file_name": "a", "size": 1}

    answer = await person.http.post("/uploads", json=body, headers={"Host": host.encode()})

    assert answer.status_code in {400, 422}


async def test_urls_lead_to_the_public_address_where_one_is_set(
    start_gateway: StartGateway,
) -> None:
    gateway = await start_gateway(public_url="https://stt.example.org")
    person = await Person.sign_up(gateway.url)

    file = await LargeFile.begun(person, b"x" * SIZE)

    assert {each["url"].partition("/malmoi/")[0] for each in file.told["missing"]} == {
        "https://stt.example.org"
    }


async def test_a_key_needs_the_scope_and_nobody_goes_unknown(gateway: Gateway) -> None:
    person = await Person.sign_up(gateway.url)
    made = await person.post("/keys", {"name": "reads", "scopes": ["recordings:read"]})
    secret = made.json()["secret"]
    body = {"file_name": "a", "size": 1}
    async with httpx.AsyncClient(base_url=gateway.url) as client:
        reads = await client.post(
            "/uploads", json=body, headers={"Authorization": f"Bearer {secret}"}
        )
        nobody = await client.post("/uploads", json=body)

    assert (reads.status_code, reads.json()["code"]) == (403, "SCOPE_MISSING")
    assert nobody.status_code == 401
