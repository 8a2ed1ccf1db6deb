"""One JSON object each way between the service and the process that transcodes.

JSON rather than pickle: the child parses videos of strangers in C code, so what it says is
validated data to its parent, never code.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from malmoi.contracts.model import Frozen
from malmoi.contracts.sign import SignErrorCode
from sign_service.limits import Limits


class Work(Frozen):
    """Parent to child."""

    source: Path
    playable: Path
    """Where the mp4 is to be written."""
    poster: Path
    """Where the jpeg is to be written."""
    limits: Limits


class Made(Frozen):
    """Child to parent: both files are written."""

    kind: Literal["made"] = "made"
    duration_s: float
    width: int
    height: int


class Refused(Frozen):
    """Child to parent: a verdict about the video."""

    kind: Literal["refused"] = "refused"
    code: SignErrorCode
    detail: str


class Exhausted(Frozen):
    """Child to parent: the memory did not suffice."""

    kind: Literal["exhausted"] = "exhausted"


Answer = Annotated[Made | Refused | Exhausted, Field(discriminator="kind")]

ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
"""Reads anything a child says."""
