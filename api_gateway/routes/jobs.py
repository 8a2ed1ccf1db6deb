"""Recordings of systems and people: handed in, followed, read, cancelled, forgotten."""

# ruff: noqa: FAST003 - `Own` reads the path's `job_id`

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api_gateway.callers import Reader
from api_gateway.errors import (
    AudioEmpty,
    AudioExpired,
    ObjectRefused,
    QuotaExceeded,
    RateLimited,
    RecordingTooLarge,
    ScopeMissing,
    UploadIncomplete,
    WrongState,
)
from api_gateway.owners import Changing, Own
from api_gateway.pacing import Paced
from api_gateway.routes.handing_in import HandIn, Wanted
from api_gateway.routes.uploads import form_schema
from api_gateway.schemas.callbacks import wish_for
from api_gateway.schemas.jobs import JobFields, JobRequest, OwnJobOut, OwnJobsOut
from api_gateway.schemas.pages import Cursor, Limit, cut
from api_gateway.state import StateDep
from api_gateway.usecases.govern_jobs import BY_OWNER
from api_gateway.usecases.own_jobs import list_own_jobs, show_own_job
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import JobState
from malmoi.contracts.problems import (
    BodyTooLarge,
    IdempotencyKeyReused,
    NotFound,
    Unauthorized,
    Unavailable,
)
from malmoi.persistence.pages import Place
from malmoi.web.destinations import AnswerTooLarge, OutboundError, UrlRefused
from malmoi.web.problems import Malformed, problems

Whole = Annotated[bool, Query(description="Also what was recognised already of a long recording.")]

router = APIRouter(
    prefix="/jobs",
    tags=["jobs"],
    responses=problems(Unauthorized, ScopeMissing, NotFound, Malformed),
)


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    openapi_extra=form_schema("file", JobFields, or_json=JobRequest),
    responses=problems(
        AudioEmpty, BodyTooLarge, RecordingTooLarge, UploadIncomplete, WrongState, ObjectRefused,
        IdempotencyKeyReused, RateLimited, QuotaExceeded, OutboundError, UrlRefused, AnswerTooLarge,
        Unavailable,
    ),
)  # fmt: skip
async def hand_in_recording(response: Response, hand_in: HandIn, state: StateDep) -> OwnJobOut:
    """Hand in one recording, or say where it lies.

    It is kept from the moment of the answer; follow it by its events.
    """
    if hand_in.names_a_source:
        job = await hand_in.by_name(_wanted)
    else:
        _, job = await hand_in.by_form(JobFields, _wanted)
    response.headers["Location"] = f"/jobs/{job.id}"
    return OwnJobOut.of(await show_own_job(state.database, job.id, hand_in.user.id))


def _wanted(fields: JobFields) -> Wanted:
    return Wanted(
        options=DecodeOptions(
            language=None if fields.language == "auto" else fields.language,
            prompt=fields.prompt,
            temperature=fields.temperature,
            word_timestamps=True,
            language_per_chunk=fields.language_detection == "chunk",
        ),
        engine=fields.engine,
        lane=fields.lane,
        callback=wish_for(fields.callback_url, fields.callback_events),
    )


@router.get("")
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


@router.get("/{job_id}")
async def get_job(own: Own) -> OwnJobOut:
    """How far it is."""
    return OwnJobOut.of(own)


@router.post("/{job_id}/cancel", responses=problems(WrongState))
async def cancel(own: Changing, state: StateDep) -> OwnJobOut:
    """End it; repeating it is no error."""
    await state.jobs.cancel(own.job.id, detail=BY_OWNER)
    return OwnJobOut.of(await show_own_job(state.database, own.job.id, own.job.owner_user_id))


@router.post(
    "/{job_id}/retry",
    status_code=HTTPStatus.ACCEPTED,
    responses=problems(WrongState, AudioExpired, RateLimited, QuotaExceeded),
)
async def retry(
    own: Changing, _: Paced, response: Response, state: StateDep, *, whole: Whole = False
) -> OwnJobOut:
    """Have a failed or cancelled one recognised again, as a new job."""
    again = await state.jobs.retry(own.job.id, whole=whole, within=state.quotas)
    response.headers["Location"] = f"/jobs/{again.id}"
    return OwnJobOut.of(await show_own_job(state.database, again.id, own.job.owner_user_id))


@router.delete("/{job_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete(own: Changing, state: StateDep) -> None:
    """Forget job, recording and text; an open one is cancelled first."""
    await state.jobs.delete(own.job.id)
