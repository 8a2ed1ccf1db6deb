"""Jobs as their owners see them."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from api_gateway.schemas.callbacks import CallbackEvents, CallbackUrl
from api_gateway.schemas.rooms import Language
from api_gateway.schemas.texts import LEGIBLE, Prompt
from api_gateway.usecases.own_jobs import OwnJob
from malmoi.contracts.jobs import Engine, JobState, Lane

_SURE_FROM_PERCENT = 5
"""Before, the speed is not known well enough to foretell an end."""
_STATUS: dict[JobState, Literal["processing", "completed", "failed", "cancelled"]] = {
    JobState.QUEUED: "processing",
    JobState.RUNNING: "processing",
    JobState.COMPLETED: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}


def _plain(key: str) -> str:
    if any(each in {"", ".", ".."} for each in key.split("/")):
        raise ValueError("write the key as it is: without empty parts, `.` and `..`")
    return key


SourceUrl = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
ObjectKey = Annotated[
    str, StringConstraints(min_length=1, max_length=500), LEGIBLE, AfterValidator(_plain)
]


class JobFields(BaseModel):
    """What may stand beside the file."""

    engine: Engine = Engine.WHISPER
    language: Language | None = None
    """Otherwise it is detected."""
    language_detection: Literal["recording", "chunk"] = "recording"
    """`chunk`: anew every minute or two, for recordings in which people change languages."""
    lane: Lane = Lane.BATCH
    """`interactive`: a short recording for which somebody waits; it overtakes batch work."""
    prompt: Prompt | None = None
    temperature: float | None = Field(default=None, ge=0, le=1)
    callback_url: CallbackUrl | None = None
    """Who is told of the job."""
    callback_events: CallbackEvents | None = None
    """Of what; its end unless said otherwise. In a form with commas between."""


class JobRequest(JobFields):
    """A recording that lies somewhere: exactly one of the three says where."""

    upload_id: UUID | None = None
    """Of a completed upload of yours."""
    url: SourceUrl | None = None
    """http or https; fetched before the answer."""
    object_key: ObjectKey | None = None
    """Of an object of the bucket, under `users/<your id>/` or a prefix that is open to all."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(each is not None for each in (self.upload_id, self.url, self.object_key)) != 1:
            raise ValueError("name exactly one of upload_id, url and object_key")
        return self


class JobError(BaseModel):
    """Why there is no text."""

    code: str
    detail: str | None


class RecordingUrlOut(BaseModel):
    """Where a recording is read, by whoever has this; of the host by which it was asked for."""

    url: str


class OwnJobOut(BaseModel):
    """How far a job is. `status`, `processing_time` and `completed_at`: seed 004."""

    job_id: UUID
    state: JobState
    status: Literal["processing", "completed", "failed", "cancelled"]
    percent: int
    stage: str | None
    """What a worker is doing: `fetch`, `decode`, `plan` (cutting a long recording), `transcribe`;
    null while none is, and in lists."""
    chunks: int | None
    """In how many the recording was cut; null for a short one."""
    chunks_done: int | None
    """Null in lists, too."""
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
            stage=own.stage,
            chunks=(job.plan or {}).get("chunks"),
            chunks_done=own.chunks_done,
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
    done = own.percent - int((job.plan or {}).get("taken_over_percent", 0))
    if job.state != JobState.RUNNING or done < _SURE_FROM_PERCENT:
        return None
    # Of two machines' clocks: good enough for somebody who waits.
    past_s = _seconds(job.started_at, datetime.now(UTC)) or 0.0
    return round(past_s * (100 - own.percent) / done, 1)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return max(0.0, round((end - start).total_seconds(), 3))
