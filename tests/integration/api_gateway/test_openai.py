"""The OpenAI interface, used by OpenAI's own unmodified client."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Literal

import openai
import pytest

from malmoi.contracts.task_errors import TaskErrorCode
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import CLIP, Person
from tests.integration.api_gateway.recogniser import Recogniser

FILE = ("speech.wav", CLIP, "audio/wav")


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[openai.AsyncOpenAI]:
    somebody = await Person.sign_up(gateway.url)
    async with openai.AsyncOpenAI(api_key=somebody.token, base_url=f"{gateway.url}/v1") as client:
        yield client


async def test_a_recording_becomes_text(client: openai.AsyncOpenAI, recogniser: Recogniser) -> None:
    found = await client.audio.transcriptions.create(
        model="whisper-1", file=FILE, language="ko", prompt="말모이", temperature=0.2
    )

    assert found.text == "안녕하세요"
    job = recogniser.seen[0]
    assert (job.lane, job.room_id, job.message_id) == ("batch", None, None)
    assert job.options["language"] == "ko"
    assert (job.options["prompt"], job.options["temperature"]) == ("말모이", 0.2)


async def test_without_a_language_it_is_detected(
    client: openai.AsyncOpenAI, recogniser: Recogniser
) -> None:
    await client.audio.transcriptions.create(model="whisper", file=BytesIO(CLIP))
    assert recogniser.seen[0].options["language"] is None


async def test_as_plain_text(client: openai.AsyncOpenAI, recogniser: Recogniser) -> None:
    found = await client.audio.transcriptions.create(
        model="whisper-1", file=FILE, response_format="text"
    )
    assert found == "안녕하세요\n"


@pytest.mark.parametrize(
    ("form", "begins"),
    [("srt", "1\n00:00:00,000 --> "), ("vtt", "WEBVTT\n\n00:00:00.000 --> ")],
)
async def test_as_subtitles(
    client: openai.AsyncOpenAI, recogniser: Recogniser, form: Literal["srt", "vtt"], begins: str
) -> None:
    found = await client.audio.transcriptions.create(
        model="gpt-4o-transcribe", file=FILE, response_format=form
    )
    assert str(found).startswith(begins)


# OpenAI would rather have its clients ask a chat model.
@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
async def test_what_is_said_in_any_language_is_told_in_english(
    client: openai.AsyncOpenAI, recogniser: Recogniser
) -> None:
    recogniser.text = "Hello."
    plain = await client.audio.translations.create(model="whisper-1", file=FILE, prompt="Seoul")
    detailed = await client.audio.translations.create(
        model="whisper-1", file=FILE, response_format="verbose_json"
    )

    assert plain.text == "Hello."
    assert (detailed.text, detailed.language) == ("Hello.", "english")
    options = recogniser.seen[0].options
    assert (options["task"], options["language"], options["prompt"]) == ("translate", None, "Seoul")
    assert options["word_timestamps"] is False


async def test_in_detail_with_words(client: openai.AsyncOpenAI, recogniser: Recogniser) -> None:
    recogniser.text = "hello world"
    found = await client.audio.transcriptions.create(
        model="whisper-1",
        file=FILE,
        language="en",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )

    assert (found.language, found.duration, found.text) == ("english", 1.5, "hello world")
    assert found.segments is not None
    assert (found.segments[0].start, found.segments[0].end) == (0, 1.5)
    assert found.words is not None
    assert [each.word for each in found.words] == ["hello", "world"]


async def test_in_detail_there_are_no_words_unless_they_are_asked_for(
    client: openai.AsyncOpenAI, recogniser: Recogniser
) -> None:
    for granularities in ({}, {"timestamp_granularities": ["segment"]}):
        found = await client.audio.transcriptions.create(
            model="whisper-1", file=FILE, response_format="verbose_json", **granularities
        )
        assert found.words is None
        assert found.segments is not None
        assert [each.text for each in found.segments] == ["안녕하세요"]


async def test_in_detail_with_words_only(
    client: openai.AsyncOpenAI, recogniser: Recogniser
) -> None:
    found = await client.audio.transcriptions.create(
        model="whisper-1",
        file=FILE,
        response_format="verbose_json",
        timestamp_granularities=["word"],
    )
    assert found.segments is None
    assert found.words is not None
    assert [each.word for each in found.words] == ["안녕하세요"]


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("text", "Hello."),
        ("srt", "1\n00:00:00,000 --> "),
        ("vtt", "WEBVTT\n\n00:00:00.000 --> "),
    ],
)
async def test_a_translation_in_every_format(
    client: openai.AsyncOpenAI,
    recogniser: Recogniser,
    form: Literal["text", "srt", "vtt"],
    begins: str,
) -> None:
    recogniser.text = "Hello."
    found = await client.audio.translations.create(
        model="gpt-4o-transcribe", file=FILE, response_format=form
    )
    assert str(found).startswith(begins)


async def test_the_client_that_waits_in_a_thread_of_its_own(
    gateway: Gateway, recogniser: Recogniser
) -> None:
    somebody = await Person.sign_up(gateway.url)

    def ask() -> tuple[str, list[str]]:
        with openai.OpenAI(api_key=somebody.token, base_url=f"{gateway.url}/v1") as client:
            whole = client.audio.transcriptions.create(model="whisper-1", file=FILE)
            stream = client.audio.transcriptions.create(model="whisper-1", file=FILE, stream=True)
            return whole.text, [event.type for event in stream]

    text, types = await asyncio.to_thread(ask)
    assert text == "안녕하세요"
    assert types == ["transcript.text.delta", "transcript.text.done"]


async def test_an_api_key_opens_what_its_scopes_say_until_it_is_revoked(
    gateway: Gateway, recogniser: Recogniser
) -> None:
    somebody = await Person.sign_up(gateway.url)
    made = (await somebody.post("/keys", {"name": "ours"})).json()
    reading = (await somebody.post("/keys", {"name": "r", "scopes": ["recordings:read"]})).json()
    base_url = f"{gateway.url}/v1"
    async with openai.AsyncOpenAI(api_key=reading["secret"], base_url=base_url) as client:
        assert (await client.models.retrieve("whisper")).id == "whisper"
        with pytest.raises(openai.PermissionDeniedError) as refused:
            await client.audio.transcriptions.create(model="whisper-1", file=FILE)
        assert refused.value.code == "scope_missing"
    async with openai.AsyncOpenAI(api_key=made["secret"], base_url=base_url) as client:
        found = await client.audio.transcriptions.create(model="whisper-1", file=FILE)
        assert found.text == "안녕하세요"
        await somebody.http.delete(f"/keys/{made['key']['id']}")
        with pytest.raises(openai.AuthenticationError):
            await client.audio.transcriptions.create(model="whisper-1", file=FILE)


async def test_silence_is_an_empty_text(client: openai.AsyncOpenAI, recogniser: Recogniser) -> None:
    recogniser.text = ""
    assert (await client.audio.transcriptions.create(model="whisper-1", file=FILE)).text == ""


async def test_the_models_are_listed(client: openai.AsyncOpenAI) -> None:
    assert [each.id async for each in client.models.list()] == [
        "whisper-1",
        "gpt-4o-transcribe",
        "gpt-4o-mini-transcribe",
        "whisper",
    ]
    assert (await client.models.retrieve("whisper")).owned_by == "malmoi"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt-4")


async def test_a_model_we_do_not_have_is_never_replaced_by_another(
    client: openai.AsyncOpenAI,
) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        await client.audio.transcriptions.create(model="gpt-4", file=FILE)
    assert refused.value.code == "model_not_found"
    assert "whisper-1" in refused.value.message


async def test_a_wrong_key_is_an_authentication_error(gateway: Gateway) -> None:
    async with openai.AsyncOpenAI(api_key="wrong", base_url=f"{gateway.url}/v1") as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            await client.audio.transcriptions.create(model="whisper-1", file=FILE)
    assert refused.value.code == "unauthorized"
    assert refused.value.type == "authentication_error"


async def test_a_recording_over_fifteen_minutes_is_too_long(
    client: openai.AsyncOpenAI, recogniser: Recogniser
) -> None:
    recogniser.failure = (TaskErrorCode.AUDIO_TOO_LONG, "1000 s of audio; at most 900 s")
    with pytest.raises(openai.APIStatusError) as refused:
        await client.audio.transcriptions.create(model="whisper-1", file=FILE)
    assert (refused.value.status_code, refused.value.code) == (413, "audio_too_long")
    assert "900 s" in refused.value.message
    assert len(recogniser.seen) == 1  # the client did not try again


async def test_our_own_failure_is_not_repeated_by_the_client(
    client: openai.AsyncOpenAI, recogniser: Recogniser
) -> None:
    recogniser.failure = (TaskErrorCode.ENGINE_FAILED, "the engine failed three times")
    with pytest.raises(openai.InternalServerError) as failed:
        await client.audio.transcriptions.create(model="whisper-1", file=FILE)
    assert failed.value.status_code == 502
    assert len(recogniser.seen) == 1


async def test_bad_requests_name_the_parameter(client: openai.AsyncOpenAI) -> None:
    for wrong, param in (
        ({"response_format": "doc"}, "response_format"),
        ({"timestamp_granularities": ["word"]}, "timestamp_granularities"),
        ({"temperature": 3.0}, "temperature"),
        ({"prompt": "a\0b"}, "prompt"),
        ({"language": "Korean"}, "language"),
        ({"language": "qq"}, "language"),
    ):
        with pytest.raises(openai.BadRequestError) as refused:
            await client.audio.transcriptions.create(model="whisper-1", file=FILE, **wrong)
        assert refused.value.param == param
    with pytest.raises(openai.UnprocessableEntityError) as empty:
        await client.audio.transcriptions.create(model="whisper-1", file=("a.wav", b""))
    assert empty.value.code == "audio_empty"


async def test_a_body_over_the_limit_is_refused_in_openais_shape(
    start_gateway: StartGateway,
) -> None:
    small = await start_gateway(max_upload_size=100_000)
    somebody = await Person.sign_up(small.url)
    async with openai.AsyncOpenAI(api_key=somebody.token, base_url=f"{small.url}/v1") as client:
        with pytest.raises(openai.APIStatusError) as refused:
            await client.audio.transcriptions.create(
                model="whisper-1", file=("a.wav", b"x" * 200_000)
            )
    assert (refused.value.status_code, refused.value.code) == (413, "body_too_large")


async def test_who_waits_too_long_is_told_that_the_job_goes_on(
    gateway: Gateway, start_gateway: StartGateway, recogniser: Recogniser
) -> None:
    recogniser.paused = True
    hasty = await start_gateway(transcription_wait_s=0.3)
    somebody = await Person.sign_up(hasty.url)
    key = {"Idempotency-Key": "again"}
    async with openai.AsyncOpenAI(api_key=somebody.token, base_url=f"{hasty.url}/v1") as client:
        with pytest.raises(openai.InternalServerError) as waited:
            await client.audio.transcriptions.create(
                model="whisper-1", file=FILE, extra_headers=key
            )
        assert (waited.value.status_code, waited.value.code) == (504, "still_running")
    recogniser.paused = False
    async with openai.AsyncOpenAI(api_key=somebody.token, base_url=f"{gateway.url}/v1") as client:
        found = await client.audio.transcriptions.create(
            model="whisper-1", file=FILE, extra_headers=key
        )
    assert found.text == "안녕하세요"
    assert len(recogniser.seen) == 1
