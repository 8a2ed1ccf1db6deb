"""How much one account may hand in, and that rooms know nothing of it."""

import asyncio
from collections import Counter
from uuid import UUID

import httpx
import openai
import pytest
from sqlalchemy import select, update

from malmoi.persistence.database import Database
from malmoi.persistence.tables import DailyUse, Job, Task
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.operators import operator
from tests.integration.api_gateway.people import CLIP, Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser

NOWHERE = "redis://127.0.0.1:1/0"


async def hands_in(person: Person, **headers: str) -> httpx.Response:
    return await person.http.post("/jobs", files={"file": CLIP}, headers=headers)


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert int(answer.headers["retry-after"]) >= 1
    return answer.status_code, answer.json()["code"]


@pytest.fixture(scope="module")
async def strict(start_gateway: StartGateway) -> Gateway:
    return await start_gateway(open_jobs_per_user=5)


@pytest.fixture
async def nobody_recognises(recogniser: Recogniser) -> Recogniser:
    recogniser.paused = True
    return recogniser


async def test_of_twenty_recordings_at_once_as_many_are_taken_as_may_be_open(
    strict: Gateway, nobody_recognises: Recogniser
) -> None:
    person = await Person.sign_up(strict.url)
    answers = await asyncio.gather(
        *(hands_in(person, **{"Idempotency-Key": str(n)}) for n in range(20))
    )

    assert Counter(each.status_code for each in answers) == {202: 5, 429: 15}
    assert {refused(each) for each in answers if each.status_code == 429} == {
        (429, "QUOTA_EXCEEDED")
    }
    assert len((await person.get("/jobs")).json()["jobs"]) == 5


async def test_a_recording_that_ends_makes_room_for_the_next(
    strict: Gateway, nobody_recognises: Recogniser
) -> None:
    person = await Person.sign_up(strict.url)
    jobs = [(await hands_in(person)).json()["job_id"] for _ in range(5)]
    assert refused(await hands_in(person)) == (429, "QUOTA_EXCEEDED")
    await person.post(f"/jobs/{jobs[0]}/cancel")
    assert (await hands_in(person)).status_code == 202
    again = await person.post(f"/jobs/{jobs[0]}/retry")
    assert refused(again) == (429, "QUOTA_EXCEEDED")
    await person.post(f"/jobs/{jobs[1]}/cancel")
    assert (await person.post(f"/jobs/{jobs[0]}/retry")).status_code == 202


async def states_of(database: Database, person: Person) -> Counter[tuple[str, str]]:
    asked = select(Task.lane, Task.state).join(Job, Job.id == Task.job_id)
    async with database.reading() as session:
        rows = await session.execute(asked.where(Job.owner_user_id == person.id))
        return Counter((lane, state) for lane, state in rows)


async def test_whoever_has_much_open_waits_for_a_turn_and_others_do_not(
    gateway: Gateway, database: Database, nobody_recognises: Recogniser
) -> None:
    anna, bora = await Person.sign_up(gateway.url), await Person.sign_up(gateway.url)
    first, *_ = [(await hands_in(anna)).json()["job_id"] for _ in range(6)]
    await hands_in(bora)

    sent, waits = ("batch", "dispatched"), ("batch", "waiting")
    assert await states_of(database, anna) == {sent: 4, waits: 2}
    assert await states_of(database, bora) == {sent: 1}
    await anna.post(f"/jobs/{first}/cancel")
    assert (await anna.post(f"/jobs/{first}/retry")).status_code == 202
    assert (await states_of(database, anna))[waits] == 3


async def test_what_an_operator_tries_again_takes_turns_too(
    gateway: Gateway, database: Database, nobody_recognises: Recogniser
) -> None:
    anna, admin = await Person.sign_up(gateway.url), await operator(gateway.url, database)
    first, *_ = [(await hands_in(anna)).json()["job_id"] for _ in range(5)]
    await anna.post(f"/jobs/{first}/cancel")

    assert (await admin.post(f"/admin/jobs/{first}/retry")).status_code == 200
    assert (await states_of(database, anna))["batch", "waiting"] == 2


async def test_a_recording_that_waits_for_its_turn_is_cancelled_and_deleted_as_any_other(
    gateway: Gateway, nobody_recognises: Recogniser
) -> None:
    person = await Person.sign_up(gateway.url)
    *_, last = [(await hands_in(person)).json()["job_id"] for _ in range(5)]

    assert (await person.post(f"/jobs/{last}/cancel")).json()["state"] == "cancelled"
    assert (await person.http.delete(f"/jobs/{last}")).status_code == 204


async def test_one_account_does_not_use_up_anothers_quota(
    strict: Gateway, nobody_recognises: Recogniser
) -> None:
    anna, bora = await Person.sign_up(strict.url), await Person.sign_up(strict.url)
    for _ in range(5):
        await hands_in(anna)
    assert (await hands_in(bora)).status_code == 202


async def test_a_repeated_request_has_its_job_even_when_the_quota_is_used_up(
    start_gateway: StartGateway, nobody_recognises: Recogniser
) -> None:
    person = await Person.sign_up((await start_gateway(open_jobs_per_user=1)).url)
    key = {"Idempotency-Key": "monday"}
    twins = await asyncio.gather(*(hands_in(person, **key) for _ in range(4)))
    assert {each.status_code for each in twins} == {202}
    assert len({each.json()["job_id"] for each in twins}) == 1
    assert (await hands_in(person, **key)).json() == twins[0].json()
    assert (await hands_in(person)).status_code == 429


async def test_a_day_has_only_so_many_bytes_and_the_next_one_as_many(
    start_gateway: StartGateway, database: Database, nobody_recognises: Recogniser
) -> None:
    gateway = await start_gateway(audio_per_day=2 * len(CLIP))
    person = await Person.sign_up(gateway.url)
    answers = await asyncio.gather(*(hands_in(person) for _ in range(6)))
    assert Counter(each.status_code for each in answers) == {202: 2, 429: 4}
    late = next(each for each in answers if each.status_code == 429)
    assert refused(late) == (429, "QUOTA_EXCEEDED")
    assert int(late.headers["retry-after"]) <= 86_401

    for job in (await person.get("/jobs")).json()["jobs"]:
        await person.http.delete(f"/jobs/{job['job_id']}")  # does not bring the day back
    assert (await hands_in(person)).status_code == 429
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(DailyUse).where(DailyUse.user_id == person.id).values(day=DailyUse.day - 1)
        )
    assert (await hands_in(person)).status_code == 202


async def test_uploads_that_could_not_be_handed_in_today_are_not_begun(
    start_gateway: StartGateway,
) -> None:
    gateway = await start_gateway(audio_per_day="100MiB")
    person = await Person.sign_up(gateway.url)

    async def begins(mib: int) -> httpx.Response:
        return await person.post("/uploads", {"file_name": "a.wav", "size": mib * 1024**2})

    first = await begins(60)
    assert first.status_code == 201
    assert refused(await begins(60)) == (429, "QUOTA_EXCEEDED")
    assert (await begins(40)).status_code == 201
    await person.http.delete(f"/uploads/{first.json()['upload_id']}")
    assert (await begins(60)).status_code == 201


async def test_a_minute_has_only_so_many_requests(
    start_gateway: StartGateway, nobody_recognises: Recogniser
) -> None:
    gateway = await start_gateway(hand_in_per_minute=3)
    person, other = await Person.sign_up(gateway.url), await Person.sign_up(gateway.url)
    answers = [await hands_in(person) for _ in range(4)]

    assert [each.status_code for each in answers] == [202, 202, 202, 429]
    assert refused(answers[3]) == (429, "RATE_LIMITED")
    assert answers[0].headers["ratelimit-policy"] == '"hand-in";q=3;w=60'
    told = [each.headers["ratelimit"].partition(";t=") for each in answers]
    assert [each[0] for each in told] == [f'"hand-in";r={n}' for n in (2, 1, 0, 0)]
    assert all(0 < int(each[2]) <= 60 for each in told)
    assert (await hands_in(other)).status_code == 202


async def test_uploads_are_announced_as_often_as_recordings_are_handed_in(
    start_gateway: StartGateway, nobody_recognises: Recogniser
) -> None:
    gateway = await start_gateway(hand_in_per_minute=2)
    person = await Person.sign_up(gateway.url)
    announced = {"file_name": "a.flac", "content_type": "audio/flac", "size": 1000}
    answers = [await person.post("/uploads", announced) for _ in range(3)]

    assert [each.status_code for each in answers] == [201, 201, 429]
    assert refused(answers[2]) == (429, "RATE_LIMITED")
    assert answers[1].headers["ratelimit"].startswith('"upload";r=0;')
    assert (await hands_in(person)).status_code == 202


async def test_rooms_know_no_quotas(start_gateway: StartGateway, recogniser: Recogniser) -> None:
    gateway = await start_gateway(hand_in_per_minute=1, open_jobs_per_user=1, audio_per_day=1)
    anna, _, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    assert [(await anna.say(room_id)).status_code for _ in range(3)] == [200] * 3
    recogniser.paused = True
    waiting = {"Prefer": "respond-async"}
    assert [(await anna.say(room_id, headers=waiting)).status_code for _ in range(3)] == [202] * 3


async def test_with_redis_away_nobody_is_refused_but_the_quota_holds(
    start_gateway: StartGateway, nobody_recognises: Recogniser
) -> None:
    gateway = await start_gateway(redis_url=NOWHERE, hand_in_per_minute=1, open_jobs_per_user=3)
    person = await Person.sign_up(gateway.url)
    answers = await asyncio.gather(*(hands_in(person) for _ in range(8)))
    assert Counter(each.status_code for each in answers) == {202: 3, 429: 5}
    assert "ratelimit" not in answers[0].headers


async def test_openais_client_is_told_in_its_own_words(
    start_gateway: StartGateway, nobody_recognises: Recogniser
) -> None:
    gateway = await start_gateway(
        hand_in_per_minute=2, open_jobs_per_user=1, transcription_wait_s=0.1
    )
    person = await Person.sign_up(gateway.url)
    await hands_in(person)
    base_url = f"{gateway.url}/v1"
    async with openai.AsyncOpenAI(api_key=person.token, base_url=base_url) as client:
        for code, repeat in (("quota_exceeded", "false"), ("rate_limited", "true")):
            client.max_retries = 0
            with pytest.raises(openai.RateLimitError) as limited:
                await client.audio.transcriptions.create(model="whisper-1", file=("a.wav", CLIP))
            assert (limited.value.code, limited.value.type) == (code, "rate_limit_error")
            assert limited.value.response.headers["x-should-retry"] == repeat
            assert int(limited.value.response.headers["retry-after"]) >= 1


async def test_an_operator_allows_one_account_more_or_less(
    strict: Gateway, database: Database, nobody_recognises: Recogniser
) -> None:
    admin = await operator(strict.url, database)
    person = await Person.sign_up(strict.url)
    path = f"/admin/users/{person.id}/quota"
    less = await admin.http.put(path, json={"open_jobs": 1, "audio_bytes_per_day": 10**6})
    assert less.status_code == 200
    assert [(await hands_in(person)).status_code for _ in range(2)] == [202, 429]
    told = (await admin.get(path)).json()
    assert told == {
        "own": {"hand_in_per_minute": None, "open_jobs": 1, "audio_bytes_per_day": 10**6},
        "hand_in_per_minute": 600,
        "open_jobs": 1,
        "audio_bytes_per_day": 10**6,
        "used_open_jobs": 1,
        "used_audio_bytes_today": len(CLIP),
    }
    assert (await person.get("/me/quota")).json() == told
    assert (await admin.http.put(path, json={})).json()["open_jobs"] == 5
    assert (await hands_in(person)).status_code == 202

    assert (await person.get(path)).status_code == 404
    assert (await admin.get(f"/admin/users/{UUID(int=1)}/quota")).status_code == 404
    for strange in ({"open_jobs": 0}, {"open_jobs": 2**31}, {"audio_bytes_per_day": "x"}):
        assert (await admin.http.put(path, json=strange)).status_code == 422
