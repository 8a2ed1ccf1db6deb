"""The console: every job, what became of it, and what an operator can do about it."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from api_gateway.admins import Admin, admins_only
from api_gateway.errors import AudioExpired, RangeNotSatisfiable, TextExpired, WrongState
from api_gateway.origins import Origin
from api_gateway.routes.jobs import Whole
from api_gateway.routes.ranges import SOUND, recording, recording_url
from api_gateway.schemas.admin_job import JobOut
from api_gateway.schemas.admin_jobs import CorrectionIn, CountsOut, JobRow, JobsOut, RetriedOut
from api_gateway.schemas.jobs import RecordingUrlOut
from api_gateway.schemas.pages import Cursor, Instant, Limit, cut
from api_gateway.state import StateDep
from api_gateway.usecases.correct_job import Wording, correct_job, uncorrect_job
from api_gateway.usecases.export_transcript import Form, exported
from api_gateway.usecases.read_transcript import read_transcript
from api_gateway.usecases.show_jobs import count_jobs, job_of, list_jobs, show_job
from malmoi.contracts.corrections import Correction
from malmoi.contracts.jobs import Engine, JobState, Lane
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.job_pages import JobFilter
from malmoi.persistence.pages import Place
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/admin/jobs",
    tags=["console"],
    dependencies=[admins_only],
    responses=problems(Unauthorized, NotFound, Malformed),
)
_MEDIA_TYPES: dict[Form, str] = {
    "txt": "text/plain",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
}
_FILE: dict[str, Any] = {
    "description": "The text, as corrected",
    "content": {each: {} for each in _MEDIA_TYPES.values()},
}


@router.get("")
async def list_all_jobs(  # noqa: PLR0913, PLR0917 - FastAPI's way to declare filters
    state: StateDep,
    after: Cursor,
    in_state: Annotated[JobState | None, Query(alias="state")] = None,
    engine: Engine | None = None,
    lane: Lane | None = None,
    room_id: UUID | None = None,
    user_id: UUID | None = None,
    error_code: Annotated[str | None, Query(pattern="^[A-Z_]{1,64}$")] = None,
    q: Annotated[str, Query(max_length=200)] = "",
    since: Annotated[Instant | None, Query(alias="from")] = None,
    until: Annotated[Instant | None, Query(alias="to")] = None,
    limit: Limit = 50,
) -> JobsOut:
    """Jobs, newest first. `q` is an id, or words of a text, an address or a room's title."""
    chosen = JobFilter(
        state=in_state,
        engine=engine,
        lane=lane,
        room_id=room_id,
        owner_user_id=user_id,
        error_code=error_code,
        since=since,
        until=until,
    )
    words = q.replace("\0", "").strip()
    rows = await list_jobs(state.database, chosen, words=words, after=after, limit=limit + 1)
    shown, following = cut(rows, limit, lambda row: Place(row.Job.created_at, row.Job.id))
    return JobsOut(jobs=[JobRow.of(each) for each in shown], next=following)


@router.get("/counts")
async def count_all_jobs(state: StateDep) -> CountsOut:
    """How many jobs are in each state, what ended in the last hour, and what waits."""
    return CountsOut.of(await count_jobs(state.database))


@router.get("/{job_id}")
async def get_job(job_id: UUID, state: StateDep) -> JobOut:
    """Everything that is known of a job: its way, its attempts, its text."""
    return JobOut.of(await show_job(state.database, job_id))


@router.get(
    "/{job_id}/audio",
    response_class=Response,
    responses={200: SOUND, 206: SOUND, **problems(AudioExpired, RangeNotSatisfiable)},
)
async def get_audio(job_id: UUID, request: Request, state: StateDep) -> Response:
    """The recording, or the range of it that is asked for."""
    return await recording(state.store, await job_of(state.database, job_id), request)


@router.get("/{job_id}/audio/url", responses=problems(AudioExpired))
async def locate_audio(job_id: UUID, state: StateDep, origin: Origin) -> RecordingUrlOut:
    """Where it can be played from for some hours, without a token: straight from the store."""
    return await recording_url(state, await job_of(state.database, job_id), origin)


@router.put("/{job_id}/correction", responses=problems(WrongState, TextExpired))
async def put_correction(
    job_id: UUID, body: CorrectionIn, admin: Admin, state: StateDep
) -> Correction:
    """Correct the text, in place of any earlier correction. What was recognised is kept."""
    wording = Wording(body.wording(), body.speakers, by=admin.email)
    return await correct_job(state.database, job_id, wording)


@router.delete("/{job_id}/correction", status_code=HTTPStatus.NO_CONTENT)
async def delete_correction(job_id: UUID, state: StateDep) -> None:
    """Return to what was recognised."""
    await uncorrect_job(state.database, job_id)


@router.post("/{job_id}/retry", responses=problems(WrongState, AudioExpired))
async def retry(job_id: UUID, state: StateDep, *, whole: Whole = False) -> RetriedOut:
    """Have a failed or cancelled recording recognised again, as a new job."""
    job = await state.jobs.retry(job_id, whole=whole)
    return RetriedOut(job_id=job.id, retry_of=job_id)


@router.post("/{job_id}/cancel", responses=problems(WrongState))
async def cancel(job_id: UUID, state: StateDep) -> JobOut:
    """End an open job; repeating it is no error."""
    await state.jobs.cancel(job_id)
    return JobOut.of(await show_job(state.database, job_id))


@router.delete("/{job_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete(job_id: UUID, state: StateDep) -> None:
    """Forget a job and its recording; an open one is cancelled first. Its message stays."""
    await state.jobs.delete(job_id)


@router.get(
    "/{job_id}/export",
    response_class=Response,
    responses={200: _FILE, **problems(WrongState, TextExpired)},
)
async def export(
    job_id: UUID,
    state: StateDep,
    form: Annotated[Form, Query(alias="format")] = "txt",
) -> Response:
    """The text as a file, as corrected where it was."""
    reading = await read_transcript(state.database, job_id)
    return StreamingResponse(
        exported(reading.head, reading.segments, form, about=reading.about),
        media_type=_MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{job_id}.{form}"'},
    )
