"""What a job has become: its text, its recording, and what happens to it."""

from http import HTTPStatus
from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from api_gateway.errors import (
    AudioExpired,
    JobCancelled,
    RangeNotSatisfiable,
    RecognitionFailed,
    ScopeMissing,
    TextExpired,
    WrongState,
)
from api_gateway.live.server_sent import server_sent
from api_gateway.origins import Origin
from api_gateway.owners import Own
from api_gateway.routes.clips import completed
from api_gateway.routes.ranges import SOUND, recording, recording_url
from api_gateway.schemas.jobs import RecordingUrlOut
from api_gateway.state import StateDep
from api_gateway.usecases.export_transcript import Form, exported, verbose_json
from api_gateway.usecases.read_transcript import read_transcript
from malmoi.contracts.events import job_stream
from malmoi.contracts.jobs import JobState
from malmoi.contracts.problems import NotFound, Unauthorized, Unavailable
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/jobs/{job_id}",
    tags=["jobs"],
    responses=problems(Unauthorized, ScopeMissing, NotFound, Malformed),
)
ResultFormat: TypeAlias = Literal["json", "verbose_json", "text", "srt", "vtt", "tsv"]
_FORMS: dict[ResultFormat, tuple[Form, str]] = {
    "json": ("json", "application/json"),
    "text": ("txt", "text/plain"),
    "srt": ("srt", "application/x-subrip"),
    "vtt": ("vtt", "text/vtt"),
    "tsv": ("tsv", "text/tab-separated-values"),
}
_NEWEST_EVENT = 2**63 - 1
EventNumber = Annotated[int, Query(ge=0, le=_NEWEST_EVENT)]


@router.get(
    "/result",
    responses={
        200: {
            "description": "The text, as corrected where it was",
            "content": {each: {} for _, each in _FORMS.values()},
        },
        **problems(WrongState, JobCancelled, TextExpired, RecognitionFailed),
    },
    response_class=Response,
)
async def get_result(
    own: Own, state: StateDep, form: Annotated[ResultFormat, Query(alias="format")] = "json"
) -> Response:
    """What was said. Any format at any time: nothing is recognised again for it."""
    job = own.job
    if not JobState(job.state).is_final:
        raise WrongState(f"the job is {job.state}; read the result when its events say completed")
    completed(job)
    reading = await read_transcript(state.database, job.id)
    if form == "verbose_json":
        shown = verbose_json(reading.head, reading.segments, ("segment", "word"))
        return StreamingResponse(shown, media_type="application/json")
    kind, media_type = _FORMS[form]
    return StreamingResponse(
        exported(reading.head, reading.segments, kind, about=reading.about),
        media_type=media_type,
        headers={"Content-Disposition": f'inline; filename="{job.id}.{kind}"'},
    )


@router.get(
    "/audio",
    response_class=Response,
    responses={200: SOUND, 206: SOUND, **problems(AudioExpired, RangeNotSatisfiable, Unavailable)},
)
async def play_recording(own: Own, request: Request, state: StateDep) -> Response:
    """The recording as it was handed in, whole or by `Range`."""
    return await recording(state.store, own.job, request)


@router.get("/audio/url", responses=problems(AudioExpired, Unavailable))
async def locate_recording(own: Own, state: StateDep, origin: Origin) -> RecordingUrlOut:
    """Where it can be played from for some hours, without a token: straight from the store."""
    return await recording_url(state, own.job, origin)


@router.get(
    "/events",
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
        min(heard, own.job.last_seq),
        keep_alive_s=state.settings.ping_interval_s,
        draining=lambda: state.waiting.draining,
    )
    # Not to be collected by a proxy on the way.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(told, media_type="text/event-stream", headers=headers)
