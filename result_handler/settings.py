"""What the result handler reads from its environment."""

from datetime import timedelta

from pydantic import Field

from malmoi.settings import (
    DatabaseSettings,
    HealthSettings,
    KafkaSettings,
    ObjectStoreSettings,
    RedisSettings,
)


class Settings(DatabaseSettings, RedisSettings, KafkaSettings, ObjectStoreSettings, HealthSettings):
    """All of it."""

    lease_s: float = Field(default=30.0, gt=0)
    """Seconds without a heartbeat after which an attempt is suspected. Longer than several
    HEARTBEAT_S of the workers."""
    reconcile_interval_s: float = Field(default=1.0, gt=0)
    max_failures: int = Field(default=3, ge=1)
    """Attempts that may fail by themselves before the task is buried."""
    max_losses: int = Field(default=5, ge=1)
    """Attempts that may disappear with their worker before the task is buried."""
    sign_retry_s: float = Field(default=30.0, gt=0)
    """Seconds after which an unanswered sign video is looked into; sent anew if it is lost."""
    sign_max_attempts: int = Field(default=5, ge=1)
    """How often the request of a sign video may be lost before the video fails."""

    @property
    def lease(self) -> timedelta:
        """The lease as a duration."""
        return timedelta(seconds=self.lease_s)
