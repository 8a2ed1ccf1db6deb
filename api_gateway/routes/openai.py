"""Any OpenAI client can use the cluster, with an API key or a login token."""

from collections.abc import Collection
from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api_gateway.callers import Reader
from api_gateway.errors import (
    AudioEmpty,
    JobCancelled,
    QuotaExceeded,
    RateLimited,
    RecognitionFailed,
    ScopeMissing,
    StillRunning,
    TextExpired,
    UnknownModel,
)
from api_gateway.routes.clips import completed
from api_gateway.routes.handing_in import HandIn, Wanted
from api_gateway.routes.openai_errors import OpenAiRoute
from api_gateway.routes.openai_stream import streamed
from api_gateway.routes.uploads import form_schema
from api_gateway.schemas.openai import (
    ModelOut,
    ModelsOut,
    OpenAiProblem,
    TranscriptionFields,
    TranslationFields,
)
from api_gateway.state import State, StateDep
from api_gateway.usecases.export_transcript import Granularity, exported, verbose_json
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine
from malmoi.contracts.languages import LANGUAGES
from malmoi.contracts.problems import (
    AppError,
    BodyTooLarge,
    IdempotencyKeyReused,
    Unauthorized,
    Unavailable,
)
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.tables import Job
from malmoi.web.problems import problems

MODELS = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", *Engine)
"""What OpenAI's documentation asks for is our default; the engines go by their names."""
_SAID: dict[str, Any] = {
    "description": "The text, in the form that was asked for",
    "content": {"application/json": {}, "text/plain": {}},
}
_SAID_OR_STREAMED = {
    "description": "The same, or Server-Sent Events with `stream=true`",
    "content": {**_SAID["content"], "text/event-stream": {}},
}


def _errors(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    return {
        status: {"model": OpenAiProblem, "description": each["description"]}
        for status, each in problems(*errors).items()
    }


_ERRORS = _errors(
    UnknownModel, BodyTooLarge, AudioEmpty, IdempotencyKeyReused, JobCancelled, TextExpired,
    RecognitionFailed, StillRunning, RateLimited, QuotaExceeded,
)  # fmt: skip
_MALFORMED = {"model": OpenAiProblem, "description": "INVALID"}

router = APIRouter(
    prefix="/v1",
    tags=["openai"],
    route_class=OpenAiRoute,
    responses={400: _MALFORMED, **_errors(Unauthorized, ScopeMissing, Unavailable)},
)


@router.get("/models")
async def list_models(_: Reader) -> ModelsOut:
    """The models that can be asked for."""
    return ModelsOut(data=[ModelOut(id=each) for each in MODELS])


@router.get("/models/{model}", responses=_errors(UnknownModel))
async def get_model(model: str, _: Reader) -> ModelOut:
    """One of them."""
    _require(model)
    return ModelOut(id=model)


@router.post(
    "/audio/transcriptions",
    openapi_extra=form_schema("file", TranscriptionFields),
    responses={200: _SAID_OR_STREAMED, **_ERRORS},
    response_model=None,
)
async def transcribe(hand_in: HandIn, state: StateDep) -> Response:
    """Recognise one recording and answer with its text, whole or as a stream.

    A stream ends with `transcript.text.done`, or with `error`; the job goes on whoever leaves.
    """
    fields, job = await hand_in.by_form(TranscriptionFields, _transcription)
    if fields.stream:
        return await streamed(state, job)
    return _show(await _said(state, job), fields, fields.timestamp_granularities)


@router.post(
    "/audio/translations",
    openapi_extra=form_schema("file", TranslationFields),
    responses={200: _SAID, **_ERRORS},
    response_model=None,
)
async def translate(hand_in: HandIn, state: StateDep) -> Response:
    """Say in English what is said in a recording in any language."""
    fields, job = await hand_in.by_form(TranslationFields, _translation)
    said = (await _said(state, job)).model_copy(update={"language": "en"})
    return _show(said, fields, ["segment"], task="translate")


def _transcription(fields: TranscriptionFields) -> Wanted:
    _require(fields.model)
    return Wanted(
        DecodeOptions(
            language=None if fields.language == "auto" else fields.language,
            prompt=fields.prompt,
            temperature=fields.temperature,
        )
    )


def _translation(fields: TranslationFields) -> Wanted:
    _require(fields.model)
    return Wanted(
        DecodeOptions(
            task="translate",
            prompt=fields.prompt,
            temperature=fields.temperature,
            word_timestamps=False,  # an English word is not spoken at any time
        )
    )


async def _said(state: State, job: Job) -> Transcript:
    ended = await state.waiting.for_end(job.id, seconds=state.settings.transcription_wait_s)
    if ended is None:
        raise StillRunning(f"still being recognised as job {job.id}; ask later with the same key")
    result = completed(ended).result or {}
    return Transcript.model_validate(result["transcript"])


def _require(model: str) -> None:
    if model not in MODELS:
        raise UnknownModel(f"there is no model {model!r} here; there are {', '.join(MODELS)}")


def _show(
    transcript: Transcript,
    fields: TranslationFields,
    granularities: Collection[Granularity],
    task: Literal["transcribe", "translate"] = "transcribe",
) -> Response:
    match fields.response_format:
        case "text":
            return Response(transcript.text + "\n", media_type="text/plain")
        case "verbose_json":
            language = LANGUAGES.get(transcript.language or "", "")
            named = transcript.model_copy(update={"language": language})
            shown = verbose_json(named, lambda: transcript.segments, granularities, task)
            return Response("".join(shown), media_type="application/json")
        case "srt" | "vtt" as form:
            shown = exported(transcript, lambda: transcript.segments, form, about={})
            return Response("".join(shown), media_type="text/plain")
        case "json":
            return JSONResponse({"text": transcript.text})
