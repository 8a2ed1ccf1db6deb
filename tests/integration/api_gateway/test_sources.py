"""Recordings that are handed in by saying where they lie: an upload, a URL, a key of the bucket."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from malmoi.object_store.keys import own_prefix, upload_key
from malmoi.object_store.store import ObjectMissing
from malmoi.persistence.database import Database
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.operators import Pipeline
from tests.integration.api_gateway.people import CLIP, Person
from tests.integration.api_gateway.recogniser import Recogniser
from tests.integration.api_gateway.senders import LargeFile
from tests.integration.web.receiver import Receiver, answer, flood, hang

MAX = 20 * 1024**2
LONG = bytes(range(256)) * 4096 * 9


@pytest.fixture(scope="module")
async def gateway(start_gateway: StartGateway, environment: dict[str, str]) -> Gateway:
    return await start_gateway(
        public_url=f"http://{environment['S3_ENDPOINT']}",
        max_recording_size=MAX,
        source_fetch_s=2,
        outbound_allowed_networks=["127.0.0.0/8"],
        object_prefixes_allowed=["incoming/"],
    )


@pytest.fixture
async def anna(gateway: Gateway) -> Person:
    return await Person.sign_up(gateway.url, "anna")


@pytest.fixture
async def elsewhere() -> AsyncIterator[Receiver]:
    async with Receiver().listening() as receiver:
        yield receiver


async def hands_in(person: Person, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await person.http.post("/jobs", json=body, headers=headers)


async def kept_of(person: Person) -> int:
    return len((await person.get("/jobs")).json()["jobs"])


class TestAnUpload:
    async def test_becomes_a_job_without_being_copied(
        self, gateway: Gateway, anna: Person, pipeline: Pipeline, recogniser: Recogniser
    ) -> None:
        file = await LargeFile.completed(anna)

        answered = await hands_in(anna, upload_id=str(file.id), language="ko", prompt="말모이")

        told = answered.json()
        assert answered.status_code == 202, told
        assert (told["file_name"], told["language"]) == ("긴 회의.flac", "ko")
        job = await pipeline.job(told["job_id"])
        assert job is not None
        assert (job.audio_key, job.audio_bytes) == (upload_key(file.id), len(file.data))
        assert (await anna.get(f"/jobs/{job.id}/audio")).content == file.data
        assert (await file.look())["job_id"] == told["job_id"]

        assert (await anna.http.delete(file.path)).json()["code"] == "WRONG_STATE"
        assert (await anna.http.delete(f"/jobs/{job.id}")).status_code == 204
        with pytest.raises(ObjectMissing):
            await gateway.state.store.stat(job.audio_key)

    async def test_becomes_one_job_however_often_it_is_handed_in(
        self, anna: Person, recogniser: Recogniser
    ) -> None:
        file = await LargeFile.completed(anna, b"short")
        same = {"upload_id": str(file.id)}

        answers = await asyncio.gather(*(hands_in(anna, "key", **same) for _ in range(5)))
        other_key = await hands_in(anna, "another", **same)
        without = await hands_in(anna, **same)
        other_body = await hands_in(anna, "key", **same, language="ja")

        assert {each.status_code for each in answers} == {202}
        assert len({each.json()["job_id"] for each in answers}) == 1
        assert [each.json()["code"] for each in (other_key, without, other_body)] == [
            "WRONG_STATE",
            "WRONG_STATE",
            "IDEMPOTENCY_KEY_REUSED",
        ]
        assert await kept_of(anna) == 1

    async def test_is_known_by_its_key_after_it_has_ended(
        self, anna: Person, database: Database, recogniser: Recogniser
    ) -> None:
        file = await LargeFile.completed(anna, b"short")
        first = await hands_in(anna, "key", upload_id=str(file.id))
        async with database.transaction() as transaction:
            forgotten = text("DELETE FROM uploads WHERE id = :id")
            await transaction.session.execute(forgotten, {"id": file.id})

        again = await hands_in(anna, "key", upload_id=str(file.id))

        assert (again.status_code, again.json()["job_id"]) == (202, first.json()["job_id"])

    async def test_must_be_complete_and_ones_own(self, gateway: Gateway, anna: Person) -> None:
        begun = await LargeFile.begun(anna, b"short")
        whole = await LargeFile.completed(anna, b"short")
        bora = await Person.sign_up(gateway.url, "bora")

        refused = [
            await hands_in(anna, upload_id=str(begun.id)),
            await hands_in(bora, upload_id=str(whole.id)),
            await hands_in(anna, upload_id=str(uuid4())),
        ]

        assert [(each.status_code, each.json()["code"]) for each in refused] == [
            (409, "UPLOAD_INCOMPLETE"),
            (404, "NOT_FOUND"),
            (404, "NOT_FOUND"),
        ]

    async def test_stays_as_long_as_a_job_has_it(
        self, gateway: Gateway, anna: Person, pipeline: Pipeline, recogniser: Recogniser
    ) -> None:
        """A retry takes the recording over; whichever is deleted last takes it along."""
        recogniser.paused = True
        file = await LargeFile.completed(anna, b"short")
        first = (await hands_in(anna, upload_id=str(file.id))).json()["job_id"]
        await anna.post(f"/jobs/{first}/cancel")
        again = (await anna.post(f"/jobs/{first}/retry")).json()["job_id"]

        await anna.http.delete(f"/jobs/{first}")
        assert (await anna.get(f"/jobs/{again}/audio")).content == b"short"
        await anna.http.delete(f"/jobs/{again}")
        with pytest.raises(ObjectMissing):
            await gateway.state.store.stat(upload_key(file.id))


class TestAUrl:
    async def test_is_fetched_before_the_answer(
        self, anna: Person, elsewhere: Receiver, recogniser: Recogniser
    ) -> None:
        elsewhere.behave = answer(200, LONG)

        told = await hands_in(anna, url=elsewhere.url("/talks/%EB%A7%90%00.flac?x=1"))

        assert told.status_code == 202, told.text
        assert told.json()["file_name"] == "말.flac"
        assert (await anna.get(f"/jobs/{told.json()['job_id']}/audio")).content == LONG

    async def test_is_fetched_once_for_a_key(
        self, anna: Person, elsewhere: Receiver, recogniser: Recogniser
    ) -> None:
        elsewhere.behave = answer(200, CLIP)

        first = await hands_in(anna, "key", url=elsewhere.url("/a"))
        again = await hands_in(anna, "key", url=elsewhere.url("/a"))
        other = await hands_in(anna, "key", url=elsewhere.url("/b"))

        assert first.json()["job_id"] == again.json()["job_id"]
        assert other.json()["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert len(elsewhere.received) == 1

    @pytest.mark.parametrize(
        ("behave", "status", "code"),
        [
            (answer(404), 422, "URL_UNREACHABLE"),
            (answer(500), 422, "URL_UNREACHABLE"),
            (answer(302, Location="http://10.0.0.1/"), 422, "URL_REFUSED"),
            (answer(200), 422, "AUDIO_EMPTY"),
            (answer(200, bytes(MAX + 1)), 422, "URL_TOO_LARGE"),
            (flood, 422, "URL_TOO_LARGE"),
            (hang, 422, "URL_UNREACHABLE"),
        ],
    )
    async def test_that_gives_no_recording_says_why_and_leaves_nothing(
        self, anna: Person, elsewhere: Receiver, behave: Any, status: int, code: str
    ) -> None:
        elsewhere.behave = behave

        refused = await hands_in(anna, url=elsewhere.url("/a"))

        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert await kept_of(anna) == 0

    @pytest.mark.parametrize(
        "url",
        [
            "http://10.0.0.1/a",
            "file:///etc/passwd",
            "http://169.254.169.254/",
            "gopher://x",
            "말",
            "",
        ],
    )
    async def test_that_is_not_opened_is_refused(self, anna: Person, url: str) -> None:
        refused = await hands_in(anna, url=url)

        assert refused.status_code == 422
        assert refused.json()["code"] in {"URL_REFUSED", "MALFORMED_REQUEST"}


class TestAKey:
    async def put(self, gateway: Gateway, key: str, content: bytes = CLIP) -> str:
        await gateway.state.store.put(
            key, BytesIO(content), length=len(content), content_type="audio/wav"
        )
        return key

    async def test_of_ones_own_prefix_or_an_open_one_is_copied(
        self, gateway: Gateway, anna: Person, recogniser: Recogniser
    ) -> None:
        for key in (f"{own_prefix(anna.id)}회의/1.wav", f"incoming/{uuid4()}/1.wav"):
            told = await hands_in(anna, object_key=await self.put(gateway, key))

            assert told.status_code == 202, told.text
            assert told.json()["file_name"] == "1.wav"
            job_id = told.json()["job_id"]
            assert (await anna.get(f"/jobs/{job_id}/audio")).content == CLIP
            await anna.http.delete(f"/jobs/{job_id}")
            # It is its owner's, not the job's.
            assert (await gateway.state.store.stat(key)).size == len(CLIP)

    async def test_of_others_is_refused_whether_it_is_there_or_not(
        self, gateway: Gateway, anna: Person
    ) -> None:
        file = await LargeFile.completed(anna, b"short")
        keys = [
            upload_key(file.id),
            await self.put(gateway, f"{own_prefix(uuid4())}1.wav"),
            f"{own_prefix(uuid4())}nothing",
            f"audio/{uuid4()}",
            f"users/{anna.id}x/1.wav",
            "incoming",
        ]
        for key in keys:
            refused = await hands_in(anna, object_key=key)

            assert (refused.status_code, refused.json()["code"]) == (403, "OBJECT_REFUSED")

    @pytest.mark.parametrize(
        ("content", "status", "code"),
        [(b"", 422, "AUDIO_EMPTY"), (bytes(MAX + 1), 413, "AUDIO_TOO_LARGE")],
    )
    async def test_of_no_recording_is_refused(
        self, gateway: Gateway, anna: Person, content: bytes, status: int, code: str
    ) -> None:
        key = await self.put(gateway, f"{own_prefix(anna.id)}strange", content)

        refused = await hands_in(anna, object_key=key)

        assert (refused.status_code, refused.json()["code"]) == (status, code)

    async def test_of_nothing_is_not_found(self, anna: Person) -> None:
        refused = await hands_in(anna, object_key=f"{own_prefix(anna.id)}nothing")

        assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")

    @pytest.mark.parametrize("tail", ["../../audio/x", "./x", "a//b", "", "a\0b", "x" * 600])
    async def test_that_is_written_strangely_is_malformed(self, anna: Person, tail: str) -> None:
        refused = await hands_in(anna, object_key=own_prefix(anna.id) + tail)

        assert (refused.status_code, refused.json()["code"]) == (422, "MALFORMED_REQUEST")


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"not JSON",
        b"",
        b'{"upload_id": "x"}',
        b'{"url": "http://a.example/", "object_key": "incoming/a"}',
        b'{"url": "http://a.example/", "engine": "gpt"}',
        b'{"url": "http://a.example/", "prompt": "\\ud800"}',
        b"\xff",
    ],
)
async def test_a_body_that_names_not_exactly_one_source_is_malformed(
    anna: Person, body: bytes
) -> None:
    answered = await anna.http.post(
        "/jobs", content=body, headers={"Content-Type": "application/json; charset=utf-8"}
    )

    assert (answered.status_code, answered.json()["code"]) == (422, "MALFORMED_REQUEST")
