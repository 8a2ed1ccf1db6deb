"""Recordings of systems and people: handed in, followed, read, cancelled, forgotten."""

# ruff: noqa: FAST003 - `Own` reads the path's `job_id`

from http import HTTPStatus
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from api_gateway.callers import Reader, Sender
from api_gateway.errors import (
    AudioEmpty,
    JobCancelled,
    RangeNotSatisfiable,
    RecognitionFailed,
    ScopeMissing,
    WrongState,
)
from api_gateway.live.server_sent import server_sent
from api_gateway.routes.clips import completed
from api_gateway.routes.ranges import ranged
from api_gateway.routes.uploads import IdempotencyKey, form_schema, read_upload
from api_gateway.schemas.jobs import JobFields, OwnJobOut, OwnJobsOut
from api_gateway.schemas.openai import verbose
from api_gateway.schemas.pages import Cursor, Limit, cut
from api_gateway.state import StateDep
from api_gateway.usecases.correct_job import correction_of, transcript_of
from api_gateway.usecases.export_transcript import Form, as_it_reads, exported
from api_gateway.usecases.govern_jobs import BY_OWNER
from api_gateway.usecases.hand_in import Submission
from api_gateway.usecases.own_jobs import OwnJob, list_own_jobs, show_own_job
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.events import job_stream
from malmoi.contracts.jobs import JobState, Lane
from malmoi.contracts.problems import (
    BodyTooLarge,
    IdempotencyKeyReused,
    NotFound,
    Unauthorized,
    Unavailable,
)
from malmoi.persistence.pages import Place
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    tags=["jobs"], responses=problems(Unauthorized, ScopeMissing, NotFound, Malformed)
)
ResultFormat: TypeAlias = Literal["json", "verbose_json", "text", "srt", "vtt", "tsv"]
_FORMS: dict[ResultFormat, tuple[Form, str]] = {
    "json": ("json", "application/json"),
    "text": ("txt", "text/plain"),
    "srt": ("srt", "application/x-subrip"),
    "vtt": ("vtt", "text/vtt"),
    "tsv": ("tsv", "text/tab-separated-values"),
}
_SOUND = {"content": {"audio/*": {}}, "description": "The recording, or the range asked for"}
_NEWEST_EVENT = 2**63 - 1
EventNumber = Annotated[int, Query(ge=0, le=_NEWEST_EVENT)]


async def _own_job(job_id: UUID, reader: Reader, state: StateDep) -> OwnJob:
    return await show_own_job(state.database, job_id, reader.id)


async def _own_job_to_change(job_id: UUID, sender: Sender, state: StateDep) -> OwnJob:
    return await show_own_job(state.database, job_id, sender.id)


Own = Annotated[OwnJob, Depends(_own_job)]
"""The caller's job of the path, to be read; to anybody else it does not exist."""
Changing = Annotated[OwnJob, Depends(_own_job_to_change)]
"""The same, to be moved or deleted."""


@router.post(
    "/jobs",
    status_code=HTTPStatus.ACCEPTED,
    openapi_extra=form_schema("file", JobFields),
    responses=problems(AudioEmpty, BodyTooLarge, IdempotencyKeyReused, Unavailable),
)
async def hand_in_recording(
    request: Request,
    response: Response,
    user: Sender,
    state: StateDep,
    idempotency_key: IdempotencyKey = None,
) -> OwnJobOut:
    """Hand in one recording. It is kept from the moment of the answer; follow it by its events."""
    async with read_upload(request, "file") as upload:
        fields = upload.fields(JobFields)
        options = DecodeOptions(
            language=None if fields.language == "auto" else fields.language,
            prompt=fields.prompt,
            temperature=fields.temperature,
            word_timestamps=True,
        )
        submission = Submission(
            owner_user_id=user.id,
            lane=Lane.BATCH,
            options=options,
            engine=fields.engine,
            idempotency_key=idempotency_key,
        )
        job = await state.intake.take(submission, upload.recording)
    response.headers["Location"] = f"/jobs/{job.id}"
    return OwnJobOut.of(await show_own_job(state.database, job.id, user.id))


@router.get("/jobs")
async def list_jobs(
    user: Reader,
    state: StateDep,
    after: Cursor,
    in_state: Annotated[JobState | None, Query(alias="state")] = None,
    limit: Limit = 50,
) -> OwnJobsOut:
    """Your recordings, newest first; what was said in rooms is not among them."""
    rows = await list_own_jobs(state.database, user.id, in_state, after=after, limit=limit + 1)
    shown, following = cut(rows, limit, lambda own: Place(own.job.created_at, own.job.id))
    return OwnJobsOut(jobs=[OwnJobOut.of(each) for each in shown], next=following)


@router.get("/jobs/{job_id}")
async def get_job(own: Own) -> OwnJobOut:
    """How far it is."""
    return OwnJobOut.of(own)


@router.get(
    "/jobs/{job_id}/result",
    responses={
        200: {
            "description": "The text, as corrected where it was",
            "content": {each: {} for _, each in _FORMS.values()},
        },
        **problems(WrongState, JobCancelled, RecognitionFailed),
    },
    response_class=Response,
)
async def get_result(
    own: Own, form: Annotated[ResultFormat, Query(alias="format")] = "json"
) -> Response:
    """What was said. Any format at any time: nothing is recognised again for it."""
    job = own.job
    if not JobState(job.state).is_final:
        raise WrongState(f"the job is {job.state}; read the result when its events say completed")
    completed(job)
    transcript, correction = transcript_of(job), correction_of(job)
    if form == "verbose_json":
        return JSONResponse(verbose(as_it_reads(transcript, correction), words=True))
    kind, media_type = _FORMS[form]
    name = f"{job.id}.{kind}"
    return Response(
        exported(transcript, correction, kind),
        media_type=media_type,
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@router.get(
    "/jobs/{job_id}/audio",
    response_class=Response,
    responses={200: _SOUND, 206: _SOUND, **problems(RangeNotSatisfiable, Unavailable)},
)
async def play_recording(own: Own, request: Request, state: StateDep) -> Response:
    """The recording as it was handed in, whole or by `Range`."""
    return await ranged(state.store, own.job.audio_key, request)


@router.get(
    "/jobs/{job_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-Sent Events, numbered, to the end of the job",
            "content": {"text/event-stream": {}},
        },
        204: {"description": "The job has ended, and you have heard everything"},
    },
)
async def follow_job(
    own: Own,
    state: StateDep,
    after: EventNumber = 0,
    last_event_id: Annotated[int | None, Header(ge=0, le=_NEWEST_EVENT)] = None,
) -> Response:
    """What happens to the job, from its beginning or after a number, live."""
    heard = after if last_event_id is None else last_event_id
    if JobState(own.job.state).is_final and heard >= own.job.last_seq:
        return Response(status_code=HTTPStatus.NO_CONTENT)  # an EventSource comes back no more
    told = server_sent(
        state.hub,
        job_stream(own.job.id),
        heard,
        keep_alive_s=state.settings.ping_interval_s,
        draining=lambda: state.waiting.draining,
    )
    # Not to be collected by a proxy on the way.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(told, media_type="text/event-stream", headers=headers)


@router.post("/jobs/{job_id}/cancel", responses=problems(WrongState))
async def cancel(own: Changing, state: StateDep) -> OwnJobOut:
    """End it; repeating it is no error."""
    await state.jobs.cancel(own.job.id, detail=BY_OWNER)
    return OwnJobOut.of(await show_own_job(state.database, own.job.id, own.job.owner_user_id))


@router.post(
    "/jobs/{job_id}/retry", status_code=HTTPStatus.ACCEPTED, responses=problems(WrongState)
)
async def retry(own: Changing, response: Response, state: StateDep) -> OwnJobOut:
    """Have a failed or cancelled one recognised again, as a new job."""
    again = await state.jobs.retry(own.job.id)
    response.headers["Location"] = f"/jobs/{again.id}"
    return OwnJobOut.of(await show_own_job(state.database, again.id, own.job.owner_user_id))


@router.delete("/jobs/{job_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete(own: Changing, state: StateDep) -> None:
    """Forget job, recording and text; an open one is cancelled first."""
    await state.jobs.delete(own.job.id)
