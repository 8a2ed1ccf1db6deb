"""What an account may hand in."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from api_gateway.usecases.mind_quotas import Allowance
from malmoi.persistence.tables import User

_MOST = 2**31 - 1
_MOST_BYTES = 2**53
"""What JavaScript counts exactly."""
Count = Annotated[int, Field(strict=True, ge=1, le=_MOST)]


class QuotaIn(BaseModel):
    """What an operator allows one account; null: as everybody."""

    hand_in_per_minute: Count | None = None
    open_jobs: Count | None = None
    audio_bytes_per_day: Annotated[int, Field(strict=True, ge=1, le=_MOST_BYTES)] | None = None

    @classmethod
    def of(cls, user: User) -> Self:
        """As it is now."""
        return cls(**{name: getattr(user, name) for name in cls.model_fields})


class QuotaOut(BaseModel):
    """What holds for an account."""

    own: QuotaIn
    """As an operator has set it."""
    hand_in_per_minute: int
    open_jobs: int
    audio_bytes_per_day: int
    used_open_jobs: int
    used_audio_bytes_today: int
    """Since 00:00 UTC."""

    @classmethod
    def of(cls, allowance: Allowance) -> Self:
        """As it is now."""
        quota, use = allowance.quota, allowance.use
        return cls(
            own=QuotaIn.of(allowance.user),
            hand_in_per_minute=quota.hand_in_per_minute,
            open_jobs=quota.open_jobs,
            audio_bytes_per_day=quota.audio_bytes_per_day,
            used_open_jobs=use.open_jobs,
            used_audio_bytes_today=use.audio_bytes_today,
        )
