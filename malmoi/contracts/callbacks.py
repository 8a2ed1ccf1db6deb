"""What receivers hear of a job: the same numbered story as its stream, in small.

The body is the Standard Webhooks' `{type, timestamp, data}`; id, time and signature stand in the
headers only.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal
from uuid import UUID

from malmoi.contracts.events import Event, EventType
from malmoi.contracts.jobs import JobState
from malmoi.contracts.model import Frozen

CallbackEvent = Literal["completed", "failed", "cancelled", "progress"]
"""What a receiver may ask for."""

ENDS: Final[tuple[CallbackEvent, ...]] = ("completed", "failed", "cancelled")
"""What it hears unless it asks otherwise."""

TYPES: Final[dict[CallbackEvent, EventType]] = {
    "completed": EventType.JOB_COMPLETED,
    "failed": EventType.JOB_FAILED,
    "cancelled": EventType.JOB_CANCELLED,
    "progress": EventType.JOB_PROGRESS,
}


class DeliveryState(StrEnum):
    """Where the delivery of one event is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up after CALLBACK_RETRY_FOR_S."""
    DROPPED = "dropped"
    """The receiver said 410: it wants no more of this job."""


@dataclass(frozen=True, slots=True)
class CallbackWish:
    """Who wants to hear of a job, and what."""

    url: str
    host: str
    """Of the URL; how many requests go to it at once is bounded."""
    events: Collection[CallbackEvent] = ENDS


class CallbackError(Frozen):
    """Why there is no text."""

    code: str
    detail: str | None


class CallbackData(Frozen):
    """The fact itself."""

    job_id: UUID
    state: JobState
    seq: int
    """The event's number in the job's stream."""
    percent: int | None = None
    stage: str | None = None
    duration_s: float | None = None
    """Of the recording, once it is known."""
    language: str | None = None
    """As recognised."""
    error: CallbackError | None = None
    result_url: str | None = None
    """Where the text is, from the API's root on."""


class CallbackBody(Frozen):
    """What is sent."""

    type: EventType
    timestamp: datetime
    data: CallbackData


def callback_body(
    job_id: UUID, state: JobState, event: Event, *, duration_s: float | None
) -> CallbackBody:
    """The event of a job as its receiver hears it; the text is to be fetched."""
    told: dict[str, Any] = event.payload
    done = event.type is EventType.JOB_COMPLETED
    error = None
    if event.type in {EventType.JOB_FAILED, EventType.JOB_CANCELLED}:
        error = CallbackError(code=told.get("code", "UNKNOWN"), detail=told.get("detail"))
    data = CallbackData(
        job_id=job_id,
        state=state,
        seq=event.seq,
        percent=100 if done else told.get("percent"),
        stage=told.get("stage"),
        duration_s=told.get("duration_s", duration_s),
        language=told.get("language"),
        error=error,
        result_url=f"/jobs/{job_id}/result" if done else None,
    )
    return CallbackBody(type=event.type, timestamp=event.ts, data=data)
