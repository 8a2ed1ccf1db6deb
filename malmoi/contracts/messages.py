"""Everything that travels over Kafka: frozen, versioned; golden files stand in `golden/`.

An additive change is a new optional field. A breaking one is a new class with its own
`schema_version`; the old class learns to become the new one.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine, Lane, TaskKind
from malmoi.contracts.model import Frozen
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Transcript


class Message(Frozen):
    """A message; its trace id travels in the Kafka header `trace_id`."""

    schema_version: Literal[1] = 1


class TaskRequested(Message):
    """Work for one worker of `engine`."""

    task_id: UUID
    job_id: UUID
    attempt: int = Field(ge=1)
    kind: TaskKind = TaskKind.UTTERANCE
    engine: Engine
    lane: Lane
    audio_key: str
    """Object key in the bucket; never a URL, so it cannot expire."""
    audio_bytes: int
    options: DecodeOptions = DecodeOptions()
    start_s: float = Field(default=0.0, ge=0)
    """Where in the recording the audio begins; what is recognised has the recording's times."""
    accepted_at: datetime
    """When the task was made, by PostgreSQL's clock."""


class TaskReport(Message):
    """What a worker says about an attempt that it answers for."""

    task_id: UUID
    job_id: UUID
    attempt: int = Field(ge=1)
    worker_id: str
    taken_for_s: float = Field(default=0.0, ge=0)
    """For how long the worker has had the attempt: what it says first may be read last."""


class TaskStarted(TaskReport):
    """The worker took the task; from now on its heartbeats keep the lease."""

    type: Literal["started"] = "started"


class TaskHeartbeat(TaskReport):
    """The worker is alive and still at it."""

    type: Literal["heartbeat"] = "heartbeat"
    percent: int = Field(default=0, ge=0, le=100)
    """Share of the audio that is done."""
    stage: str = "decoding"


class TaskReleased(TaskReport):
    """The worker hands the task back unfinished (it is being stopped); no attempt is counted."""

    type: Literal["released"] = "released"


TaskProgress = Annotated[TaskStarted | TaskHeartbeat | TaskReleased, Field(discriminator="type")]


class Timings(Frozen):
    """Where the seconds of a task went."""

    fetch_s: float = 0.0
    decode_s: float = 0.0
    vad_s: float = 0.0
    inference_s: float = 0.0

    @property
    def engine_s(self) -> float:
        """Decoding, voice activity detection and inference: what the bare engine would cost.

        Of recordings that an engine recognises side by side, each counts what it waits for others.
        """
        return self.decode_s + self.vad_s + self.inference_s


class TaskSucceeded(TaskReport):
    """A finished recognition. Small results are inline, large ones an object."""

    audio_s: float
    model: str
    fallbacks: tuple[str, ...] = ()
    """How the worker made do after its memory had ended, such as `batch size 4` and `cpu`."""
    timings: Timings = Timings()
    transcript: Transcript | None = None
    transcript_key: str | None = None
    """Object key of the transcript as JSON when it is too large for a message."""


class PlannedChunk(Frozen):
    """A stretch of a recording that any worker of the engine may recognise."""

    start_s: float = Field(ge=0)
    audio_s: float = Field(gt=0)
    audio_key: str
    audio_bytes: int


class TaskPlanned(TaskReport):
    """The recording is longer than a chunk; it was cut at pauses, with nothing lost or doubled."""

    audio_s: float
    chunks: tuple[PlannedChunk, ...] = Field(min_length=1)
    """In the order of their times, each beginning where the one before ends."""
    language: str | None = None
    """Detected once for all chunks; None when it was asked for, or nobody knows."""
    language_probability: float | None = None


TaskResult = TaskPlanned | TaskSucceeded


class TaskFailed(TaskReport):
    """An attempt that came to nothing."""

    code: TaskErrorCode
    detail: str
    """A sentence for the sender: what is wrong and what to do."""
    retryable: bool
    """Whether another attempt at the same recording can succeed."""


class DeadLetter(Message):
    """A task or message that was given up; it can be put back in the queue."""

    task_id: UUID | None = None
    job_id: UUID | None = None
    source_topic: str
    reason: str
    payload: str
    """The message as it was read, or the request that nobody could serve."""


RESULT: TypeAdapter[TaskResult] = TypeAdapter(
    Annotated[TaskResult, Field(union_mode="left_to_right")]  # only a plan has chunks
)
"""Reads any message of `stt.results`."""

PROGRESS: TypeAdapter[TaskProgress] = TypeAdapter(TaskProgress)
"""Reads any message of `stt.progress`."""
