"""Jobs as their owners see them."""

from datetime import UTC, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api_gateway.schemas.rooms import Language
from api_gateway.schemas.texts import Prompt
from api_gateway.usecases.own_jobs import OwnJob
from malmoi.contracts.jobs import Engine, JobState

_SURE_FROM_PERCENT = 5
"""Before, the speed is not known well enough to foretell an end."""
_STATUS: dict[JobState, Literal["processing", "completed", "failed", "cancelled"]] = {
    JobState.QUEUED: "processing",
    JobState.RUNNING: "processing",
    JobState.COMPLETED: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}


class JobFields(BaseModel):
    """What may stand beside the file."""

    engine: Engine = Engine.WHISPER
    language: Language | None = None
    """Otherwise it is detected."""
    prompt: Prompt | None = None
    temperature: float | None = Field(default=None, ge=0, le=1)


class JobError(BaseModel):
    """Why there is no text."""

    code: str
    detail: str | None


class OwnJobOut(BaseModel):
    """How far a job is. `status`, `processing_time` and `completed_at`: seed 004."""

    job_id: UUID
    state: JobState
    status: Literal["processing", "completed", "failed", "cancelled"]
    percent: int
    eta_s: float | None
    """Seconds until the end, by the speed so far; null while nothing can be said."""
    file_name: str | None
    """As it was called when it was handed in."""
    engine: Engine
    language: str | None
    """As asked for; null: to be detected."""
    duration_s: float | None
    """Of the recording; null until it was decoded."""
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    processing_time: float | None
    """Seconds from the start to the end."""
    error: JobError | None
    retry_of: UUID | None
    retried_as: UUID | None

    @classmethod
    def of(cls, own: OwnJob) -> Self:
        """As it is now."""
        job = own.job
        state = JobState(job.state)
        error = None
        if job.error_code is not None:
            error = JobError(code=job.error_code, detail=job.error_detail)
        return cls(
            job_id=job.id,
            state=state,
            status=_STATUS[state],
            percent=100 if state is JobState.COMPLETED else own.percent,
            eta_s=_eta_s(own),
            file_name=job.file_name,
            engine=Engine(job.engine),
            language=job.options.get("language"),
            duration_s=job.audio_s,
            created_at=job.created_at,
            started_at=job.started_at,
            completed_at=job.finished_at,
            processing_time=_seconds(job.started_at, job.finished_at),
            error=error,
            retry_of=job.retry_of,
            retried_as=own.retried_as,
        )


class OwnJobsOut(BaseModel):
    """A page of jobs, newest first."""

    jobs: list[OwnJobOut]
    next: str | None
    """`cursor` of the next page; null on the last one."""


def _eta_s(own: OwnJob) -> float | None:
    job = own.job
    if job.state != JobState.RUNNING or own.percent < _SURE_FROM_PERCENT:
        return None
    # Of two machines' clocks: good enough for somebody who waits.
    past_s = _seconds(job.started_at, datetime.now(UTC)) or 0.0
    return round(past_s * (100 - own.percent) / own.percent, 1)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return max(0.0, round((end - start).total_seconds(), 3))
