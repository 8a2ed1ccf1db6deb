"""Accounts and tokens."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from malmoi.persistence.tables import User

# What a mail server would say matters little here: no mail is sent. One @, no spaces or controls.
_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")


def _normalised(address: str) -> str:
    """One spelling per account: composed characters, lower case, no spaces around."""
    address = unicodedata.normalize("NFKC", address).strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise ValueError("this is no e-mail address")
    return address


Email = Annotated[str, Field(max_length=254), AfterValidator(_normalised)]


class SignUpIn(BaseModel):
    """A new account."""

    email: Email
    password: SecretStr = Field(min_length=8, max_length=128)


class LoginIn(BaseModel):
    """An account and its password; no rule but length, so that old passwords still work."""

    email: Email
    password: SecretStr = Field(max_length=128)


class UserOut(BaseModel):
    """An account as its owner sees it."""

    id: UUID
    email: str
    role: str
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        """Without the password's hash."""
        return cls(id=user.id, email=user.email, role=user.role, created_at=user.created_at)


class SignUpOut(BaseModel):
    """The account, signed in already."""

    user: UserOut
    token: str


class LoginOut(BaseModel):
    """A bearer token, to be sent as `Authorization: Bearer <token>`."""

    token: str
    token_type: str = "bearer"  # noqa: S105 - the scheme of RFC 6750
    expires_in: int
    """Seconds."""


class MeOut(BaseModel):
    """Who the caller is."""

    user: UserOut
