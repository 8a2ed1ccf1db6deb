"""What the result handler reads from its environment."""

from datetime import timedelta

from pydantic import Field

from malmoi.settings import (
    CallbackKeySettings,
    DatabaseSettings,
    HealthSettings,
    KafkaSettings,
    ObjectStoreSettings,
    OutboundSettings,
    RedisSettings,
    RetentionSettings,
)


class CallbackSettings(OutboundSettings, CallbackKeySettings):
    """How stubbornly callbacks are delivered."""

    callback_timeout_s: float = Field(default=15.0, gt=0)
    """Seconds a receiver may take to answer."""
    callback_retry_for_s: float = Field(default=93600.0, gt=0)
    """Seconds after which a callback is given up: somewhat more than the day that a receiver may
    be away."""
    callback_retry_first_s: float = Field(default=5.0, gt=0)
    """Seconds before the second attempt; doubled with each further one."""
    callback_retry_max_s: float = Field(default=3600.0, gt=0)
    """The longest pause between two attempts, also when the receiver asks for a longer one."""
    callbacks_at_once: int = Field(default=64, ge=1)
    """Requests of one process that may be open at once."""
    callbacks_per_user: int = Field(default=16, ge=1)
    callbacks_per_host: int = Field(default=4, ge=1)
    """So that a receiver that never answers delays nobody else."""


class Settings(
    DatabaseSettings,
    RedisSettings,
    KafkaSettings,
    ObjectStoreSettings,
    HealthSettings,
    CallbackSettings,
    RetentionSettings,
):
    """All of it."""

    lease_s: float = Field(default=20.0, gt=0)
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
