"""Callbacks over HTTP: asked for, seen, replayed, and signed by secrets that are told once."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks.webhooks import Webhook

from malmoi.persistence.callback_secrets import live_secrets
from malmoi.persistence.database import Database
from malmoi.web.outbound import Outbound
from result_handler.adapters.callback_sender import CallbackSender
from result_handler.callbacks import Callbacks
from result_handler.settings import CallbackSettings
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.people import CLIP, Person
from tests.integration.web.receiver import Receiver, answer


@pytest.fixture
async def owner(gateway: Gateway) -> Person:
    return await Person.sign_up(gateway.url)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().listening() as listening:
        yield listening


@pytest.fixture
async def deliverer(database: Database, gateway: Gateway) -> Callbacks:
    """With the key that the gateway makes secrets of."""
    settings = CallbackSettings(callback_secret_key=gateway.state.settings.callback_secret_key)
    outbound = Outbound((ip_network("127.0.0.0/8"),))
    sender = CallbackSender(outbound, gateway.state.webhook_secrets, settings.callback_timeout_s)
    return Callbacks(settings, database, sender)


async def cancelled_job(owner: Person, url: str, **fields: str) -> str:
    """A job that has come to its end without any worker."""
    answered = await owner.http.post(
        "/jobs", files={"file": CLIP}, data={"callback_url": url, **fields}
    )
    assert answered.status_code == 202, answered.text
    job_id: str = answered.json()["job_id"]
    assert (await owner.post(f"/jobs/{job_id}/cancel")).status_code == 200
    return job_id


async def seen(person: Person, job_id: str) -> dict[str, Any]:
    answered = await person.get(f"/jobs/{job_id}/callbacks")
    assert answered.status_code == 200, answered.text
    told: dict[str, Any] = answered.json()
    return told


async def test_a_callback_is_signed_with_the_secret_that_was_told(
    owner: Person, receiver: Receiver, deliverer: Callbacks
) -> None:
    secret = (await owner.post("/callback-secret")).json()["secret"]
    job_id = await cancelled_job(owner, receiver.url("/hook"))

    await deliverer.deliver_due()

    [got] = receiver.received
    body = Webhook(secret).verify(got.body, got.headers)
    assert (body["type"], body["data"]["job_id"]) == ("job.cancelled", job_id)
    told = await seen(owner, job_id)
    assert (told["url"], told["refused_at"]) == (receiver.url("/hook"), None)
    assert told["events"] == ["completed", "failed", "cancelled"]
    [delivery] = told["deliveries"]
    assert delivery["id"] == got.headers["webhook-id"]
    assert (delivery["type"], delivery["state"]) == ("job.cancelled", "delivered")
    assert delivery["next_attempt_at"] is None
    assert [(each["status"], each["outcome"]) for each in delivery["attempts"]] == [
        (204, "delivered")
    ]


async def test_an_attempt_that_failed_is_seen_and_replayed(
    owner: Person, receiver: Receiver, deliverer: Callbacks
) -> None:
    receiver.behave = answer(500)
    job_id = await cancelled_job(owner, receiver.url())
    await deliverer.deliver_due()
    [delivery] = (await seen(owner, job_id))["deliveries"]
    assert delivery["next_attempt_at"] is not None
    receiver.behave = answer(200)

    again = await owner.post(f"/jobs/{job_id}/callbacks/{delivery['id']}/replay")
    await deliverer.deliver_due()

    assert (again.status_code, again.json()["state"]) == (202, "pending")
    [delivery] = (await seen(owner, job_id))["deliveries"]
    assert [each["status"] for each in delivery["attempts"]] == [500, 200]


async def test_events_are_chosen_by_a_list(owner: Person, receiver: Receiver) -> None:
    job_id = await cancelled_job(owner, receiver.url(), callback_events="progress, completed")

    told = await seen(owner, job_id)

    assert (told["events"], told["deliveries"]) == (["progress", "completed"], [])


async def test_a_job_that_nobody_hears_of(owner: Person) -> None:
    job_id = (await owner.http.post("/jobs", files={"file": CLIP})).json()["job_id"]

    assert await seen(owner, job_id) == {
        "url": None,
        "events": [],
        "refused_at": None,
        "deliveries": [],
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"callback_url": "ftp://example.com/"},
        {"callback_url": "http://user:secret@example.com/"},
        {"callback_url": "http://0x7f.1/"},
        {"callback_url": "http://example.com:22/"},
        {"callback_url": "example.com"},
        {"callback_url": "http://example.com/" + "x" * 3000},
        {"callback_url": "http://example.com/\x00"},
        {"callback_url": "http://example.com/", "callback_events": "everything"},
        {"callback_url": "http://example.com/", "callback_events": ","},
    ],
)
async def test_what_is_no_callback_is_refused_at_once(
    owner: Person, fields: dict[str, str]
) -> None:
    answered = await owner.http.post("/jobs", files={"file": CLIP}, data=fields)

    assert (answered.status_code, answered.json()["code"]) == (422, "MALFORMED_REQUEST")
    where = {tuple(each["loc"][:2]) for each in answered.json()["errors"]}
    assert where == {("body", "callback_events" if "callback_events" in fields else "callback_url")}


async def test_another_receiver_is_another_request(owner: Person) -> None:
    async def hand_in(**fields: str) -> int:
        headers = {"Idempotency-Key": "one"}
        answered = await owner.http.post(
            "/jobs", files={"file": CLIP}, data=fields, headers=headers
        )
        return answered.status_code

    assert await hand_in(callback_url="https://example.com/a") == 202
    assert await hand_in(callback_url="https://example.com/a") == 202
    assert await hand_in(callback_url="https://example.com/b") == 409
    assert await hand_in() == 409


async def test_to_others_there_is_nothing(
    gateway: Gateway, owner: Person, admin: Person, receiver: Receiver, deliverer: Callbacks
) -> None:
    job_id = await cancelled_job(owner, receiver.url())
    [delivery] = (await seen(owner, job_id))["deliveries"]
    of_other = await cancelled_job(owner, receiver.url())
    stranger = await Person.sign_up(gateway.url)
    replay = f"jobs/{job_id}/callbacks/{delivery['id']}/replay"

    refused = [
        await stranger.get(f"/jobs/{job_id}/callbacks"),
        await stranger.post(f"/{replay}"),
        await stranger.get(f"/admin/jobs/{job_id}/callbacks"),
        await stranger.post(f"/admin/{replay}"),
        await owner.get(f"/admin/jobs/{job_id}/callbacks"),
        await owner.post(f"/jobs/{of_other}/callbacks/{delivery['id']}/replay"),
        await owner.post(f"/jobs/{job_id}/callbacks/{uuid4()}/replay"),
        await admin.get(f"/admin/jobs/{uuid4()}/callbacks"),
    ]

    assert {each.status_code for each in refused} == {404}
    assert (await admin.get(f"/admin/jobs/{job_id}/callbacks")).json() == await seen(owner, job_id)
    assert (await admin.post(f"/admin/{replay}")).status_code == 202


async def test_a_secret_is_told_once_and_replaced_with_an_overlap(
    gateway: Gateway, owner: Person
) -> None:
    assert (await owner.get("/callback-secret")).json() == {"secrets": []}
    first = (await owner.post("/callback-secret")).json()
    second = (await owner.post("/callback-secret")).json()

    listed = await owner.get("/callback-secret")

    assert first["secret"] != second["secret"]
    assert listed.json()["secrets"] == second["secrets"]
    new, old = listed.json()["secrets"]
    assert (new["ends_at"], old["id"]) == (None, first["secrets"][0]["id"])
    assert old["ends_at"] is not None
    assert second["secret"] not in listed.text
    stranger = await Person.sign_up(gateway.url)
    assert (await stranger.get("/callback-secret")).json() == {"secrets": []}


async def test_a_key_makes_no_secret(gateway: Gateway, owner: Person) -> None:
    key = (await owner.post("/keys", {"name": "server"})).json()["secret"]
    owner.http.headers["Authorization"] = f"Bearer {key}"

    assert (await owner.post("/callback-secret")).status_code == 401


async def test_the_database_alone_signs_nothing(owner: Person, database: Database) -> None:
    secret = (await owner.post("/callback-secret")).json()["secret"]

    async with database.reading() as session:
        [stored] = await live_secrets(session, owner.id)

    assert secret.removeprefix("whsec_") not in str(vars(stored))
