"""How long things are kept, and what was erased after that."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from malmoi.persistence.retention import Kept
from malmoi.persistence.tables import Erasure

DaysIn = Annotated[int, Field(strict=True, ge=1, le=36500)]


class RetentionIn(BaseModel):
    """Days after a job's end; null: as long as the cluster keeps everybody's."""

    audio_days: DaysIn | None = None
    text_days: DaysIn | None = None


class RetentionOut(BaseModel):
    """What you want, and what the cluster does with everybody's; the shorter one counts."""

    audio_days: int | None
    text_days: int | None
    cluster_audio_days: int | None
    """Null: for ever."""
    cluster_text_days: int | None


class ErasureOut(BaseModel):
    """A recording or a text that was erased because its time was over."""

    job_id: UUID
    user_id: UUID
    """Whose it was."""
    what: Kept
    rule: Literal["cluster", "user"]
    """Whose rule it was: everybody's, or the shorter one of its owner."""
    days: int
    at: datetime

    @classmethod
    def of(cls, erasure: Erasure) -> Self:
        """As it is written down."""
        return cls(
            job_id=erasure.job_id,
            user_id=erasure.owner_user_id,
            what=Kept(erasure.what),
            rule="user" if erasure.rule == "user" else "cluster",
            days=erasure.days,
            at=erasure.at,
        )


class ErasuresOut(BaseModel):
    """A page of them, newest first."""

    erasures: list[ErasureOut]
    next: int | None
