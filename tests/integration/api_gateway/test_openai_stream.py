"""`stream=true`, read by OpenAI's own unmodified client."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID

import httpx
import openai
import pytest
from openai.types.audio import TranscriptionStreamEvent

from malmoi.contracts.events import EventType
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.persistence.events import tell_job
from malmoi.persistence.jobs import lock_job
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.operators import Pipeline
from tests.integration.api_gateway.people import CLIP, Person
from tests.integration.api_gateway.recogniser import Recogniser

FILE = ("speech.wav", CLIP, "audio/wav")
MODELS = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "whisper")


@pytest.fixture
async def person(gateway: Gateway) -> Person:
    return await Person.sign_up(gateway.url)


@pytest.fixture
async def client(gateway: Gateway, person: Person) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key=person.token, base_url=f"{gateway.url}/v1") as client:
        yield client


async def only_job_of(person: Person) -> str:
    async with asyncio.timeout(10):
        while not (jobs := (await person.get("/jobs")).json()["jobs"]):
            await asyncio.sleep(0.01)
    (job,) = jobs
    job_id: str = job["job_id"]
    return job_id


async def tell_piece(recogniser: Recogniser, job_id: str, index: int, text: str) -> None:
    """What the result handler tells when one chunk of a recording is done."""
    async with recogniser.database.transaction() as transaction:
        job = await lock_job(transaction, UUID(job_id))
        assert job is not None
        told = {"index": index, "text": text}
        tell_job(transaction, job, EventType.JOB_TEXT, told, now=await transaction.now())


def told(events: list[TranscriptionStreamEvent]) -> list[str]:
    return [each.delta for each in events if each.type == "transcript.text.delta"]


@pytest.mark.parametrize("model", MODELS)
async def test_every_model_streams(
    client: openai.AsyncOpenAI, recogniser: Recogniser, model: str
) -> None:
    stream = await client.audio.transcriptions.create(model=model, file=FILE, stream=True)
    events = [event async for event in stream]

    assert told(events) == ["안녕하세요"]
    assert events[-1].type == "transcript.text.done"
    assert events[-1].text == "안녕하세요"
    assert stream.response.headers["content-type"].startswith("text/event-stream")


async def test_silence_is_a_done_without_deltas(
    client: openai.AsyncOpenAI, recogniser: Recogniser
) -> None:
    recogniser.text = ""
    stream = await client.audio.transcriptions.create(model="whisper-1", file=FILE, stream=True)
    (only,) = [event async for event in stream]
    assert (only.type, getattr(only, "text", None)) == ("transcript.text.done", "")


async def test_text_comes_as_it_becomes_known_and_in_its_order(
    client: openai.AsyncOpenAI, person: Person, recogniser: Recogniser, pipeline: Pipeline
) -> None:
    recogniser.paused = True
    recogniser.text = "one two three four"
    asked = asyncio.create_task(
        client.audio.transcriptions.create(model="whisper-1", file=FILE, stream=True)
    )
    job_id = await only_job_of(person)
    await pipeline.start(job_id)
    await tell_piece(recogniser, job_id, 1, "two")
    await tell_piece(recogniser, job_id, 0, " one ")
    stream = aiter(await asked)
    live = [await asyncio.wait_for(anext(stream), 10)]
    await tell_piece(recogniser, job_id, 2, "three")
    live.append(await asyncio.wait_for(anext(stream), 10))
    assert told(live) == ["one two", " three"]  # and the job has not ended

    await recogniser.answer_running(job_id)
    rest = [event async for event in stream]

    assert told(rest) == [" four"]
    assert rest[-1].type == "transcript.text.done"
    assert rest[-1].text == "one two three four" == "".join(told(live + rest))


async def test_who_waits_is_told_that_the_line_lives(
    gateway: Gateway, person: Person, recogniser: Recogniser
) -> None:
    recogniser.paused = True
    async with person.http.stream(
        "POST",
        "/v1/audio/transcriptions",
        files={"file": FILE},
        data={"model": "whisper-1", "stream": "true"},
    ) as answer:
        assert answer.headers["x-accel-buffering"] == "no"
        lines = answer.aiter_lines()
        assert (await asyncio.wait_for(anext(lines), 10)).startswith(":")
        recogniser.paused = False
        told = [line async for line in lines if line.startswith("data: ")]
    assert json.loads(told[-1].removeprefix("data: "))["type"] == "transcript.text.done"


async def test_what_is_refused_soon_is_refused_with_its_status(
    start_gateway: StartGateway, recogniser: Recogniser
) -> None:
    gateway = await start_gateway(ping_interval_s=60)  # a sign of life would be the first event
    person = await Person.sign_up(gateway.url)
    recogniser.failure = (TaskErrorCode.AUDIO_UNREADABLE, "no sound in it")
    async with openai.AsyncOpenAI(api_key=person.token, base_url=f"{gateway.url}/v1") as client:
        stream = partial(client.audio.transcriptions.create, file=FILE, stream=True)
        with pytest.raises(openai.UnprocessableEntityError) as refused:
            await stream(model="whisper-1")
        with pytest.raises(openai.NotFoundError):
            await stream(model="gpt-4")
    assert refused.value.code == "audio_unreadable"


@pytest.mark.parametrize("form", ["verbose_json", "srt", "vtt"])
async def test_a_stream_has_no_room_for_times(client: openai.AsyncOpenAI, form: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.audio.transcriptions.create(
            model="whisper-1", file=FILE, stream=True, response_format=form
        )
    assert refused.value.param == "stream"


async def test_a_failure_after_the_first_piece_is_an_error_event(
    client: openai.AsyncOpenAI, person: Person, recogniser: Recogniser, pipeline: Pipeline
) -> None:
    recogniser.paused = True
    asked = asyncio.create_task(
        client.audio.transcriptions.create(model="whisper-1", file=FILE, stream=True)
    )
    job_id = await only_job_of(person)
    await tell_piece(recogniser, job_id, 0, "one")
    stream = aiter(await asked)
    assert told([await anext(stream)]) == ["one"]
    recogniser.failure = (TaskErrorCode.ENGINE_CRASHED, "the recogniser crashed")
    await recogniser.answer_running(job_id)

    with pytest.raises(openai.APIError) as failed:
        await anext(stream)
    assert failed.value.message == "the recogniser crashed"
    assert failed.value.code == "engine_crashed"
    assert failed.value.type == "server_error"


async def test_a_job_that_is_deleted_ends_its_stream(
    client: openai.AsyncOpenAI, person: Person, recogniser: Recogniser
) -> None:
    recogniser.paused = True
    asked = asyncio.create_task(
        client.audio.transcriptions.create(model="whisper-1", file=FILE, stream=True)
    )
    job_id = await only_job_of(person)
    await tell_piece(recogniser, job_id, 0, "one")
    stream = aiter(await asked)
    await anext(stream)
    assert (await person.http.delete(f"/jobs/{job_id}")).status_code == 204
    with pytest.raises(openai.APIError) as ended:
        await asyncio.wait_for(anext(stream), 10)
    assert ended.value.code == "cancelled"


async def test_a_client_that_leaves_does_not_cancel_its_job(
    gateway: Gateway, person: Person, recogniser: Recogniser
) -> None:
    recogniser.paused = True
    async with openai.AsyncOpenAI(api_key=person.token, base_url=f"{gateway.url}/v1") as client:
        asked = asyncio.create_task(
            client.audio.transcriptions.create(model="whisper-1", file=FILE, stream=True)
        )
        job_id = await only_job_of(person)
        await tell_piece(recogniser, job_id, 0, "안녕")
        stream = await asked
        await anext(aiter(stream))
        await stream.close()
    recogniser.paused = False
    async with asyncio.timeout(10):
        while (await person.get(f"/jobs/{job_id}")).json()["state"] != "completed":
            await asyncio.sleep(0.01)


async def test_a_gateway_that_stops_says_that_the_job_goes_on(
    gateway: Gateway, start_gateway: StartGateway, recogniser: Recogniser
) -> None:
    recogniser.paused = True
    stopping = await start_gateway()
    somebody = await Person.sign_up(stopping.url)
    key = {"Idempotency-Key": "again"}
    async with openai.AsyncOpenAI(
        api_key=somebody.token, base_url=f"{stopping.url}/v1", max_retries=0
    ) as client:
        asked = asyncio.create_task(
            client.audio.transcriptions.create(
                model="whisper-1", file=FILE, stream=True, extra_headers=key
            )
        )
        await tell_piece(recogniser, await only_job_of(somebody), 0, "안녕")
        stream = aiter(await asked)
        await anext(stream)
        stopping.state.waiting.drain()
        with pytest.raises(openai.APIError) as ended:
            await anext(stream)
    assert ended.value.code == "still_running"

    recogniser.paused = False
    async with openai.AsyncOpenAI(api_key=somebody.token, base_url=f"{gateway.url}/v1") as client:
        again = await client.audio.transcriptions.create(
            model="whisper-1", file=FILE, stream=True, extra_headers=key
        )
        events = [event async for event in again]
    assert "".join(told(events)) == "안녕하세요"
    assert len(recogniser.seen) == 1


async def test_what_is_no_answer_to_stream_is_refused(person: Person) -> None:
    answer: httpx.Response = await person.http.post(
        "/v1/audio/transcriptions",
        files={"file": FILE},
        data={"model": "whisper-1", "stream": "perhaps"},
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "stream"
