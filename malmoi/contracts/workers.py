"""What a worker tells of itself, for whoever operates the cluster."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from malmoi.contracts.jobs import Engine
from malmoi.contracts.messages import Message


class WorkerSeen(Message):
    """The worker lives, and this is what it does; chunks are sent by it, no lease depends on it."""

    worker_id: str
    engine: Engine
    """The family whose request topics it serves."""
    model: str
    device: str
    """What it computes on, such as `cpu` or `cuda`."""
    slots: int = Field(ge=1)
    """Tasks of each lane that it answers for at once."""
    task_ids: tuple[UUID, ...] = ()
    """What it has in hand."""
    partitions: dict[str, int] = Field(default_factory=dict)
    """Messages not yet read, by `topic/partition` of its share."""
    real_time_factor: float | None = None
    """Engine seconds by seconds of audio, of its last recordings; None before the first."""
    started_at: datetime
    """By the worker's own clock."""
    leaving: bool = False
    """It is being stopped: this is the last that is heard of it."""
