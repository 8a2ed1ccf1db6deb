"""What rooms and jobs tell their listeners (seed 000 section 6, ARCHITECTURE section 4.7).

One shape on every edge: WebSocket, Redis pub/sub, and replays from PostgreSQL.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from malmoi.contracts.model import Frozen


class EventType(StrEnum):
    """The names are the specification's where it names one."""

    PARTICIPANT_JOINED = "room.participant.joined"
    PARTICIPANT_LEFT = "room.participant.left"
    PARTICIPANT_STATUS = "room.participant.status"
    SPEAKER_CHANGED = "speaker.changed"
    SPEAKER_QUEUE = "speaker.queue"
    """Who raised a hand, in line, and to whom the free baton is offered."""
    MESSAGE_PENDING = "message.pending"
    """A clip was handed in and is being recognised."""
    MESSAGE_CREATED = "message.created"
    MESSAGE_EMPTY = "message.empty"
    """Nobody spoke in the clip; no message came of it."""
    MESSAGE_FAILED = "message.failed"
    MESSAGE_UPDATED = "message.updated"
    """Its sender edited it, or its sign video became playable or failed."""
    MESSAGE_DELETED = "message.deleted"
    JOB_RUNNING = "job.running"
    JOB_PROGRESS = "job.progress"
    JOB_PLANNED = "job.planned"
    """A long recording was cut into chunks, which all workers of its engine share."""
    JOB_TEXT = "job.text"
    """What was said in one chunk; chunks end in any order."""
    JOB_ATTEMPT_ENDED = "job.attempt_ended"
    """An attempt came to nothing; the job goes on, or its end follows."""
    JOB_COMPLETED = "job.completed"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"


JOB_ENDS: Final = frozenset(
    {EventType.JOB_COMPLETED, EventType.JOB_FAILED, EventType.JOB_CANCELLED}
)
"""After one of these a job's stream says nothing more."""


class Event(Frozen):
    """One numbered fact of a room or a job."""

    type: EventType
    payload: dict[str, Any]
    ts: datetime
    seq: int
    """1, 2, 3 … within the stream, without gaps."""
    trace_id: str | None = None


def room_stream(room_id: UUID) -> str:
    """The stream of everything that happens in a room."""
    return f"room:{room_id}"


def job_stream(job_id: UUID) -> str:
    """The stream of one job's life."""
    return f"job:{job_id}"
