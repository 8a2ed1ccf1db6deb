"""The life of a job and of its tasks: one table of legal moves each.

queued -> running -> completed | failed | cancelled
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

Judgement = Literal["apply", "duplicate", "stale"]


class JobState(StrEnum):
    """Where a job is; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing can change the job any more."""
        return not MOVES[self]


MOVES: Mapping[JobState, frozenset[JobState]] = {
    # COMPLETED straight from QUEUED is legal: a `started` message may be read after its result.
    JobState.QUEUED: frozenset(
        {JobState.RUNNING, JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.RUNNING: frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED}),
    JobState.COMPLETED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}


def judge(current: JobState, target: JobState) -> Judgement:
    """Say what to do with a state that a (possibly replayed) message reports.

    "duplicate" and "stale" are normal under at-least-once delivery: count them, drop them.
    """
    if target in MOVES[current]:
        return "apply"
    return "duplicate" if current == target else "stale"


class TaskState(StrEnum):
    """Where a task is: on its way to a worker, with one under a lease, or closed."""

    WAITING = "waiting"
    """For its turn: the dispatcher releases it to Kafka when a worker will be free."""
    DISPATCHED = "dispatched"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether a result would still be taken."""
        return self in OPEN_TASKS


OPEN_TASKS: Final = frozenset({TaskState.WAITING, TaskState.DISPATCHED, TaskState.RUNNING})


class TaskKind(StrEnum):
    """What a task asks of a worker."""

    UTTERANCE = "utterance"
    """A whole recording. A worker that finds it longer than a chunk answers with a plan."""
    CHUNK = "chunk"
    """A stretch of a planned recording, which lies in an object of its own."""


PLAN_PERCENT: Final = 5
"""Share of a long recording's work that cutting it is."""


class Engine(StrEnum):
    """The families of workers; each has its own request topics."""

    WHISPER = "whisper"


class Lane(StrEnum):
    """Who is waiting: a person in a room, or a system with a recording."""

    INTERACTIVE = "interactive"
    BATCH = "batch"
