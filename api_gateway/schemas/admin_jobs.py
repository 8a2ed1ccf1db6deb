"""Jobs as the console shows them."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api_gateway.schemas.texts import LEGIBLE
from api_gateway.usecases.show_jobs import Counts
from malmoi.contracts.corrections import TEXT_MAX
from malmoi.contracts.jobs import Engine, JobState, Lane
from malmoi.persistence.tables import Job


class JobRow(BaseModel):
    """One line of the table."""

    id: UUID
    state: JobState
    engine: Engine
    lane: Lane
    room_id: UUID | None
    room_title: str | None
    user_id: UUID
    user_email: str
    audio_s: float | None
    audio_bytes: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error_code: str | None
    percent: int
    text_start: str | None
    """The first 120 characters of what was recognised."""

    @classmethod
    def of(cls, row: Any) -> Self:
        """Of a row of `jobs_page`."""
        job: Job = row.Job
        return cls(
            **identity_of(job),
            user_email=row.user_email,
            room_title=row.room_title,
            percent=int(row.percent),
            text_start=row.text_start,
        )


class JobsOut(BaseModel):
    """A page of jobs, newest first."""

    jobs: list[JobRow]
    next: str | None
    """`cursor` of the next page; null on the last one."""


class MinuteOut(BaseModel):
    """What ended in one minute, and how many jobs were open at its end."""

    minute: datetime
    completed: int
    failed: int
    open: int


class LagOut(BaseModel):
    """What waits."""

    open_tasks: int
    open_audio_bytes: int
    outbox_pending: int
    oldest_open_s: float | None
    """Null when nothing is open."""


class CountsOut(BaseModel):
    """The numbers above the table."""

    by_state: dict[JobState, int]
    throughput: list[MinuteOut]
    """The last 60 minutes, oldest first."""
    lag: LagOut

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """Of all engines and lanes together."""
        work = counts.work
        return cls(
            by_state=counts.by_state,
            throughput=[
                MinuteOut(
                    minute=each.at, completed=each.completed, failed=each.failed, open=each.open
                )
                for each in counts.minutes
            ],
            lag=LagOut(
                open_tasks=sum(each.tasks for each in work),
                open_audio_bytes=sum(each.audio_bytes for each in work),
                outbox_pending=counts.outbox_pending,
                oldest_open_s=max((each.oldest_s for each in work), default=None),
            ),
        )


Name = Annotated[str, StringConstraints(max_length=100), LEGIBLE]


class SegmentIn(BaseModel):
    """A segment's new text; without `id`, its place in the list is meant."""

    id: int | None = Field(default=None, ge=0)
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=TEXT_MAX), LEGIBLE]


class CorrectionIn(BaseModel):
    """The whole correction; segments that are not named stay as recognised."""

    segments: list[SegmentIn] = Field(max_length=5000)
    speakers: dict[Name, Name] = Field(default={}, max_length=100)

    def wording(self) -> dict[int, str]:
        """Texts by segment."""
        return {
            number if each.id is None else each.id: each.text
            for number, each in enumerate(self.segments)
        }


class RetriedOut(BaseModel):
    """The new job."""

    job_id: UUID
    retry_of: UUID


def identity_of(job: Job) -> dict[str, Any]:
    """What table and page both show."""
    return {
        "id": job.id,
        "state": job.state,
        "engine": job.engine,
        "lane": job.lane,
        "room_id": job.room_id,
        "user_id": job.owner_user_id,
        "audio_s": job.audio_s,
        "audio_bytes": job.audio_bytes,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "error_code": job.error_code,
    }
