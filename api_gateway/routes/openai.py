"""Any OpenAI client can use the cluster, with an API key or a login token."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api_gateway.callers import Reader, Sender
from api_gateway.errors import RecognitionFailed, ScopeMissing, StillRunning, UnknownModel
from api_gateway.routes.clips import completed
from api_gateway.routes.openai_errors import OpenAiRoute
from api_gateway.routes.uploads import IdempotencyKey, form_schema, read_upload
from api_gateway.schemas.openai import (
    ModelOut,
    ModelsOut,
    OpenAiProblem,
    TranscriptionFields,
    TranslationFields,
    verbose,
)
from api_gateway.state import State, StateDep
from api_gateway.usecases.export_transcript import exported
from api_gateway.usecases.hand_in import Submission
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.problems import AppError, BodyTooLarge, Unauthorized
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.tables import Job, User

MODELS = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", *Engine)
"""What OpenAI's documentation asks for is our default; the engines go by their names."""


def _errors(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    return {int(each.status): {"model": OpenAiProblem, "description": each.code} for each in errors}


router = APIRouter(
    prefix="/v1",
    tags=["openai"],
    route_class=OpenAiRoute,
    responses=_errors(Unauthorized, ScopeMissing),
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
    responses=_errors(UnknownModel, BodyTooLarge, RecognitionFailed, StillRunning),
    response_model=None,
)
async def transcribe(
    request: Request,
    user: Sender,
    state: StateDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Recognise one recording of up to 15 minutes and answer with its text."""
    async with read_upload(request, "file") as upload:
        fields = upload.fields(TranscriptionFields)
        options = DecodeOptions(
            language=None if fields.language == "auto" else fields.language,
            prompt=fields.prompt,
            temperature=fields.temperature,
        )
        wanted = _wanted(user, fields, options, idempotency_key)
        job = await state.intake.take(wanted, upload.recording)
    words = "word" in fields.timestamp_granularities
    return _show(await _said(state, job), fields, words=words)


@router.post(
    "/audio/translations",
    openapi_extra=form_schema("file", TranslationFields),
    responses=_errors(UnknownModel, BodyTooLarge, RecognitionFailed, StillRunning),
    response_model=None,
)
async def translate(
    request: Request,
    user: Sender,
    state: StateDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Say in English what is said in a recording of up to 15 minutes, in any language."""
    async with read_upload(request, "file") as upload:
        fields = upload.fields(TranslationFields)
        options = DecodeOptions(
            task="translate",
            prompt=fields.prompt,
            temperature=fields.temperature,
            word_timestamps=False,  # an English word is not spoken at any time
        )
        wanted = _wanted(user, fields, options, idempotency_key)
        job = await state.intake.take(wanted, upload.recording)
    said = (await _said(state, job)).model_copy(
        update={"language": "english"}
    )  # so OpenAI calls it
    return _show(said, fields, task="translate")


def _wanted(
    user: User, fields: TranslationFields, options: DecodeOptions, idempotency_key: str | None
) -> Submission:
    _require(fields.model)
    return Submission(
        owner_user_id=user.id,
        lane=Lane.BATCH,
        options=options,
        idempotency_key=idempotency_key,
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
    *,
    words: bool = False,
    task: Literal["transcribe", "translate"] = "transcribe",
) -> Response:
    match fields.response_format:
        case "text":
            return Response(transcript.text + "\n", media_type="text/plain")
        case "verbose_json":
            return JSONResponse(verbose(transcript, words=words, task=task))
        case "srt" | "vtt" as form:
            return Response(exported(transcript, None, form), media_type="text/plain")
        case "json":
            return JSONResponse({"text": transcript.text})
