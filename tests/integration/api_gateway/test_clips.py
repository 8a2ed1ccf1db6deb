"""A clip becomes a message (seed 000 section 5, ARCHITECTURE sections 4 and 8)."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select

from api_gateway.usecases import hand_in
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.live.clips import take_clip
from malmoi.object_store.keys import audio_key
from malmoi.object_store.store import ObjectMissing, ObjectStore
from malmoi.persistence.database import Database
from malmoi.persistence.tables import Job, LedgerLine, OutboxRow, RoomMessage
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import CLIP, Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser

NOW = {"Prefer": "respond-async"}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def store(gateway: Gateway) -> ObjectStore:
    return ObjectStore(gateway.state.settings)


@pytest.fixture
async def silent(recogniser: Recogniser) -> AsyncIterator[Recogniser]:
    """Nothing is recognised until a test says so."""
    recogniser.paused = True
    yield recogniser
    recogniser.paused = False


async def speaking(gateway: Gateway) -> tuple[Person, Person, str]:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    assert (await anna.acquire(room_id)).status_code == 200
    return anna, bora, room_id


async def test_what_one_says_the_other_reads(gateway: Gateway, recogniser: Recogniser) -> None:
    anna, bora, room_id = await speaking(gateway)
    async with bora.listening(room_id) as bora_hears:
        answer = await anna.say(room_id)

        pending = await bora_hears.next("message.pending")
        created = await bora_hears.next("message.created")

    said = answer.json()
    assert answer.status_code == 200
    assert (said["text"], said["status"], said["language"]) == ("안녕하세요", "final", "ko")
    payload = created["payload"]
    assert payload["text"] == "안녕하세요"
    assert payload["message_id"] == pending["payload"]["message_id"] == said["message_id"]
    assert payload["sender_user_id"] == str(anna.id)
    assert payload["position"] == pending["seq"]
    assert created["trace_id"] == answer.headers["x-trace-id"]
    history = (await bora.get("/messages", room_id=room_id)).json()
    assert [each["text"] for each in history] == ["안녕하세요"]
    assert history[0]["created_at"] == payload["created_at"]


async def test_the_job_asks_for_what_room_and_clip_say(
    gateway: Gateway, recogniser: Recogniser
) -> None:
    anna = await Person.sign_up(gateway.url)
    room_id = await anna.open_room(language="auto", vocabulary=["말모이", "Kafka"])
    await anna.join(room_id)
    await anna.acquire(room_id)

    await anna.say(room_id)
    await anna.say(room_id, language="EN")

    asked = [job.options for job in recogniser.seen]
    assert [each["language"] for each in asked] == [None, "en"]
    assert {each["prompt"] for each in asked} == {"말모이, Kafka"}
    assert {job.lane for job in recogniser.seen} == {"interactive"}


async def test_an_accepted_clip_is_stored_promised_and_dispatched(
    gateway: Gateway, silent: Recogniser, database: Database, store: ObjectStore
) -> None:
    anna, _, room_id = await speaking(gateway)

    answer = await anna.say(room_id, headers=NOW)

    assert answer.status_code == 202
    assert answer.json()["status"] == "pending"
    job_id = UUID(answer.json()["job_id"])
    async with database.transaction() as transaction:
        session = transaction.session
        job = await session.get_one(Job, job_id)
        entries = await session.scalars(select(LedgerLine.entry).where(LedgerLine.job_id == job_id))
        assert entries.all() == ["accepted"]
        assert await session.scalar(
            select(func.count()).select_from(OutboxRow).where(OutboxRow.trace_id == job.trace_id)
        )
    assert (job.baton_grant, str(job.room_id)) == (1, room_id)
    assert await store.read(job.audio_key) == CLIP
    assert job.audio_key == audio_key(job_id)


async def test_an_empty_recognition_is_no_message(gateway: Gateway, recogniser: Recogniser) -> None:
    recogniser.text = ""
    anna, bora, room_id = await speaking(gateway)
    async with bora.listening(room_id) as bora_hears:
        answer = await anna.say(room_id)
        await bora_hears.next("message.empty")

    assert answer.status_code == 200
    assert answer.json()["message_id"] is None
    assert (answer.json()["text"], answer.json()["status"]) == ("", "empty")
    assert (await anna.get("/messages", room_id=room_id)).json() == []


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (TaskErrorCode.AUDIO_TOO_LONG, 413),
        (TaskErrorCode.AUDIO_FORMAT_REFUSED, 415),
        (TaskErrorCode.AUDIO_UNREADABLE, 422),
        (TaskErrorCode.LANGUAGE_UNSUPPORTED, 422),
        (TaskErrorCode.ENGINE_FAILED, 502),
        (TaskErrorCode.WORKER_LOST, 502),
    ],
)
async def test_a_failed_recognition_says_who_can_act(
    gateway: Gateway, recogniser: Recogniser, code: TaskErrorCode, status: int
) -> None:
    recogniser.failure = (code, "what is wrong and what to do")
    anna, bora, room_id = await speaking(gateway)
    async with bora.listening(room_id) as bora_hears:
        answer = await anna.say(room_id)
        failed = await bora_hears.next("message.failed")

    assert code_of(answer) == (status, code)
    assert answer.json()["detail"] == failed["payload"]["detail"] == "what is wrong and what to do"
    assert failed["payload"]["code"] == code


async def test_only_the_speaker_may_send(gateway: Gateway, database: Database) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)

    nobody_speaks = await anna.say(room_id)
    await anna.acquire(room_id)
    other = await bora.say(room_id)
    other_grant = await anna.say(room_id, grant="2")

    for refused in (nobody_speaks, other, other_grant):
        assert code_of(refused) == (403, "NOT_SPEAKER")
    async with database.transaction() as transaction:
        assert not await transaction.session.scalar(
            select(func.count()).select_from(Job).where(Job.room_id == UUID(room_id))
        )


async def test_a_clip_of_a_valid_grant_is_published_though_the_baton_expires_meanwhile(
    start_gateway: StartGateway, silent: Recogniser
) -> None:
    hasty = await start_gateway(speaker_ttl_seconds=1.2)
    anna, bora, room_id = await two_in_a_room(hasty.url)
    async with bora.listening(room_id) as bora_hears:
        grant = (await anna.acquire(room_id)).json()["grant"]
        await bora_hears.next("speaker.changed")
        sending = asyncio.create_task(anna.say(room_id, grant=str(grant)))
        await bora_hears.next("message.pending")
        over = await bora_hears.next("speaker.changed")
        assert (await bora.acquire(room_id)).json()["grant"] == grant + 1

        silent.paused = False
        created = await bora_hears.next("message.created")

    assert over["payload"]["current_speaker_user_id"] is None
    assert (await sending).json()["status"] == "final"
    assert created["payload"]["sender_user_id"] == str(anna.id)


async def test_a_late_clip_of_an_expired_grant_is_refused(start_gateway: StartGateway) -> None:
    hasty = await start_gateway(speaker_ttl_seconds=0.4)
    anna, _, room_id = await two_in_a_room(hasty.url)
    grant = (await anna.acquire(room_id)).json()["grant"]

    async def slow_body() -> AsyncIterator[bytes]:
        yield (
            b'--x\r\nContent-Disposition: form-data; name="grant"\r\n\r\n%d\r\n'
            b"--x\r\nContent-Disposition: form-data;"
            b' name="audio_file"; filename="a.wav"\r\n\r\n' % grant
        )
        await asyncio.sleep(0.6)
        yield b"the end of the clip\r\n--x--\r\n"

    refused = await anna.http.post(
        f"/rooms/{room_id}/stt",
        content=slow_body(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )

    assert code_of(refused) == (403, "NOT_SPEAKER")


async def test_the_same_key_is_the_same_message_also_after_the_grant(
    gateway: Gateway, recogniser: Recogniser
) -> None:
    anna, bora, room_id = await speaking(gateway)
    key = {"Idempotency-Key": "clip-1"}
    first = await anna.say(room_id, headers=key)
    await anna.post(f"/rooms/{room_id}/speaker/release")

    again = await anna.say(room_id, headers=key)
    other_body = await anna.say(room_id, b"another clip", headers=key)
    other_language = await anna.say(room_id, headers=key, language="en")
    other_user = await bora.say(room_id, headers=key)

    assert again.json() == first.json()
    assert code_of(other_body) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert code_of(other_language) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert code_of(other_user) == (403, "NOT_SPEAKER")
    assert len((await anna.get("/messages", room_id=room_id)).json()) == 1


async def test_ten_simultaneous_posts_of_one_key_are_one_message(
    gateway: Gateway, recogniser: Recogniser, database: Database
) -> None:
    anna, _, room_id = await speaking(gateway)

    answers = await asyncio.gather(
        *(anna.say(room_id, headers={"Idempotency-Key": "once"}) for _ in range(10))
    )

    assert {each.status_code for each in answers} == {200}
    assert len({each.json()["message_id"] for each in answers}) == 1
    async with database.transaction() as transaction:
        for table in (Job, RoomMessage):
            count = select(func.count()).select_from(table).where(table.room_id == UUID(room_id))
            assert await transaction.session.scalar(count) == 1


async def test_who_cannot_wait_is_told_by_the_event(gateway: Gateway, silent: Recogniser) -> None:
    anna, bora, room_id = await speaking(gateway)
    async with bora.listening(room_id) as bora_hears:
        waited = await anna.say(room_id, headers={"Prefer": "wait=1"})
        silent.paused = False
        created = await bora_hears.next("message.created")

    assert waited.status_code == 202
    assert created["payload"]["message_id"] == waited.json()["message_id"]


async def test_a_client_that_hangs_up_does_not_lose_the_clip(
    gateway: Gateway, silent: Recogniser
) -> None:
    anna, bora, room_id = await speaking(gateway)
    async with bora.listening(room_id) as bora_hears:
        sending = asyncio.create_task(anna.say(room_id))
        await bora_hears.next("message.pending")
        sending.cancel()
        silent.paused = False

        created = await bora_hears.next("message.created")

    assert created["payload"]["text"] == "안녕하세요"


async def test_malformed_clips_are_refused(gateway: Gateway) -> None:
    anna, _, room_id = await speaking(gateway)
    path = f"/rooms/{room_id}/stt"
    wav = ("a.wav", CLIP, "audio/wav")

    answers = {
        "no file": await anna.http.post(path, files={"other": wav}),
        "text for a file": await anna.http.post(path, data={"audio_file": "text"}),
        "json": await anna.post(path, {"audio_file": "text"}),
        "bad grant": await anna.say(room_id, grant="first"),
        "bad language": await anna.say(room_id, language="Korean"),
        "no language": await anna.say(room_id, language="qq"),
        "empty key": await anna.say(room_id, headers={"Idempotency-Key": ""}),
        "long key": await anna.say(room_id, headers={"Idempotency-Key": "k" * 201}),
    }

    assert {name: each.status_code for name, each in answers.items()} == dict.fromkeys(answers, 422)
    assert code_of(await anna.say(room_id, b"")) == (422, "AUDIO_EMPTY")
    two = await anna.http.post(path, files=[("audio_file", wav), ("audio_file", wav)])
    assert code_of(two) == (422, "MALFORMED_REQUEST")
    broken = await anna.http.post(
        path, content=b"--x", headers={"Content-Type": "multipart/form-data; boundary=y"}
    )
    assert code_of(broken) == (422, "MALFORMED_REQUEST")


async def test_bodies_over_the_limit_are_refused_however_they_come(
    start_gateway: StartGateway, store: ObjectStore
) -> None:
    small = await start_gateway(max_upload_size=200_000)
    anna, _, room_id = await speaking(small)
    boundary = {"Content-Type": "multipart/form-data; boundary=x"}

    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="audio_file"; filename="a"\r\n\r\n'
        for _ in range(40):
            yield b"x" * 10_000

    declared = await anna.say(room_id, b"x" * 300_000)
    chunked = await anna.http.post(f"/rooms/{room_id}/stt", content=endless(), headers=boundary)
    json = await anna.http.post("/rooms", json={"title": "x" * 100_000})

    for refused in (declared, chunked, json):
        assert code_of(refused) == (413, "BODY_TOO_LARGE")
        assert refused.headers["content-type"] == "application/problem+json"


async def test_a_refused_twin_leaves_no_second_object(
    gateway: Gateway, silent: Recogniser, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, _, room_id = await speaking(gateway)
    put: list[str] = []
    original = ObjectStore.put

    async def noted(self: ObjectStore, key: str, *arguments: object, **named: object) -> None:
        put.append(key)
        await original(self, key, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ObjectStore, "put", noted)
    headers = {"Idempotency-Key": "twin", **NOW}
    await asyncio.gather(*(anna.say(room_id, headers=headers) for _ in range(5)))

    kept = []
    for key in put:
        try:
            await store.read(key)
        except ObjectMissing:
            continue
        kept.append(key)
    assert len(put) > 1
    assert len(kept) == 1


async def test_a_clip_of_who_may_not_speak_leaves_no_object(
    gateway: Gateway, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is judged while it is on its way into the store."""
    _, bora, room_id = await speaking(gateway)
    job_ids: list[UUID] = []

    def noted(job_id: UUID) -> str:
        job_ids.append(job_id)
        return audio_key(job_id)

    monkeypatch.setattr(hand_in, "audio_key", noted)
    assert code_of(await bora.say(room_id)) == (403, "NOT_SPEAKER")

    assert job_ids
    with pytest.raises(ObjectMissing):
        await store.read(audio_key(job_ids[0]))


async def test_an_accepted_clip_lies_ready_for_the_worker(
    gateway: Gateway, silent: Recogniser, database: Database, redis: Redis
) -> None:
    anna, _, room_id = await speaking(gateway)

    answer = await anna.say(room_id, headers=NOW)

    async with database.reading() as session:
        job = await session.get_one(Job, UUID(answer.json()["job_id"]))
    assert await take_clip(redis, job.audio_key) == CLIP


async def test_the_history_is_read_page_by_page_in_the_order_of_speaking(
    gateway: Gateway, recogniser: Recogniser
) -> None:
    anna, _, room_id = await speaking(gateway)
    for number in range(5):
        recogniser.text = f"말 {number}"
        assert (await anna.say(room_id)).status_code == 200

    async def texts(**query: int) -> list[str]:
        page = (await anna.get("/messages", room_id=room_id, **query)).json()
        return [each["text"] for each in page]

    everything = (await anna.get("/messages", room_id=room_id)).json()
    positions = [each["position"] for each in everything]

    assert positions == sorted(positions)
    assert await texts(limit=2) == ["말 3", "말 4"]
    assert await texts(before=positions[3], limit=2) == ["말 1", "말 2"]
    assert await texts(after=positions[0], limit=2) == ["말 1", "말 2"]
    assert await texts(after=positions[4]) == []
    assert (await anna.get("/messages")).status_code == 422
    assert (await anna.get("/messages", room_id=room_id, limit=0)).status_code == 422
