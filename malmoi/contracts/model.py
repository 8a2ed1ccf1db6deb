"""The base of every model that crosses a process boundary."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable; unknown fields are ignored, so that an older reader survives a newer writer."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_bytes="base64")


def instant(at: datetime) -> str:
    """An instant as every model writes it: ISO 8601 in UTC, with `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
