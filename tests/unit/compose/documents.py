"""The compose files and Dockerfiles as data, read without Docker."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
DEV = ROOT / "docker-compose.dev.yml"
PROD = ROOT / "docker-compose.prod.yml"
NO_GPU = ROOT / "docker/no-gpu.yml"
SHARED = ROOT / "docker/services.yml"

Mapping = dict[str, Any]


class _ComposeLoader(yaml.SafeLoader):
    """YAML with compose's own tag for a value that takes another one away."""


_ComposeLoader.add_constructor("!reset", lambda *_: {})


@cache
def read(path: Path) -> Mapping:
    document: Mapping = yaml.load(path.read_text(), _ComposeLoader)
    return document


@cache
def services(path: Path) -> dict[str, Mapping]:
    """Every service of a compose file, with what it extends filled in."""
    return {name: _extended(service, path) for name, service in read(path)["services"].items()}


def _extended(service: Mapping, path: Path) -> Mapping:
    if "extends" not in service:
        return service
    source = path.parent / service["extends"]["file"]
    own = {key: value for key, value in service.items() if key != "extends"}
    return _merged(services(source)[service["extends"]["service"]], own)


def _merged(base: Mapping, own: Mapping) -> Mapping:
    """Join as compose does: mappings by key, lists end to end, everything else replaced."""
    return base | {key: _joined(base.get(key), value) for key, value in own.items()}


def _joined(base: Any, own: Any) -> Any:
    if isinstance(base, dict) and isinstance(own, dict):
        return _merged(base, own)
    if isinstance(base, list) and isinstance(own, list):
        return base + own
    return own


def interpolated(path: Path) -> set[str]:
    """Names of all variables that a compose file takes from .env, `${NAME…}` or `NAME:` alone."""
    text = "\n".join(line for line in path.read_text().splitlines() if "$$" not in line)
    return set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)", text)) | {
        name
        for service in services(path).values()
        for name, value in service.get("environment", {}).items()
        if value is None
    }


def dockerfiles() -> list[Path]:
    found = [path for path in ROOT.glob("*/Dockerfile") if not path.parent.name.startswith(".")]
    assert found
    return sorted(found)


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Each instruction with its arguments, continued lines joined, comments dropped."""
    lines = (line for line in dockerfile.read_text().splitlines() if not line.startswith("#"))
    logical = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    return [(word, rest.strip()) for word, _, rest in (li.partition(" ") for li in logical) if word]
