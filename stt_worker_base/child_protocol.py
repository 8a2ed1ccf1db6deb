"""One JSON object a line between a worker and the processes that do its heavy work.

JSON rather than pickle: they parse recordings of strangers in C code, so what they say is
validated data to their parent, never code.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.model import Frozen
from stt_worker_base.outcome import (
    Capabilities,
    Detected,
    Failed,
    Fallback,
    Progress,
    Transcribed,
)

MAX_LINE_BYTES = 64 * 1024**2
"""Longest message; a transcript of 15 minutes with word times takes about 1 MiB."""


class Task(Frozen):
    """Parent to child: one recording to recognise."""

    kind: Literal["task"] = "task"
    number: int
    """Reports carry it."""
    path: Path
    options: DecodeOptions
    max_audio_s: float
    urgent: bool
    """Has the model before the others."""


class Detect(Frozen):
    """Parent to child: a recording whose language is to be told."""

    kind: Literal["detect"] = "detect"
    number: int
    path: Path
    max_audio_s: float
    urgent: Literal[True] = True


Order = Annotated[Task | Detect, Field(discriminator="kind")]

ORDER: TypeAdapter[Order] = TypeAdapter(Order)
"""Reads anything a parent asks of the inference process."""


class Ready(Frozen):
    """Child to parent, once: the model is loaded."""

    kind: Literal["ready"] = "ready"
    capabilities: Capabilities


class Unavailable(Frozen):
    """Child to parent, instead of `Ready`: the model cannot be loaded."""

    kind: Literal["unavailable"] = "unavailable"
    detail: str
    fallback: Fallback | None = None


class Report(Frozen):
    """Child to parent: about one order. What is no progress ends it."""

    kind: Literal["report"] = "report"
    number: int
    said: Annotated[
        Progress | Transcribed | Detected | Failed,
        Field(discriminator="kind"),
    ]


FROM_CHILD: TypeAdapter[Ready | Unavailable | Report] = TypeAdapter(
    Annotated[Ready | Unavailable | Report, Field(discriminator="kind")]
)
"""Reads anything the inference process says."""


class PlanOrder(Frozen):
    """Parent to planner, once: cut this recording."""

    path: Path
    directory: Path
    """Where the chunks go."""
    longest_s: float
    """Of a chunk."""
    max_audio_s: float
    """Of the recording."""


class Cut(Frozen):
    """Planner to parent: a chunk lies in its file. The planner goes on at an empty line."""

    kind: Literal["cut"] = "cut"
    path: Path
    start_s: float
    audio_s: float
    size: int
    """Bytes."""
    fraction: float = Field(ge=0, le=1)
    """Of the recording that is cut; 0 where its length is not known."""


class Planned(Frozen):
    """Planner to parent, at the end."""

    kind: Literal["planned"] = "planned"
    audio_s: float


PlanReport = Cut | Planned | Failed

FROM_PLANNER: TypeAdapter[PlanReport] = TypeAdapter(
    Annotated[PlanReport, Field(discriminator="kind")]
)
"""Reads anything the planning process says."""
