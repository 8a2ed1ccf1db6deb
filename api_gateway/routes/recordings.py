"""What a message came of: its recording, and the words with their times."""

from fastapi import APIRouter, Request, Response

from api_gateway.callers import Heard
from api_gateway.errors import AudioExpired, RangeNotSatisfiable
from api_gateway.routes.ranges import SOUND, recording
from api_gateway.schemas.messages import WordsOut
from api_gateway.state import State, StateDep
from malmoi.contracts.problems import NotFound, Unauthorized, Unavailable
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.room_messages import find_job
from malmoi.persistence.said import Said
from malmoi.persistence.tables import Job
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/messages/{message_id}",
    tags=["messages"],
    responses=problems(Unauthorized, NotFound, Malformed),
)


@router.get(
    "/audio",
    response_class=Response,
    responses={200: SOUND, 206: SOUND, **problems(AudioExpired, RangeNotSatisfiable, Unavailable)},
)
async def play(heard: Heard, request: Request, state: StateDep) -> Response:
    """The recording as it was uploaded, whole or by `Range`."""
    job = await _job(state, heard.said)
    if job is None:
        raise NotFound("this message has no recording")
    return await recording(state.store, job, request)


@router.get("/words")
async def list_words(heard: Heard, state: StateDep) -> WordsOut:
    """Every word with its time, as it was recognised; none where there is no transcript."""
    job = await _job(state, heard.said)
    if job is None or job.result is None:
        return WordsOut.of(None)
    return WordsOut.of(Transcript.model_validate(job.result["transcript"]))


async def _job(state: State, said: Said) -> Job | None:
    if said.job_id is None or not (said.has_audio or said.audio_expired):
        return None
    async with state.database.reading() as session:
        return await find_job(session, said.job_id)
