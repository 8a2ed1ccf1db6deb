"""One job as its page in the console shows it."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel

from api_gateway.schemas.admin_jobs import identity_of
from api_gateway.usecases.correct_job import correction_of
from api_gateway.usecases.show_jobs import JobView
from malmoi.contracts.corrections import Correction
from malmoi.contracts.events import Event, EventType
from malmoi.contracts.jobs import Engine, JobState, Lane, TaskKind, TaskState
from malmoi.contracts.messages import Timings
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.tables import Task


class HopOut(BaseModel):
    """A station of the recording's way."""

    name: Literal["accepted", "dispatched", "started", "planned", "finished"]
    at: datetime
    after_ms: float
    """Since the station before."""


class TaskOut(BaseModel):
    """A unit of work of the job."""

    id: UUID
    kind: TaskKind
    index: int
    state: TaskState
    attempt: int
    failures: int
    losses: int
    percent: int
    start_s: float
    """Where in the recording a chunk begins."""
    audio_s: float | None
    """Of a chunk."""
    worker_id: str | None
    lease_until: datetime | None
    dispatched_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    dispatch_partition: int | None
    dispatch_offset: int | None

    @classmethod
    def of(cls, task: Task) -> Self:
        """As it is now."""
        return cls(**{name: getattr(task, name) for name in cls.model_fields})


class AttemptOut(BaseModel):
    """An attempt that came to nothing."""

    attempt: int
    worker_id: str | None
    code: str
    """Of a task's error; RELEASED when its worker was stopped, which is nobody's fault."""
    detail: str
    at: datetime


class ErrorOut(BaseModel):
    """Why the job failed."""

    code: str
    detail: str | None


class RoomRef(BaseModel):
    """The room of the recording."""

    id: UUID
    title: str


class JobDetail(BaseModel):
    """The job itself."""

    id: UUID
    state: JobState
    engine: Engine
    lane: Lane
    room_id: UUID | None
    room_title: str | None
    user_id: UUID
    user_email: str | None
    audio_s: float | None
    audio_bytes: int
    audio_key: str
    file_name: str | None
    """As it was called when it was handed in."""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error_code: str | None
    error_detail: str | None
    percent: int
    options: dict[str, Any]
    model: str | None
    worker_id: str | None
    """Of the successful attempt."""
    baton_grant: int | None
    retry_of: UUID | None
    retried_as: UUID | None
    trace_id: str


class JobOut(BaseModel):
    """Everything that is known of a job."""

    job: JobDetail
    hops: list[HopOut]
    timings: Timings | None
    tasks: list[TaskOut]
    attempts: list[AttemptOut]
    transcript: Transcript | None
    correction: Correction | None
    error: ErrorOut | None
    trace_id: str
    events: list[Event]
    message_id: UUID | None
    room: RoomRef | None

    @classmethod
    def of(cls, view: JobView) -> Self:
        """As the job's page shows it."""
        job, result = view.job, view.job.result or {}
        return cls(
            job=_detail(view),
            hops=_hops(view),
            timings=result.get("timings"),
            tasks=[TaskOut.of(each) for each in view.tasks],
            attempts=[
                AttemptOut(at=each.ts, **each.payload)
                for each in view.events
                if each.type is EventType.JOB_ATTEMPT_ENDED
            ],
            transcript=result.get("transcript"),
            correction=correction_of(job),
            error=ErrorOut(code=job.error_code, detail=job.error_detail)
            if job.error_code
            else None,
            trace_id=job.trace_id,
            events=list(view.events),
            message_id=job.message_id,
            room=None if view.room is None else RoomRef(id=view.room.id, title=view.room.title),
        )


def _detail(view: JobView) -> JobDetail:
    job, result = view.job, view.job.result or {}
    return JobDetail(
        **identity_of(job),
        room_title=None if view.room is None else view.room.title,
        user_email=None if view.owner is None else view.owner.email,
        audio_key=job.audio_key,
        file_name=job.file_name,
        error_detail=job.error_detail,
        percent=view.percent,
        options=job.options,
        model=result.get("model"),
        worker_id=result.get("worker_id"),
        baton_grant=job.baton_grant,
        retry_of=job.retry_of,
        retried_as=view.retried_as,
        trace_id=job.trace_id,
    )


def _hops(view: JobView) -> list[HopOut]:
    """Of the last attempt, by PostgreSQL's clock; what has not happened is missing."""
    job, tasks = view.job, view.tasks
    last = tasks[0] if tasks else None
    planned = [each.ts for each in view.events if each.type is EventType.JOB_PLANNED]
    stations: dict[str, datetime | None] = {
        "accepted": job.created_at,
        "dispatched": last.dispatched_at if last else None,
        "started": last.started_at if last else None,
        "planned": planned[0] if planned else None,
        "finished": job.finished_at,
    }
    hops: list[HopOut] = []
    for name, noted in stations.items():
        before = hops[-1].at if hops else job.created_at
        if noted is not None:
            # A worker may begin before the broker's word reaches whoever sent the task.
            at = max(noted, before)
            after_ms = (at - before).total_seconds() * 1000
            hops.append(HopOut.model_validate({"name": name, "at": at, "after_ms": after_ms}))
    return hops
