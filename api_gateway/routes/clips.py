"""A spoken clip becomes a message of its room (seed 000 section 5, STT)."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api_gateway.callers import Participant, Seated
from api_gateway.errors import AudioEmpty, JobCancelled, NotSpeaker, RecognitionFailed, TextExpired
from api_gateway.routes.uploads import (
    IdempotencyKey,
    Prefer,
    form_schema,
    read_upload,
    seconds_to_wait,
)
from api_gateway.schemas.messages import ClipOut
from api_gateway.schemas.rooms import Language
from api_gateway.state import State, StateDep
from api_gateway.usecases.hand_in import Submission
from api_gateway.usecases.read_transcript import require_text
from api_gateway.usecases.sources import FromBody
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import JobState, Lane
from malmoi.contracts.problems import (
    AppError,
    BodyTooLarge,
    IdempotencyKeyReused,
    NotFound,
    Unauthorized,
    Unavailable,
)
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.observability.metrics import CLIPS_REFUSED_TOTAL
from malmoi.persistence.rooms import terms_of
from malmoi.persistence.tables import Job
from malmoi.web.problems import Malformed, problems

router = APIRouter(tags=["clips"])


class ClipFields(BaseModel):
    """What may stand beside the file."""

    language: Language | None = None
    """Of this clip; otherwise the room's."""
    grant: int | None = Field(default=None, ge=1)
    """Under which grant it was spoken; otherwise the caller's current one."""


@router.post(
    "/rooms/{room_id}/stt",  # noqa: FAST003 - Participant reads it
    openapi_extra=form_schema("audio_file", ClipFields),
    responses={
        HTTPStatus.ACCEPTED: {"model": ClipOut, "description": "Accepted; the event tells the end"},
        **problems(
            Unauthorized, NotFound, NotSpeaker, BodyTooLarge, IdempotencyKeyReused, Malformed,
            AudioEmpty, JobCancelled, TextExpired, RecognitionFailed, Unavailable,
        ),
    },
)  # fmt: skip
async def hand_in_clip(  # noqa: PLR0913, PLR0917 - FastAPI's way to declare inputs
    request: Request,
    response: Response,
    here: Participant,
    state: StateDep,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> ClipOut:
    """Send what was said. Answers 200 with the text, or 202 when it is not there in time.

    Either way the room hears of it by `message.created`, `message.empty` or `message.failed`.
    """
    try:
        job = await _accept(request, here, state, idempotency_key)
    except AppError as error:
        CLIPS_REFUSED_TOTAL.labels(error.code).inc()
        raise
    ended = await state.waiting.for_end(
        job.id, seconds=seconds_to_wait(prefer, state.settings.stt_wait_s)
    )
    if ended is None:
        response.status_code = HTTPStatus.ACCEPTED
        return ClipOut.pending(job)
    return ClipOut.ended(completed(ended))


async def _accept(request: Request, here: Seated, state: State, key: str | None) -> Job:
    async with read_upload(request, "audio_file") as upload:
        fields = upload.fields(ClipFields)
        language = fields.language or here.room.language
        submission = Submission(
            owner_user_id=here.user_id,
            lane=Lane.INTERACTIVE,
            options=DecodeOptions(
                language=None if language == "auto" else language,
                prompt=", ".join(terms_of(here.room)) or None,
                word_timestamps=True,
            ),
            room_id=here.room.id,
            grant=fields.grant,
            idempotency_key=key,
        )
        return await state.intake.take(submission, FromBody(upload.recording, state.store))


def completed(job: Job) -> Job:
    """The ended job if it has a text to show.

    Raises:
        TextExpired: its text was erased.
        JobCancelled: an operator has ended it.
        RecognitionFailed: it came to nothing.

    """
    if job.state == JobState.COMPLETED:
        require_text(job)
        return job
    if job.state == JobState.CANCELLED:
        raise JobCancelled(job.error_detail or "the recognition was cancelled")
    verdict = TaskErrorCode(job.error_code or TaskErrorCode.ENGINE_FAILED)
    raise RecognitionFailed(verdict, job.error_detail or "the recording was not recognised")
