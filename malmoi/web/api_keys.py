"""API keys: long random secrets for systems, which live until they are revoked."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_PREFIX: Final = "malmoi_"
"""Tells a key from a JWT, and tells people who find one where it belongs."""
_SECRET_BYTES: Final = 32
_SHOWN_CHARS: Final = len(_PREFIX) + 4


class Scope(StrEnum):
    """What a key may do; an account may do everything of its own."""

    READ = "recordings:read"
    """List, follow and read."""
    WRITE = "recordings:write"
    """Hand in, cancel, do again, delete."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is told once, and what is kept of it."""

    secret: str
    sha256: str
    begins: str
    """So that its owner knows it again."""


def new_key() -> NewKey:
    """A key that nobody can guess."""
    secret = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    return NewKey(secret, digest(secret), secret[:_SHOWN_CHARS])


def is_key(token: str) -> bool:
    """Whether this wants to be an API key, rather than an access token."""
    return token.startswith(_PREFIX)


def digest(secret: str) -> str:
    """What is stored; 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
