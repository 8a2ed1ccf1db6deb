"""What becomes of a task in the inference process, and what it says on the way."""

from typing import Literal

from pydantic import Field

from malmoi.contracts.messages import PlannedChunk, Timings
from malmoi.contracts.model import Frozen
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Transcript


class Fallback(Frozen):
    """How to start the engine again, smaller, after its memory ended."""

    name: str
    """Told with every result, such as `batch size 4`."""
    environment: dict[str, str]


class Capabilities(Frozen):
    """What callers may ask of an engine, so that nobody tests for its class."""

    engine: str
    model: str
    device: str = "cpu"
    """What it computes on."""
    at_once: int = Field(default=1, ge=1)
    """Recordings that it recognises side by side."""
    word_timestamps: bool = False
    translation: bool = False
    """Whether `task="translate"` gives English."""
    languages: tuple[str, ...] | None = None
    """ISO 639-1 codes; None: any."""
    fallback: Fallback | None = None
    """None: there is no smaller way."""


class Progress(Frozen):
    """How far a task is."""

    kind: Literal["progress"] = "progress"
    stage: Literal["decode", "transcribe", "plan"]
    fraction: float = Field(ge=0, le=1)
    """Of the audio."""
    audio_s: float | None = None
    """Seconds of audio; known from the stage `transcribe` on."""


class Transcribed(Frozen):
    """Done. A recording in which nobody speaks is done too: its text is empty."""

    kind: Literal["transcribed"] = "transcribed"
    transcript: Transcript
    audio_s: float
    model: str
    timings: Timings
    fallbacks: tuple[str, ...] = ()
    """The names of those that the engine had to take before, in that order."""


class Detected(Frozen):
    """Which language a recording is in."""

    kind: Literal["detected"] = "detected"
    language: str | None
    """ISO 639-1; None when nobody speaks, or the engine cannot tell."""
    probability: float | None


class Failed(Frozen):
    """Came to nothing."""

    kind: Literal["failed"] = "failed"
    code: TaskErrorCode
    detail: str
    """A sentence for the sender: what is wrong and what to do."""
    retryable: bool
    """Whether another attempt at the same recording can succeed."""


class Cancelled(Frozen):
    """Was ended by its caller."""

    kind: Literal["cancelled"] = "cancelled"


class Chunked(Frozen):
    """Too long for one task: it was cut, and its chunks are stored."""

    kind: Literal["chunked"] = "chunked"
    chunks: tuple[PlannedChunk, ...]
    audio_s: float
    language: str | None = None
    language_probability: float | None = None


Outcome = Transcribed | Chunked | Failed | Cancelled
