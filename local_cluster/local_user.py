"""The user as whom `malmoi transcribe` logs in: made silently, kept in the home of the cluster."""

import secrets
from pathlib import Path
from typing import Self

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from local_cluster.answers import checked
from local_cluster.files import write_private


class LocalUser(BaseModel):
    """Credentials and the token of the last login."""

    model_config = ConfigDict(frozen=True)

    email: str
    password: str
    token: str

    @classmethod
    def of(cls, file: Path, client: httpx.Client) -> Self:
        """Return the user of this home, signed up if need be; the token may have expired."""
        try:
            return cls.model_validate_json(file.read_bytes())
        except (FileNotFoundError, ValidationError):
            return cls._sign_up(file, client)

    @classmethod
    def _sign_up(cls, file: Path, client: httpx.Client) -> Self:
        email = f"cli-{secrets.token_hex(6)}@example.com"
        password = secrets.token_urlsafe(24)
        credentials = {"email": email, "password": password}
        token = checked(client.post("/auth/signup", json=credentials))["token"]
        return cls(email=email, password=password, token=token).kept(file)

    def logged_in_again(self, file: Path, client: httpx.Client) -> Self:
        """Return the user with a new token; another user if the cluster lost its data meanwhile."""
        credentials = {"email": self.email, "password": self.password}
        answer = client.post("/auth/login", json=credentials)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return self._sign_up(file, client)
        return self.model_copy(update={"token": checked(answer)["token"]}).kept(file)

    def kept(self, file: Path) -> Self:
        """Write it where `of` finds it."""
        write_private(file, self.model_dump_json())
        return self
