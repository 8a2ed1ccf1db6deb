"""Workers, dead letters and health as the console shows them."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from api_gateway.usecases.show_health import Health, HealthReport
from malmoi.persistence.tables import DeadLetterRow
from malmoi.persistence.workers import SeenWorker


class WorkerOut(BaseModel):
    """A worker as it described itself last."""

    id: str
    engine: str
    model: str
    device: str
    slots: int
    tasks: list[UUID]
    """What it has in hand."""
    partitions: dict[str, int]
    """Messages not yet read, by `topic/partition`."""
    real_time_factor: float | None
    """Engine seconds by seconds of audio, of its last recordings."""
    started_at: datetime
    seen_at: datetime
    alive: bool
    """Heard of within the last 30 seconds."""

    @classmethod
    def of(cls, seen: SeenWorker) -> Self:
        """With what PostgreSQL's clock says of its silence."""
        row = seen.row
        return cls(
            id=row.id,
            engine=row.engine,
            model=row.model,
            device=row.device,
            slots=row.slots,
            tasks=row.task_ids["tasks"],
            partitions=row.partitions,
            real_time_factor=row.real_time_factor,
            started_at=row.started_at,
            seen_at=row.seen_at,
            alive=seen.alive,
        )


class DeadLetterOut(BaseModel):
    """Something that was given up."""

    id: UUID
    task_id: UUID | None
    job_id: UUID | None
    source_topic: str
    reason: str
    payload: str
    """The message as it was read, or the request that nobody could serve."""
    trace_id: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: DeadLetterRow) -> Self:
        """All of it."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class DeadLettersOut(BaseModel):
    """A page of letters that nobody has dealt with, newest first."""

    letters: list[DeadLetterOut]
    next: str | None


class RequeuedOut(BaseModel):
    """What came of it."""

    job_id: UUID | None
    """The new job; null when a message was sent again."""


class PartOut(BaseModel):
    """A service or server."""

    name: str
    instance: str | None = None
    ok: bool
    detail: str

    @classmethod
    def of(cls, health: Health) -> Self:
        """As it is known."""
        return cls(name=health.name, instance=health.instance, ok=health.ok, detail=health.detail)


class HealthReportOut(BaseModel):
    """Every part of the cluster."""

    services: list[PartOut]
    servers: list[PartOut]
    grafana_url: str | None

    @classmethod
    def of(cls, report: HealthReport, *, grafana_url: str | None) -> Self:
        """With a link to more."""
        return cls(
            services=[PartOut.of(each) for each in report.services],
            servers=[PartOut.of(each) for each in report.servers],
            grafana_url=grafana_url,
        )
