"""How long things are kept."""

from typing import Annotated

from pydantic import BaseModel, Field

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
