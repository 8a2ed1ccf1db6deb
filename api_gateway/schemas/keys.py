"""API keys as their owners see them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api_gateway.schemas.texts import LEGIBLE
from malmoi.persistence.tables import ApiKey
from malmoi.web.api_keys import Scope


class KeyIn(BaseModel):
    """A key to be made."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), LEGIBLE
    ]
    """What it is for."""
    scopes: list[Scope] = Field(default=[Scope.READ, Scope.WRITE], min_length=1, max_length=2)


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: UUID
    name: str
    scopes: list[Scope]
    begins: str
    """The first characters of the secret."""
    created_at: datetime
    last_used_at: datetime | None
    """To the minute; null: never."""

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """As it is now."""
        return cls(**{name: getattr(key, name) for name in cls.model_fields})


class KeysOut(BaseModel):
    """All keys of an account, newest first."""

    keys: list[KeyOut]


class NewKeyOut(BaseModel):
    """A key that was just made."""

    key: KeyOut
    secret: str
    """To be sent as `Authorization: Bearer <secret>`; it is told this once."""
