"""Groups of settings that several services share; a service's own class mixes in what it needs.

Every variable is described once, here or in the service, and stands in `.env.example`.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, IPvAnyNetwork, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProcessSettings(BaseSettings):
    """What every process reads: how it logs."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    log_pii: bool = False
    """Keep recognised text in the logs. Only for debugging on your own machine."""


class HealthSettings(ProcessSettings):
    """Where a process without an HTTP interface answers /healthz, /readyz and /metrics."""

    health_host: str = "127.0.0.1"
    health_port: int = Field(default=9100, ge=1, le=65535)


class DatabaseSettings(ProcessSettings):
    """PostgreSQL."""

    database_url: SecretStr
    """`postgresql+asyncpg://user:password@host:port/database`"""
    database_pool_size: int = Field(default=10, ge=1)


class RedisSettings(ProcessSettings):
    """Redis or Valkey."""

    redis_url: SecretStr
    """`redis://host:port/0`"""


class KafkaSettings(ProcessSettings):
    """The broker."""

    kafka_bootstrap_servers: str
    kafka_topic_partitions: int = Field(default=6, ge=1)
    """Upper bound of useful workers per engine and lane; topics are created with it."""
    kafka_replication_factor: int = Field(default=1, ge=1)
    kafka_session_timeout_s: float = Field(default=10.0, ge=1)
    """Seconds without a heartbeat after which the group gives a member's partitions to others."""
    kafka_fetch_max_wait_s: float = Field(default=0.5, gt=0)
    """Seconds a broker may hold a fetch open while nothing is new."""


class ObjectStoreSettings(ProcessSettings):
    """Any S3 server."""

    s3_endpoint: str
    """`host:port`, without a scheme."""
    s3_secure: bool = False
    s3_region: str = "us-east-1"
    s3_bucket: str = "malmoi"
    minio_access_key: SecretStr
    minio_secret_key: SecretStr


class OutboundSettings(ProcessSettings):
    """URLs that callers name: where callbacks go, where recordings are fetched."""

    outbound_allowed_networks: list[IPvAnyNetwork] = []
    """Networks that such URLs may lead to beside the public internet, as a JSON list."""


class CallbackKeySettings(ProcessSettings):
    """What the secrets that sign callbacks are made of."""

    callback_secret_key: SecretStr = Field(min_length=32)
    """Another one makes the secrets that receivers hold void."""


def _empty_is_none(given: object) -> object:
    return None if given == "" else given


Days = Annotated[int | None, Field(ge=1, le=36500), BeforeValidator(_empty_is_none)]


class RetentionSettings(ProcessSettings):
    """How long things are kept after their job's end; empty: for ever."""

    retain_audio_days: Days = None
    """Recordings, of rooms too. An account may want fewer days."""
    retain_text_days: Days = None
    """What was recognised, and what became of it in rooms. An account may want fewer days."""
