"""The console's workers, dead letters and health."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, update

from malmoi.contracts.jobs import Engine
from malmoi.contracts.messages import TaskFailed
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.workers import WorkerSeen
from malmoi.live.services import LiveProcess, forget_service, live_processes, note_service
from malmoi.persistence.database import Database
from malmoi.persistence.rooms import lock_room
from malmoi.persistence.sign_videos import NewSignVideo, accept_sign
from malmoi.persistence.tables import DeadLetterRow, OutboxRow, SignVideo, WorkerRow
from malmoi.persistence.tasks import lock_task
from malmoi.persistence.workers import note_worker
from result_handler.usecases.fail_task import fail_task
from tests.fixtures.servers import Servers
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.operators import Pipeline, operator
from tests.integration.api_gateway.people import Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser
from tests.integration.conftest import Rooms


async def buried_job(gateway: Gateway, database: Database, pipeline: Pipeline) -> str:
    """A job that was given up by our own fault."""
    anna, _, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    answer = await anna.say(room_id, headers={"Prefer": "respond-async"})
    job_id: str = answer.json()["job_id"]
    failed = TaskFailed(
        **await pipeline.about(job_id),
        code=TaskErrorCode.ENGINE_CRASHED,
        detail="it crashed",
        retryable=True,
    )
    async with database.transaction() as transaction:
        held = await lock_task(transaction, failed.task_id)
        await fail_task(transaction, held, failed, max_failures=1)
    return job_id


async def letter_of(admin: Person, job_id: str) -> dict[str, str] | None:
    letters = (await admin.get("/admin/dead-letters", limit=100)).json()["letters"]
    return next((each for each in letters if each["job_id"] == job_id), None)


async def unreadable(database: Database) -> UUID:
    row = DeadLetterRow(
        id=uuid4(), source_topic="stt.results", reason="unreadable", payload='{"half": "a rep'
    )
    async with database.transaction() as transaction:
        transaction.session.add(row)
    return row.id


async def test_a_buried_job_is_requeued_as_a_new_one(
    admin: Person, gateway: Gateway, database: Database, pipeline: Pipeline, recogniser: Recogniser
) -> None:
    recogniser.paused = True
    job_id = await buried_job(gateway, database, pipeline)
    letter = await letter_of(admin, job_id)
    assert letter is not None
    assert letter["reason"] == "ENGINE_CRASHED: it crashed"
    recogniser.paused = False

    requeued = await admin.post(f"/admin/dead-letters/{letter['id']}/requeue")

    new_id = requeued.json()["job_id"]
    async with asyncio.timeout(10):
        while (await admin.get(f"/admin/jobs/{new_id}")).json()["job"]["state"] != "completed":
            await asyncio.sleep(0.05)
    assert await letter_of(admin, job_id) is None
    again = await admin.post(f"/admin/dead-letters/{letter['id']}/requeue")
    assert (again.status_code, again.json()["code"]) == (409, "WRONG_STATE")


async def test_an_unreadable_message_is_sent_again_as_it_was(
    admin: Person, database: Database
) -> None:
    letter_id = await unreadable(database)

    requeued = await admin.post(f"/admin/dead-letters/{letter_id}/requeue")

    assert requeued.json() == {"job_id": None}
    async with database.transaction() as transaction:
        row = await transaction.session.scalar(
            select(OutboxRow).where(OutboxRow.key == str(letter_id))
        )
    assert row is not None
    assert (row.topic, row.value) == ("stt.results", b'{"half": "a rep')


async def test_of_ten_simultaneous_requeues_of_a_job_one_succeeds(
    admin: Person, gateway: Gateway, database: Database, pipeline: Pipeline
) -> None:
    job_id = await buried_job(gateway, database, pipeline)
    letter = await letter_of(admin, job_id)
    assert letter is not None

    path = f"/admin/dead-letters/{letter['id']}/requeue"
    answers = await asyncio.gather(*(admin.post(path) for _ in range(10)))

    assert sorted(each.status_code for each in answers) == [200] + [409] * 9


async def test_of_ten_simultaneous_requeues_of_a_message_one_is_sent(
    admin: Person, database: Database
) -> None:
    letter_id = await unreadable(database)

    path = f"/admin/dead-letters/{letter_id}/requeue"
    answers = await asyncio.gather(*(admin.post(path) for _ in range(10)))

    assert sorted(each.status_code for each in answers) == [200] + [409] * 9
    async with database.transaction() as transaction:
        rows = await transaction.session.scalars(
            select(OutboxRow).where(OutboxRow.key == str(letter_id))
        )
        assert len(rows.all()) == 1


async def test_a_discarded_letter_is_seen_no_more(admin: Person, database: Database) -> None:
    path = f"/admin/dead-letters/{await unreadable(database)}/discard"

    answers = await asyncio.gather(*(admin.post(path) for _ in range(5)))

    assert sorted(each.status_code for each in answers) == [204] + [409] * 4
    assert (await admin.post(f"/admin/dead-letters/{uuid4()}/discard")).status_code == 404


async def test_letters_are_paged(admin: Person, database: Database) -> None:
    wanted = {str(await unreadable(database)) for _ in range(5)}

    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await admin.get("/admin/dead-letters", limit=2, **cursor)).json()
        seen += [each["id"] for each in page["letters"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert len(seen) == len(set(seen))
    assert wanted <= set(seen)


async def noted(database: Database, *tasks: UUID) -> str:
    """The name of a worker that was just heard of."""
    seen = WorkerSeen(
        worker_id=f"w-{uuid4().hex}",
        engine=Engine.WHISPER,
        model="base",
        device="cuda",
        slots=2,
        task_ids=tasks,
        partitions={"stt.requests.whisper.batch/0": 12},
        real_time_factor=0.08,
        started_at=datetime.now(UTC),
    )
    async with database.transaction() as transaction:
        await note_worker(transaction, seen)
    return seen.worker_id


async def all_fall_silent(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(WorkerRow).values(seen_at=datetime.now(UTC) - timedelta(minutes=2))
        )


async def test_a_worker_is_shown_as_it_described_itself(admin: Person, database: Database) -> None:
    task_id = uuid4()
    worker_id = await noted(database, task_id)

    async def shown() -> dict[str, object]:
        workers = (await admin.get("/admin/workers")).json()
        return next(each for each in workers if each["id"] == worker_id)

    worker = await shown()
    assert worker["tasks"] == [str(task_id)]
    assert worker["partitions"] == {"stt.requests.whisper.batch/0": 12}
    assert (worker["device"], worker["slots"], worker["real_time_factor"]) == ("cuda", 2, 0.08)
    assert worker["alive"] is True

    await all_fall_silent(database)
    assert (await shown())["alive"] is False


async def test_a_silent_worker_is_a_fault_unless_another_lives(
    admin: Person, database: Database
) -> None:
    async def workers() -> dict[str, bool]:
        services = (await admin.get("/admin/health")).json()["services"]
        return {each["instance"]: each["ok"] for each in services if "worker" in each["name"]}

    killed = await noted(database)
    await all_fall_silent(database)
    assert (await workers())[killed] is False

    in_its_place = await noted(database)
    assert await workers() == {in_its_place: True}


async def test_health_names_every_part(
    start_gateway: StartGateway, database: Database, redis: Redis
) -> None:
    for process in await live_processes(redis):  # of tests that ran moments ago
        await forget_service(redis, process)
    gateway = await start_gateway(grafana_url="https://grafana.example.org")
    admin = await operator(gateway.url, database)

    async with asyncio.timeout(10):
        while True:
            health = (await admin.get("/admin/health")).json()
            if any(each["name"] == "api_gateway" and each["ok"] for each in health["services"]):
                break
            await asyncio.sleep(0.1)

    assert {each["name"]: each["ok"] for each in health["servers"]} == {
        "postgresql": True,
        "redis": True,
        "object store": True,
        "kafka": True,
    }
    services = {each["name"]: each for each in health["services"]}
    assert services["api_gateway"]["instance"]
    assert services["result_handler"]["ok"] is False  # none runs in this test
    assert services["sign_service"]["detail"] == "no replica was heard of"
    assert "stt_worker_whisper" in services
    assert health["grafana_url"] == "https://grafana.example.org"


async def sign_services(admin: Person) -> dict[str | None, dict[str, object]]:
    services = (await admin.get("/admin/health")).json()["services"]
    return {each["instance"]: each for each in services if each["name"] == "sign_service"}


async def test_a_sign_service_that_lives_is_well_until_videos_wait_for_long(
    admin: Person, database: Database, redis: Redis, rooms: Rooms
) -> None:
    await note_service(redis, LiveProcess("sign_service", "sign-1"))
    assert (await sign_services(admin))["sign-1"]["ok"] is True

    await waiting_sign(database, rooms, since_s=60)
    told = (await sign_services(admin))["sign-1"]
    assert told["ok"] is True
    assert str(told["detail"]).startswith("1 videos wait")

    await waiting_sign(database, rooms, since_s=600)
    assert (await sign_services(admin))["sign-1"]["ok"] is False

    await forget_service(redis, LiveProcess("sign_service", "sign-1"))
    assert [each["ok"] for each in (await sign_services(admin)).values()] == [False]


async def waiting_sign(database: Database, rooms: Rooms, *, since_s: float) -> None:
    user_id, room_id = await rooms.room()
    new = NewSignVideo(
        message_id=uuid4(),
        room_id=room_id,
        owner_user_id=user_id,
        video_key="sign/none",
        video_bytes=1,
        content_type="video/mp4",
        trace_id=uuid4().hex,
    )
    async with database.transaction() as transaction:
        room = await lock_room(transaction, room_id)
        assert room is not None
        await accept_sign(transaction, new, room)
    async with database.transaction() as transaction:
        handed_in = datetime.now(UTC) - timedelta(seconds=since_s)
        await transaction.session.execute(
            update(SignVideo)
            .where(SignVideo.message_id == new.message_id)
            .values(dispatched_at=handed_in)
        )


async def test_nginx_is_named_by_whoever_came_through_it(admin: Person) -> None:
    async def servers(**headers: str) -> dict[str, bool]:
        health = await admin.http.get("/admin/health", headers=headers)
        return {each["name"]: each["ok"] for each in health.json()["servers"]}

    assert "nginx" not in await servers()
    assert (await servers(**{"X-Forwarded-For": "192.0.2.1"}))["nginx"] is True


async def test_a_server_that_is_away_is_named(
    admin: Person, servers: Servers, gateway: Gateway
) -> None:
    if servers.embedded is None:
        pytest.skip("the servers are containers")
    await servers.embedded.redis.kill()
    try:
        health = (await admin.get("/admin/health")).json()
    finally:
        await servers.embedded.redis.start()

    assert {each["name"]: each["ok"] for each in health["servers"]}["redis"] is False
    assert {each["name"]: each["ok"] for each in health["services"]}["api_gateway"] is False
    async with asyncio.timeout(20):
        while not (await gateway.state.readiness.parts()).ready:
            await asyncio.sleep(0.1)
