"""Every image's extra resolves from the lock, and to nothing that the image should not carry."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.compose.documents import ROOT

FOLDER = ROOT / "requirements"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]

IMAGES = {
    "gateway": ("gateway",),
    "handler": ("handler",),
    "sign": ("sign",),
    "whisper": ("whisper", "whisper-base"),
    "whisper-cuda": ("whisper", "whisper-base", "cuda"),
    "transformers": ("transformers",),
}
FILES = (*IMAGES, "lock", "build", "installer")

DATABASE = {"sqlalchemy", "asyncpg", "alembic"}
HTTP_SERVER = {"fastapi", "uvicorn"}
MODELS = {"faster-whisper", "ctranslate2", "torch", "transformers", "numpy"}
FORBIDDEN = {
    "gateway": MODELS,
    "handler": MODELS | HTTP_SERVER,
    "sign": DATABASE | HTTP_SERVER | MODELS,
    "whisper": DATABASE | HTTP_SERVER | {"torch", "transformers"},
    "whisper-cuda": DATABASE | HTTP_SERVER | {"torch", "transformers"},
    "transformers": DATABASE | HTTP_SERVER,
}


def pins(name: str) -> dict[str, str]:
    """Version by package of one requirements file."""
    found = re.findall(r"^([\w.-]+)==(\S+) \\$", (FOLDER / f"{name}.txt").read_text(), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in found}


def required_by(extras: tuple[str, ...]) -> Iterator[Requirement]:
    """What we ask for with these extras, our own extras of extras resolved."""
    texts = [*PROJECT["project"]["dependencies"], *(t for extra in extras for t in EXTRAS[extra])]
    for requirement in map(Requirement, texts):
        if requirement.name == "malmoi":
            yield from required_by(tuple(requirement.extras))
        else:
            yield requirement


def with_dependencies(wanted: Iterator[Requirement]) -> Iterator[Requirement]:
    """`wanted` and what these need in turn, as far as they are installed here."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        yield requirement
        if key not in seen:
            seen.add(key)
            waiting += _needs(requirement)


def _needs(requirement: Requirement) -> list[Requirement]:
    try:
        needs = distribution(requirement.name).requires or []
    except PackageNotFoundError:
        return []
    environments = [{"extra": extra} for extra in ("", *requirement.extras)]
    return [
        need
        for need in map(Requirement, needs)
        if need.marker is None or any(need.marker.evaluate(each) for each in environments)
    ]


@pytest.mark.parametrize(("name", "extras"), IMAGES.items(), ids=list(IMAGES))
def test_every_requirement_of_an_image_is_pinned(name: str, extras: tuple[str, ...]) -> None:
    pinned = pins(name)
    for requirement in with_dependencies(required_by(extras)):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in {name}.txt; run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement}: {version} is pinned"


def test_the_lock_covers_the_default_installation_and_the_development_tools() -> None:
    pinned = pins("lock")
    development = [Requirement(text) for text in GROUPS["dev"]]
    for requirement in [*required_by(("local",)), *development]:
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in lock.txt; run `make lock`"
        assert requirement.specifier.contains(version)


def test_what_is_installed_here_is_what_the_lock_says() -> None:
    for package, version in pins("lock").items():
        assert distribution(package).version == version


def test_a_package_has_one_version_in_all_files() -> None:
    versions: dict[str, set[str]] = {}
    for name in FILES:
        for package, version in pins(name).items():
            versions.setdefault(package, set()).add(version)

    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize(("name", "forbidden"), FORBIDDEN.items(), ids=list(FORBIDDEN))
def test_an_image_carries_only_its_own_extra(name: str, forbidden: set[str]) -> None:
    assert set(pins(name)) & forbidden == set()


def test_the_build_tools_are_those_of_the_build_system() -> None:
    pinned = pins("build")
    for requirement in map(Requirement, PROJECT["build-system"]["requires"]):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


@pytest.mark.parametrize("name", FILES)
def test_a_file_names_hashes_and_no_place(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text()
    packages = re.split(r"\n(?=\w)", text)[1:]

    assert packages
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in text
    assert not re.search(r"(^|\s)/", text)


def test_every_requirements_file_is_known() -> None:
    assert {path.stem for path in Path(FOLDER).glob("*.txt")} == set(FILES)
