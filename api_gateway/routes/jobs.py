"""Recordings of systems and people: handed in, followed, read, cancelled, forgotten."""

# ruff: noqa: FAST003 - `Own` reads the path's `job_id`

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api_gateway.callers import Reader, Sender
from api_gateway.errors import (
    AudioEmpty,
    ScopeMissing,
    WrongState,
)
from api_gateway.owners import Changing, Own
from api_gateway.routes.uploads import IdempotencyKey, form_schema, read_upload
from api_gateway.schemas.jobs import JobFields, OwnJobOut, OwnJobsOut
from api_gateway.schemas.pages import Cursor, Limit, cut
from api_gateway.state import StateDep
from api_gateway.usecases.govern_jobs import BY_OWNER
from api_gateway.usecases.hand_in import Submission
from api_gateway.usecases.own_jobs import list_own_jobs, show_own_job
from malmoi.contracts.decoding import DecodeOptions
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
    prefix="/jobs",
    tags=["jobs"],
    responses=problems(Unauthorized, ScopeMissing, NotFound, Malformed),
)


@router.post(
    "",
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


@router.post("/{job_id}/retry", status_code=HTTPStatus.ACCEPTED, responses=problems(WrongState))
async def retry(own: Changing, response: Response, state: StateDep) -> OwnJobOut:
    """Have a failed or cancelled one recognised again, as a new job."""
    again = await state.jobs.retry(own.job.id)
    response.headers["Location"] = f"/jobs/{again.id}"
    return OwnJobOut.of(await show_own_job(state.database, again.id, own.job.owner_user_id))


@router.delete("/{job_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete(own: Changing, state: StateDep) -> None:
    """Forget job, recording and text; an open one is cancelled first."""
    await state.jobs.delete(own.job.id)
