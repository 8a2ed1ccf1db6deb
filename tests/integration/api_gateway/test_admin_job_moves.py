"""The console acts on jobs: does them again, cancels, deletes."""

import asyncio
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select

from malmoi.live.cancel_flags import Attempt, is_cancelled
from malmoi.object_store.keys import audio_key
from malmoi.object_store.store import ObjectMissing
from malmoi.persistence.counts import conservation
from malmoi.persistence.database import Database
from malmoi.persistence.tables import LedgerLine, RoomMessage
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.operators import Pipeline, failed, handed_in, said
from tests.integration.api_gateway.people import CLIP, Person
from tests.integration.api_gateway.recogniser import Recogniser


async def test_a_retry_ends_in_the_message_that_had_failed(
    admin: Person,
    speaking: tuple[Person, str],
    recogniser: Recogniser,
    database: Database,
) -> None:
    anna, room_id = speaking
    key = uuid4().hex
    job_id = await failed(speaking, recogniser, **{"Idempotency-Key": key})
    message_id = (await admin.get(f"/admin/jobs/{job_id}")).json()["message_id"]

    async with anna.listening(room_id) as room:
        retried = await admin.post(f"/admin/jobs/{job_id}/retry")
        again = await room.next("message.updated")
        created = await room.next("message.created")

    assert retried.status_code == 200, retried.text
    new_id = retried.json()["job_id"]
    assert again["payload"]["status"] == "pending"
    for frame in (again, created):
        assert frame["payload"]["message_id"] == message_id
        assert frame["payload"]["job_id"] == new_id
    old, new = [(await admin.get(f"/admin/jobs/{each}")).json() for each in (job_id, new_id)]
    assert (old["job"]["state"], old["job"]["retried_as"]) == ("failed", new_id)
    assert (new["job"]["state"], new["job"]["retry_of"]) == ("completed", job_id)
    assert (await admin.get(f"/admin/jobs/{new_id}/audio")).content == CLIP
    same = await anna.say(room_id, headers={"Idempotency-Key": key})
    assert same.json()["job_id"] == new_id
    async with database.transaction() as transaction:
        assert (await conservation(transaction.session)).missing == 0


async def test_of_ten_simultaneous_retries_one_succeeds(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser, database: Database
) -> None:
    job_id = await failed(speaking, recogniser)

    answers = await asyncio.gather(*(admin.post(f"/admin/jobs/{job_id}/retry") for _ in range(10)))

    assert sorted(each.status_code for each in answers) == [200] + [409] * 9
    async with database.transaction() as transaction:
        assert (await conservation(transaction.session)).missing == 0


async def test_what_did_not_fail_is_not_tried_again(
    admin: Person, speaking: tuple[Person, str]
) -> None:
    refused = await admin.post(f"/admin/jobs/{await said(speaking)}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "WRONG_STATE")
    assert (await admin.post(f"/admin/jobs/{uuid4()}/retry")).status_code == 404


async def test_a_cancelled_job_ends_everywhere(
    admin: Person,
    speaking: tuple[Person, str],
    recogniser: Recogniser,
    pipeline: Pipeline,
    redis: Redis,
) -> None:
    anna, room_id = speaking
    recogniser.paused = True
    async with anna.listening(room_id) as room:
        waiting = asyncio.create_task(anna.say(room_id))
        job_id = (await room.next("message.pending"))["payload"]["job_id"]
        await pipeline.start(job_id)
        page = await admin.post(f"/admin/jobs/{job_id}/cancel")
        told = await room.next("message.failed")
        refused = await waiting

    assert page.json()["job"]["state"] == "cancelled"
    assert [each["state"] for each in page.json()["tasks"]] == ["cancelled"]
    assert told["payload"]["code"] == "CANCELLED"
    assert (refused.status_code, refused.json()["code"]) == (409, "CANCELLED")
    task = await pipeline.task_of(job_id)
    assert await is_cancelled(redis, Attempt(task.id, task.attempt))
    assert (await admin.post(f"/admin/jobs/{job_id}/cancel")).status_code == 200


async def test_a_cancelled_job_can_be_tried_again(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser
) -> None:
    anna, room_id = speaking
    recogniser.paused = True
    job_id = await handed_in(speaking)
    await admin.post(f"/admin/jobs/{job_id}/cancel")

    async with anna.listening(room_id) as room:
        assert (await admin.post(f"/admin/jobs/{job_id}/retry")).status_code == 200
        recogniser.paused = False
        created = await room.next("message.created")

    assert created["payload"]["text"] == recogniser.text


async def test_a_late_result_of_the_old_job_changes_nothing_of_the_retried_one(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser, database: Database
) -> None:
    anna, room_id = speaking
    recogniser.paused = True
    job_id = await handed_in(speaking)
    await admin.post(f"/admin/jobs/{job_id}/cancel")

    retried, *_ = await asyncio.gather(
        admin.post(f"/admin/jobs/{job_id}/retry"),
        *(recogniser.answer_running(job_id) for _ in range(5)),
    )

    new_id = retried.json()["job_id"]
    old, new = [(await admin.get(f"/admin/jobs/{each}")).json() for each in (job_id, new_id)]
    assert (old["job"]["state"], old["transcript"]) == ("cancelled", None)
    assert (new["job"]["state"], new["transcript"]) == ("queued", None)
    recogniser.paused = False
    async with anna.listening(room_id, after=0) as room:
        created = await room.next("message.created")
    assert created["payload"]["job_id"] == new_id
    async with database.transaction() as transaction:
        assert (await conservation(transaction.session)).missing == 0


async def test_what_has_ended_cannot_be_cancelled(
    admin: Person, speaking: tuple[Person, str]
) -> None:
    refused = await admin.post(f"/admin/jobs/{await said(speaking)}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "WRONG_STATE")


async def test_a_deleted_job_leaves_its_ledger_lines_and_its_message(
    admin: Person, speaking: tuple[Person, str], gateway: Gateway, database: Database
) -> None:
    job_id = await said(speaking)
    message_id = (await admin.get(f"/admin/jobs/{job_id}")).json()["message_id"]

    assert (await admin.http.delete(f"/admin/jobs/{job_id}")).status_code == 204

    assert (await admin.get(f"/admin/jobs/{job_id}")).status_code == 404
    with pytest.raises(ObjectMissing):
        await gateway.state.store.stat(audio_key(UUID(job_id)))
    async with database.transaction() as transaction:
        session = transaction.session
        lines = select(func.count()).where(LedgerLine.job_id == UUID(job_id))
        assert await session.scalar(lines) == 2
        assert (await conservation(session)).missing == 0
        message = await session.get(RoomMessage, UUID(message_id))
    assert message is not None
    assert message.status == "final"


async def test_an_open_job_is_cancelled_before_it_is_deleted(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser, database: Database
) -> None:
    anna, room_id = speaking
    recogniser.paused = True
    job_id = await handed_in(speaking)

    async with anna.listening(room_id) as room:
        assert (await admin.http.delete(f"/admin/jobs/{job_id}")).status_code == 204
        assert (await room.next("message.failed"))["payload"]["code"] == "CANCELLED"

    async with database.transaction() as transaction:
        assert (await conservation(transaction.session)).missing == 0
