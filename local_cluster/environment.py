"""The environment in which our services run."""

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from local_cluster.home import CHECKOUT, MARKER, OpenHome
from local_cluster.ports import LOOPBACK

SECRET_NAMES = ("JWT_SECRET_KEY", "SECRET_KEY")


def read_overrides() -> dict[str, str]:
    """Return the settings that the user chose.

    Later ones win: `.env` in the checkout, `.env` in the working directory, the environment.
    Empty values count as not set.
    """
    chosen: dict[str, str | None] = {}
    for directory in dict.fromkeys((CHECKOUT, Path.cwd())):
        chosen |= dotenv_values(directory / ".env", interpolate=False)
    chosen |= os.environ
    return {name: value for name, value in chosen.items() if value}


def service_environment(
    home: OpenHome, servers: Mapping[str, str], overrides: Mapping[str, str]
) -> dict[str, str]:
    """Return what all services get; `servers` is how they reach the embedded servers.

    Addresses and credentials of the embedded servers are always ours: a `.env` that was written
    for compose names hosts that do not exist here.
    """
    generated = {}
    if not any(name in overrides for name in SECRET_NAMES):
        generated["JWT_SECRET_KEY"] = home.credentials.jwt_secret_key
    if "CALLBACK_SECRET_KEY" not in overrides:
        generated["CALLBACK_SECRET_KEY"] = home.credentials.callback_secret_key
    return {
        **overrides,
        **generated,
        **servers,
        "GATEWAY_HOST": LOOPBACK,
        "HEALTH_HOST": LOOPBACK,
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(home.paths.temporary),
        MARKER: str(home.paths.root),
    }
