"""The passwords and keys of one cluster: random, made once, kept in its home."""

import secrets
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from local_cluster.files import write_private


def _secret() -> str:
    return secrets.token_hex(24)


class Credentials(BaseModel):
    """Hexadecimal, so that none needs quoting in an URL or a configuration file."""

    model_config = ConfigDict(frozen=True)

    database_password: str = Field(default_factory=_secret)
    redis_password: str = Field(default_factory=_secret)
    s3_access_key: str = Field(default_factory=lambda: secrets.token_hex(10))
    s3_secret_key: str = Field(default_factory=_secret)
    jwt_secret_key: str = Field(default_factory=_secret)
    callback_secret_key: str = Field(default_factory=_secret)

    @classmethod
    def load_or_create(cls, file: Path) -> Self:
        """Read the credentials; what is missing in the file is made and written back."""
        known = cls.model_validate_json(file.read_text()) if file.exists() else cls()
        text = known.model_dump_json(indent=1)
        if not file.exists() or file.read_text() != text:
            write_private(file, text)
        return known
