"""Any OpenAI client can use the cluster; the login token is its API key."""

from typing import Any

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
    verbose,
)
from api_gateway.state import StateDep
from api_gateway.usecases.export_transcript import exported
from api_gateway.usecases.hand_in import Submission
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.problems import AppError, BodyTooLarge, Unauthorized
from malmoi.contracts.transcripts import Transcript

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
        _require(fields.model)
        submission = Submission(
            owner_user_id=user.id,
            lane=Lane.BATCH,
            options=_options(fields),
            idempotency_key=idempotency_key,
        )
        job = await state.intake.take(submission, upload.recording)
    ended = await state.waiting.for_end(job.id, seconds=state.settings.transcription_wait_s)
    if ended is None:
        raise StillRunning(f"still being recognised as job {job.id}; ask later with the same key")
    result = completed(ended).result or {}
    return _show(Transcript.model_validate(result["transcript"]), fields)


def _require(model: str) -> None:
    if model not in MODELS:
        raise UnknownModel(f"there is no model {model!r} here; there are {', '.join(MODELS)}")


def _options(fields: TranscriptionFields) -> DecodeOptions:
    return DecodeOptions(
        language=None if fields.language == "auto" else fields.language,
        prompt=fields.prompt,
        temperature=fields.temperature,
        word_timestamps=True,
    )


def _show(transcript: Transcript, fields: TranscriptionFields) -> Response:
    match fields.response_format:
        case "text":
            return Response(transcript.text + "\n", media_type="text/plain")
        case "verbose_json":
            words = "word" in fields.timestamp_granularities
            return JSONResponse(verbose(transcript, words=words))
        case "srt" | "vtt" as form:
            return Response(exported(transcript, None, form), media_type="text/plain")
        case "json":
            return JSONResponse({"text": transcript.text})
