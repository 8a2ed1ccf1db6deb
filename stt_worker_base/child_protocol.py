"""One JSON object a line between a worker and its inference process.

JSON rather than pickle: the child parses recordings of strangers in C code, so what it says is
validated data to its parent, never code.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.model import Frozen
from stt_worker_base.outcome import Capabilities, Failed, Progress, Transcribed

MAX_LINE_BYTES = 64 * 1024**2
"""Longest message; a transcript of 15 minutes with word times takes about 1 MiB."""


class Task(Frozen):
    """Parent to child: one recording."""

    path: Path
    options: DecodeOptions
    max_audio_s: float


class Ready(Frozen):
    """Child to parent, once: the model is loaded."""

    kind: Literal["ready"] = "ready"
    capabilities: Capabilities


class Unavailable(Frozen):
    """Child to parent, instead of `Ready`: the model cannot be loaded."""

    kind: Literal["unavailable"] = "unavailable"
    detail: str


Report = Annotated[
    Ready | Unavailable | Progress | Transcribed | Failed, Field(discriminator="kind")
]

REPORT: TypeAdapter[Report] = TypeAdapter(Report)
"""Reads anything a child says."""
