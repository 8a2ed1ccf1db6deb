"""The console's jobs: finding them, seeing what happened, correcting the text."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from malmoi.persistence.database import Database
from malmoi.persistence.tables import LedgerLine, Task
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.operators import Pipeline, failed, handed_in, said
from tests.integration.api_gateway.people import CLIP, Person
from tests.integration.api_gateway.recogniser import Recogniser

PATHS = [
    ("GET", "/admin/jobs"),
    ("GET", "/admin/jobs/counts"),
    ("GET", "/admin/jobs/{id}"),
    ("GET", "/admin/jobs/{id}/audio"),
    ("GET", "/admin/jobs/{id}/audio/url"),
    ("GET", "/admin/jobs/{id}/export"),
    ("PUT", "/admin/jobs/{id}/correction"),
    ("DELETE", "/admin/jobs/{id}/correction"),
    ("POST", "/admin/jobs/{id}/retry"),
    ("POST", "/admin/jobs/{id}/cancel"),
    ("GET", "/admin/jobs/{id}/callbacks"),
    ("POST", "/admin/jobs/{id}/callbacks/{delivery_id}/replay"),
    ("DELETE", "/admin/jobs/{id}"),
    ("GET", "/admin/dead-letters"),
    ("POST", "/admin/dead-letters/{id}/requeue"),
    ("POST", "/admin/dead-letters/{id}/discard"),
    ("GET", "/admin/workers"),
    ("GET", "/admin/rooms"),
    ("POST", "/admin/rooms/{id}/release-baton"),
    ("GET", "/admin/users"),
    ("POST", "/admin/users/{id}/end-sessions"),
    ("POST", "/admin/users/{id}/reset-password"),
    ("PUT", "/admin/users/{id}/role"),
    ("GET", "/admin/users/{id}/quota"),
    ("PUT", "/admin/users/{id}/quota"),
    ("GET", "/admin/erasures"),
    ("GET", "/admin/health"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_for_everybody_else_there_is_no_console(
    gateway: Gateway, method: str, path: str
) -> None:
    nobody = await Person.sign_up(gateway.url)

    answer = await nobody.http.request(
        method, path.format(id=uuid4(), delivery_id=uuid4()), json={"no": "body"}
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_the_list_of_paths_is_complete(gateway: Gateway) -> None:
    described = gateway.app.openapi()["paths"]
    served = {
        (method.upper(), path) for path, ways in described.items() for method in ways
        if path.startswith("/admin")
    }  # fmt: skip

    def plain(path: str) -> str:
        for name in ("job_id", "letter_id", "room_id", "user_id"):
            path = path.replace(f"{{{name}}}", "{id}")
        return path

    assert {(method, plain(path)) for method, path in served} == set(PATHS)


async def test_a_job_is_found_by_everything_that_is_known_of_it(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser
) -> None:
    anna, room_id = speaking
    recogniser.text = "점심은 비빔밥으로 하자"
    job_id = await said(speaking)

    for filters in (
        {},
        {"state": "completed"},
        {"engine": "whisper"},
        {"lane": "interactive"},
        {"room_id": room_id},
        {"user_id": str(anna.id)},
        {"q": job_id},
        {"q": anna.email[:12].upper()},
        {"q": "비빔밥 점심"},
        {"q": "our ROOM"},
        {"from": "2020-01-01T00:00:00Z", "to": "2999-01-01T00:00:00Z"},
    ):
        found = (await admin.get("/admin/jobs", **filters)).json()["jobs"]
        assert job_id in [each["id"] for each in found], filters

    [row] = (await admin.get("/admin/jobs", room_id=room_id)).json()["jobs"]
    assert row["room_title"] == "our room"
    assert row["user_email"] == anna.email
    assert row["text_start"] == "점심은 비빔밥으로 하자"
    assert row["percent"] == 100


async def test_a_job_is_not_found_by_anything_else(
    admin: Person, speaking: tuple[Person, str]
) -> None:
    job_id = await said(speaking)

    for filters in (
        {"state": "failed"},
        {"lane": "batch"},
        {"room_id": str(uuid4())},
        {"user_id": str(uuid4())},
        {"error_code": "ENGINE_CRASHED"},
        {"q": "아무도 말하지 않은 낱말"},
        {"q": "' & !() :* \\"},
        {"q": "100%_"},
        {"to": "2020-01-01T00:00:00Z"},
    ):
        answer = await admin.get("/admin/jobs", **filters)
        assert answer.status_code == 200, answer.text
        assert job_id not in [each["id"] for each in answer.json()["jobs"]], filters


async def test_pages_follow_each_other_without_a_gap_or_a_repetition(
    admin: Person, speaking: tuple[Person, str]
) -> None:
    _, room_id = speaking
    jobs = [await said(speaking) for _ in range(5)]

    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await admin.get("/admin/jobs", room_id=room_id, limit=2, **cursor)).json()
        seen += [each["id"] for each in page["jobs"]]
        await said(speaking)  # what arrives meanwhile moves nothing
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert seen == jobs[::-1]


NO_YEAR = "0001-01-01T00:00:00+14:00"


@pytest.mark.parametrize(
    "asked",
    [
        {"cursor": "x"},
        {"cursor": "2026-01-01~x"},
        {"cursor": f"{NO_YEAR}~{'0' * 32}"},
        {"from": NO_YEAR},
        {"to": "soon"},
        {"limit": 101},
        {"state": "evil"},
    ],
    ids=str,
)
async def test_what_cannot_be_asked_is_refused(admin: Person, asked: dict[str, str]) -> None:
    refused = await admin.get("/admin/jobs", **asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "MALFORMED_REQUEST")


@pytest.mark.parametrize("words", ["'", "\\", ":*", "a & b | !(c", "%", "\0", "\U0001f600"])
async def test_no_words_are_query_syntax(admin: Person, words: str) -> None:
    assert (await admin.get("/admin/jobs", q=words)).status_code == 200


async def test_the_counts_are_those_of_the_running_system(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser
) -> None:
    before = (await admin.get("/admin/jobs/counts")).json()
    await said(speaking)
    await failed(speaking, recogniser)
    recogniser.paused = True
    await handed_in(speaking)

    after = (await admin.get("/admin/jobs/counts")).json()

    grown = {name: after["by_state"][name] - before["by_state"][name] for name in after["by_state"]}
    assert grown == {"queued": 1, "running": 0, "completed": 1, "failed": 1, "cancelled": 0}
    assert len(after["throughput"]) == 60
    assert sum(each["completed"] for each in after["throughput"]) >= 1
    assert sum(each["failed"] for each in after["throughput"]) >= 1
    assert after["throughput"][-1]["open"] == before["throughput"][-1]["open"] + 1
    assert after["lag"]["open_tasks"] == before["lag"]["open_tasks"] + 1
    assert after["lag"]["open_audio_bytes"] >= len(CLIP)
    assert after["lag"]["oldest_open_s"] >= 0


async def test_the_line_of_open_jobs_is_counted_back_from_now(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser, database: Database
) -> None:
    recogniser.paused = True
    waiting = UUID(await handed_in(speaking))
    ten_minutes_ago = update(LedgerLine).where(LedgerLine.job_id == waiting)
    async with database.transaction() as transaction:
        await transaction.session.execute(
            ten_minutes_ago.values(at=LedgerLine.at - timedelta(minutes=10))
        )

    minutes = (await admin.get("/admin/jobs/counts")).json()["throughput"]

    assert minutes[-9]["open"] - minutes[-13]["open"] == 1


async def test_the_page_of_a_job_tells_its_whole_way(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser, pipeline: Pipeline
) -> None:
    anna, room_id = speaking
    recogniser.paused = True
    job_id = await handed_in(speaking)
    await pipeline.start(job_id)
    running = (await admin.get(f"/admin/jobs/{job_id}")).json()
    recogniser.text = "천천히 말해요"
    await recogniser.answer_running(job_id)

    page = (await admin.get(f"/admin/jobs/{job_id}")).json()

    assert running["job"]["state"] == "running"
    assert running["tasks"][0]["worker_id"] == "w1"
    names = [each["name"] for each in page["hops"]]
    assert (names[0], names[-1]) == ("accepted", "finished")
    assert "started" in names
    assert all(each["after_ms"] >= 0 for each in page["hops"])
    assert page["transcript"]["text"] == "천천히 말해요"
    assert page["timings"] is not None
    assert page["room"] == {"id": room_id, "title": "our room"}
    assert page["message_id"] is not None
    assert page["job"]["user_email"] == anna.email
    assert [each["type"] for each in page["events"]] == ["job.running", "job.completed"]
    assert page["trace_id"]
    assert page["error"] is None
    assert page["correction"] is None


async def test_a_worker_that_began_before_the_dispatch_was_noted_is_on_the_way_too(
    admin: Person, speaking: tuple[Person, str], database: Database
) -> None:
    job_id = await said(speaking)
    late = {
        "started_at": Task.created_at,
        "dispatched_at": Task.created_at + timedelta(milliseconds=1),
    }
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(Task).where(Task.job_id == UUID(job_id)).values(late)
        )

    hops = (await admin.get(f"/admin/jobs/{job_id}")).json()["hops"]

    assert [each["name"] for each in hops] == ["accepted", "dispatched", "started", "finished"]
    assert hops[2]["after_ms"] == 0


async def test_the_page_of_a_failed_job_says_which_attempt_ended_how(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser
) -> None:
    job_id = await failed(speaking, recogniser)

    page = (await admin.get(f"/admin/jobs/{job_id}")).json()

    assert page["error"] == {"code": "ENGINE_CRASHED", "detail": "the recogniser crashed"}
    [attempt] = page["attempts"]
    assert (attempt["attempt"], attempt["code"]) == (1, "ENGINE_CRASHED")
    assert attempt["worker_id"] == "tests"
    listed = (await admin.get("/admin/jobs", error_code="ENGINE_CRASHED")).json()["jobs"]
    assert job_id in [each["id"] for each in listed]


async def test_the_recording_can_be_heard_from_anywhere_in_it(
    admin: Person, speaking: tuple[Person, str]
) -> None:
    path = f"/admin/jobs/{await said(speaking)}/audio"

    whole = await admin.get(path)
    part = await admin.http.get(path, headers={"Range": "bytes=2-5"})

    assert (whole.status_code, whole.content) == (200, CLIP)
    assert (part.status_code, part.content) == (206, CLIP[2:6])


async def test_a_correction_is_kept_beside_what_was_recognised(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser
) -> None:
    recogniser.text = "어제 밤에"
    job_id = await said(speaking)
    path = f"/admin/jobs/{job_id}"

    put = await admin.http.put(f"{path}/correction", json={"segments": [{"text": "어젯밤에"}]})
    page = (await admin.get(path)).json()

    assert put.status_code == 200, put.text
    assert page["transcript"]["text"] == "어제 밤에"
    assert page["correction"]["text"] == "어젯밤에"
    assert page["correction"]["corrected_by"] == admin.email
    exported = {form: (await admin.get(f"{path}/export", format=form)) for form in FORMS}
    assert exported["txt"].text == "어젯밤에\n"
    assert exported["srt"].text == "1\n00:00:00,000 --> 00:00:01,500\n어젯밤에\n"
    assert exported["vtt"].text == "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n어젯밤에\n"
    assert exported["tsv"].text == "start\tend\ttext\n0\t1500\t어젯밤에\n"
    assert exported["json"].json()["text"] == "어젯밤에"
    for form, answer in exported.items():
        assert answer.headers["content-disposition"] == f'attachment; filename="{job_id}.{form}"'

    await admin.http.delete(f"{path}/correction")
    assert (await admin.get(f"{path}/export")).text == "어제 밤에\n"


async def test_a_corrected_text_has_no_spaces_where_its_language_has_none(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser
) -> None:
    recogniser.text, recogniser.times = "今日は", 2
    anna, room_id = speaking
    job_id = (await anna.say(room_id, language="ja")).json()["job_id"]

    put = await admin.http.put(
        f"/admin/jobs/{job_id}/correction", json={"segments": [{"id": 1, "text": "晴れ"}]}
    )

    assert put.json()["text"] == "今日は晴れ"


FORMS = ("txt", "srt", "vtt", "tsv", "json")


@pytest.mark.parametrize(
    "body",
    [
        b'{"segments": [{"id": 0, "text": "a\\u0000"}]}',
        b'{"segments": [{"id": 0, "text": "\\ud800"}]}',
        b'{"segments": [], "speakers": {"a\\u0000": "b"}}',
        b'{"segments": [], "speakers": {"a": "\\ud800"}}',
        b'{"segments": [{"id": -1, "text": "a"}]}',
    ],
)
async def test_what_nobody_can_read_is_no_correction(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser, body: bytes
) -> None:
    path = f"/admin/jobs/{await said(speaking)}/correction"
    headers = {"Content-Type": "application/json"}

    refused = await admin.http.put(path, content=body, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (422, "MALFORMED_REQUEST")


async def test_what_has_no_text_cannot_be_corrected_or_exported(
    admin: Person, speaking: tuple[Person, str], recogniser: Recogniser
) -> None:
    job_id = await failed(speaking, recogniser)
    body = {"segments": [{"text": "?"}]}

    for refused in (
        await admin.http.put(f"/admin/jobs/{job_id}/correction", json=body),
        await admin.get(f"/admin/jobs/{job_id}/export"),
        await admin.http.put(
            f"/admin/jobs/{await said(speaking)}/correction",
            json={"segments": [{"id": 7, "text": "?"}]},
        ),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "WRONG_STATE")
