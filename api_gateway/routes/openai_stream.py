"""`stream=true`: the text as Server-Sent Events, in the form that OpenAI's clients read."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse

from api_gateway.errors import JobCancelled, StillRunning
from api_gateway.live.deltas import JobText
from api_gateway.routes.clips import completed
from api_gateway.routes.openai_errors import AWAY, problem_of
from api_gateway.state import State
from malmoi.contracts.problems import AppError, Unavailable
from malmoi.contracts.transcripts import Transcript
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.faults import OUR_FAULT
from malmoi.persistence.room_messages import find_job
from malmoi.persistence.tables import Job

_KEEP_ALIVE = ": still here\n\n"
# Not to be collected by a proxy on the way.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def streamed(state: State, job: Job) -> Response:
    """The job's text, live; the job goes on whoever leaves.

    The answer begins with the first thing to tell, so that what is refused soon has its status.

    Raises:
        AppError: nothing was told yet, and nothing will be.

    """
    events = _events(state, job)
    first = await anext(events)
    return StreamingResponse(
        _safely(first, events), media_type="text/event-stream", headers=_HEADERS
    )


async def _safely(first: str, events: AsyncIterator[str]) -> AsyncIterator[str]:
    """The events; a refusal that comes after the first of them is one itself."""
    yield first
    try:
        async for each in events:
            yield each
    except AppError as error:
        yield _refused(error)
    except OUR_FAULT:
        raise
    except AWAY:
        yield _refused(Unavailable("a part of the service is away; the job goes on"))


async def _events(state: State, job: Job) -> AsyncIterator[str]:
    text = JobText(state.hub, job.id, draining=lambda: state.waiting.draining)
    async with aclosing(text.deltas(keep_alive_s=state.settings.ping_interval_s)) as deltas:
        async for delta in deltas:
            if delta is None:
                await _now(state, job)
                yield _KEEP_ALIVE
            else:
                yield _event({"type": "transcript.text.delta", "delta": delta})
    if not text.ended:
        raise StillRunning(f"this gateway is being stopped; job {job.id} goes on, ask again")
    whole = await _whole(state, job)
    if rest := text.pieces.rest_of(whole):
        yield _event({"type": "transcript.text.delta", "delta": rest})
    yield _event({"type": "transcript.text.done", "text": whole})


async def _whole(state: State, job: Job) -> str:
    ended = completed(await _now(state, job))
    return Transcript.model_validate((ended.result or {})["transcript"]).text


async def _now(state: State, job: Job) -> Job:
    async with state.database.reading() as session:
        found = await find_job(session, job.id)
    if found is None:
        raise JobCancelled("the job was deleted meanwhile")
    return found


def _event(told: dict[str, Any]) -> str:
    return f"event: {told['type']}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"


def _refused(error: AppError) -> str:
    problem = problem_of(error.problem(current_trace_id()))
    return _event({"type": "error", **problem.model_dump()})
