"""What a worker has taken."""

import time
from dataclasses import dataclass, field
from typing import Any

from malmoi.contracts.messages import TaskRequested
from malmoi.live.cancel_flags import Attempt


@dataclass(frozen=True, slots=True)
class Assignment:
    """A task that this worker answers for."""

    request: TaskRequested
    trace_id: str
    taken_at: float = field(default_factory=time.monotonic)

    @property
    def attempt(self) -> Attempt:
        """Which of its task's attempts it is."""
        return Attempt(self.request.task_id, self.request.attempt)

    def identity(self, worker_id: str) -> dict[str, Any]:
        """The fields that every report begins with."""
        return {
            "task_id": self.request.task_id,
            "job_id": self.request.job_id,
            "attempt": self.request.attempt,
            "worker_id": worker_id,
            "taken_for_s": time.monotonic() - self.taken_at,
        }
