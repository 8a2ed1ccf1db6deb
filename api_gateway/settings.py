"""What the gateway reads from its environment."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, ByteSize, Field, IPvAnyNetwork, SecretStr

from malmoi.contracts.languages import require_language
from malmoi.object_store.keys import require_foreign
from malmoi.settings import (
    CallbackKeySettings,
    DatabaseSettings,
    KafkaSettings,
    ObjectStoreSettings,
    OutboundSettings,
    RedisSettings,
    RetentionSettings,
)

Seconds = Annotated[float, Field(gt=0)]
ObjectPrefix = Annotated[str, AfterValidator(require_foreign)]


class Settings(
    DatabaseSettings,
    RedisSettings,
    KafkaSettings,
    ObjectStoreSettings,
    OutboundSettings,
    CallbackKeySettings,
    RetentionSettings,
):
    """All of it."""

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=8000, ge=0, le=65535)
    jwt_secret_key: SecretStr = Field(
        min_length=32, validation_alias=AliasChoices("jwt_secret_key", "secret_key")
    )
    """Signs access tokens. No default, so that no deployment can forget it."""
    access_token_expire_minutes: int = Field(default=1440, ge=1)
    speaker_ttl_seconds: Seconds = 20.0
    """A silent speaker's baton is free again after so long."""
    baton_max_hold_s: Seconds = 120.0
    """Nobody keeps the baton longer, heartbeats or not."""
    hand_offer_s: Seconds = 5.0
    """So long the free baton is kept for the first who raised a hand."""
    seat_ttl_s: Seconds = 60.0
    """A seat without a live WebSocket is freed after so long."""
    ping_interval_s: Seconds = 5.0
    """How often every socket hears the newest event number, and proves its life in PostgreSQL."""
    stt_wait_s: float = Field(default=25.0, ge=0)
    """How long POST …/stt waits for the text unless `Prefer` says otherwise."""
    transcription_wait_s: Seconds = 600.0
    """How long POST /v1/audio/transcriptions waits."""
    max_upload_size: ByteSize = ByteSize(100 * 1024**2)
    """Largest recording in one body, e.g. `100MiB`; nginx's limit is a little above it."""
    max_recording_size: ByteSize = ByteSize(10 * 1024**3)
    """Largest recording that goes straight to the object store, or is fetched."""
    upload_expire_s: Seconds = 86400.0
    """How long an upload that nobody goes on with is kept."""
    source_fetch_s: Seconds = 100.0
    """How long fetching a recording by its URL may take; nginx waits 120 s for the answer."""
    object_prefixes_allowed: list[ObjectPrefix] = Field(default=[])
    """Prefixes of the bucket under which anybody may hand objects in, as a JSON list."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/]+$")
    """Where clients reach nginx; without it, as the request says that it got here."""
    hand_in_per_minute: int = Field(default=600, ge=1)
    """Recordings that one account may hand in within a minute; clips of rooms do not count."""
    open_jobs_per_user: int = Field(default=2000, ge=1)
    """Recordings of one account that may wait or be recognised at once."""
    audio_per_day: ByteSize = ByteSize(200 * 1024**3)
    """What one account may hand in on one day (UTC), e.g. `200GiB`."""
    max_sign_upload_size: ByteSize = ByteSize(200 * 1024**2)
    """Largest sign video, e.g. `200MiB`; nginx's limit is a little above it."""
    default_language: Annotated[str, AfterValidator(require_language)] = "ko"
    """Language of rooms that name none; `auto` lets the engine detect it."""
    login_max_failures: int = Field(default=10, ge=1)
    """Failures of one account from one address, or of one user at one room, within LOGIN_WINDOW_S.

    The wider limits are multiples of it: see `throttles`.
    """
    login_window_s: int = Field(default=300, ge=1)
    cors_allowed_origins: list[str] = Field(
        default=["http://localhost:3000", "http://localhost:8000"]
    )
    """Origins whose pages may call us from a browser, as a JSON list."""
    trusted_proxies: list[IPvAnyNetwork] = Field(
        default=["127.0.0.0/8", "::1/128"],
        validate_default=True,
    )
    """Networks whose X-Forwarded-For counts, as a JSON list; elsewhere anybody could write it."""

    grafana_url: str | None = Field(default=None, pattern=r"^https?://")
    """Where operators find the dashboards; the console links there."""

    @property
    def access_token_life(self) -> timedelta:
        """The life of a token."""
        return timedelta(minutes=self.access_token_expire_minutes)
