"""One WebSocket that follows any number of its user's jobs, as it is asked to."""

import asyncio
import contextlib
import json
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from api_gateway.live.hub import EventHub
from api_gateway.live.job_feed import JobFeed
from api_gateway.live.listener import FRAMES_ALLOWED, FRAMES_WINDOW_S, CloseCode, Closing
from api_gateway.usecases.own_jobs import Standing, own_among
from malmoi.contracts.jobs import JobState
from malmoi.contracts.model import instant
from malmoi.persistence.database import Database
from malmoi.process import end_tasks

_JOBS_AT_ONCE: Final = 1000
_JOBS_PER_FRAME: Final = 50
_NEWEST_EVENT: Final = 2**63 - 1


class WishedJob(BaseModel):
    """A job, and the number of the last event that the client has of it."""

    job_id: UUID
    after: int = Field(default=0, ge=0, le=_NEWEST_EVENT)


class Wish(BaseModel):
    """What a client may say."""

    type: Literal["subscribe", "unsubscribe"]
    jobs: Annotated[list[WishedJob], Field(min_length=1, max_length=_JOBS_PER_FRAME)]


class JobListener:
    """Reads wishes and runs a feed for each job; feeds take turns at the socket."""

    def __init__(
        self, websocket: WebSocket, database: Database, hub: EventHub, user_id: UUID
    ) -> None:
        self._websocket = websocket
        self._database = database
        self._hub = hub
        self._user_id = user_id
        self._turn = asyncio.Lock()
        self._feeds: dict[UUID, JobFeed] = {}
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, ended: Coroutine[Any, Any, str], *, ping_interval_s: float) -> None:
        """Serve until the client goes, or `ended` says why it may listen no longer.

        Raises:
            Closing: we have to end it.

        """
        ending = asyncio.create_task(ended)
        reading = asyncio.create_task(self._read())
        pinging = asyncio.create_task(self._ping(ping_interval_s))
        awaited: set[asyncio.Future[Any]] = {ending, reading, pinging, self._broken}
        try:
            done, _ = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            for each in done - {ending}:
                each.result()
            if done == {ending}:
                raise Closing(CloseCode.UNAUTHORIZED, ending.result())
        finally:
            await end_tasks(*awaited, *self._running.values())

    async def _read(self) -> None:
        window_ends, seen = 0.0, 0
        while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
            now = time.monotonic()
            if now > window_ends:
                window_ends, seen = now + FRAMES_WINDOW_S, 0
            seen += 1
            if seen > FRAMES_ALLOWED:
                raise Closing(CloseCode.TOO_MUCH, "too many frames")
            await self._fulfil(_wish(message.get("text")))

    async def _fulfil(self, wish: Wish) -> None:
        wanted = {each.job_id: each.after for each in wish.jobs}
        for job_id in wanted:
            await self._forget(job_id)
        if wish.type == "unsubscribe":
            for job_id in wanted:
                await self._tell("job.unsubscribed", job_id)
            return
        own = await own_among(self._database, list(wanted), self._user_id)
        for job_id, after in wanted.items():
            await self._follow(job_id, own.get(job_id), after)

    async def _follow(self, job_id: UUID, job: Standing | None, after: int) -> None:
        if job is None:
            await self._refuse(job_id, "NOT_FOUND", "there is no such job of yours")
            return
        if len(self._running) >= _JOBS_AT_ONCE:
            detail = f"at most {_JOBS_AT_ONCE} at once; unsubscribe from some"
            await self._refuse(job_id, "TOO_MANY_JOBS", detail)
            return
        # A number that was never given here (an older backup?) means: from now on.
        sent = min(after, job.last_seq)
        told = {"state": job.state, "last_seq": job.last_seq}
        await self._tell("job.subscribed", job_id, payload=told, seq=sent)
        if sent < job.last_seq or not JobState(job.state).is_final:
            self._begin(JobFeed(job_id, self._hub, self._send, sent=sent))

    def _begin(self, feed: JobFeed) -> None:
        self._feeds[feed.job_id] = feed
        task = self._running[feed.job_id] = asyncio.create_task(feed.run())
        task.add_done_callback(lambda done: self._end(feed.job_id, done))

    def _end(self, job_id: UUID, task: asyncio.Task[None]) -> None:
        if self._running.get(job_id) is task:
            del self._running[job_id], self._feeds[job_id]
        if task.cancelled() or (error := task.exception()) is None or self._broken.done():
            return
        if isinstance(error, WebSocketDisconnect):
            self._broken.set_result(None)
        else:
            self._broken.set_exception(error)

    async def _forget(self, job_id: UUID) -> None:
        task = self._running.get(job_id)
        if task is not None:
            await end_tasks(task)

    async def _refuse(self, job_id: UUID, code: str, detail: str) -> None:
        await self._tell("error", job_id, payload={"code": code, "detail": detail})

    async def _ping(self, interval_s: float) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await asyncio.sleep(interval_s)
                newest = {str(job_id): feed.newest for job_id, feed in self._feeds.items()}
                await self._tell("ping", None, jobs=newest)

    async def _tell(self, kind: str, job_id: UUID | None, **fields: object) -> None:
        about = {} if job_id is None else {"job_id": str(job_id)}
        told = {**about, "type": kind, **fields, "ts": instant(datetime.now(UTC))}
        await self._send(json.dumps(told, ensure_ascii=False))

    async def _send(self, text: str) -> None:
        async with self._turn:
            await self._websocket.send_text(text)


def _wish(text: str | None) -> Wish:
    try:
        return Wish.model_validate_json(text or "")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Closing(CloseCode.MALFORMED, f"{where} {first['msg']}".strip()[:100]) from error
