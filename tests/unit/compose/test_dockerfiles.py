"""Every Dockerfile builds from what is in the checkout, pinned, for an ordinary user."""

import fnmatch
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from local_cluster.services import SERVICES
from tests.unit.compose.documents import ROOT, dockerfiles, instructions

DOCKERFILES = pytest.mark.parametrize(
    "dockerfile", dockerfiles(), ids=lambda path: path.parent.name
)
VARIANTS = ("whisper", "whisper-cuda", "transformers")


def sources(dockerfile: Path) -> list[str]:
    """What is copied from the checkout, each variant of the worker's image included."""
    copies = [rest for word, rest in instructions(dockerfile) if word == "COPY"]
    words = [word for rest in copies if "--from" not in rest for word in rest.split()[:-1]]
    return [word.replace("${VARIANT}", variant) for word in words for variant in _variants_of(word)]


def _variants_of(word: str) -> tuple[str, ...]:
    return VARIANTS if "${VARIANT}" in word else ("",)


def test_every_service_has_a_dockerfile_of_its_own() -> None:
    folders = {path.parent.name for path in dockerfiles()}

    assert folders == {service.name for service in SERVICES} | {"nginx"}


@DOCKERFILES
def test_hadolint_finds_nothing(dockerfile: Path) -> None:
    # The wheel installs it beside this interpreter, which need not be on PATH.
    hadolint = shutil.which("hadolint", path=sysconfig.get_path("scripts")) or "hadolint"
    checked = subprocess.run([hadolint, dockerfile], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@DOCKERFILES
def test_everything_that_is_copied_exists(dockerfile: Path) -> None:
    for source in sources(dockerfile):
        assert (ROOT / source).exists(), source


@DOCKERFILES
def test_everything_that_is_copied_reaches_the_build(dockerfile: Path) -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = [line.removeprefix("!") for line in lines if line.startswith("!")]

    assert "*" in lines
    for source in sources(dockerfile):
        parts = [str(parent) for parent in (Path(source), *Path(source).parents)]
        assert any(fnmatch.fnmatch(part, rule) for part in parts for rule in let_in), source


@DOCKERFILES
def test_every_base_image_is_pinned_by_tag_and_digest(dockerfile: Path) -> None:
    bases = [rest.split()[0] for word, rest in instructions(dockerfile) if word == "FROM"]

    assert bases
    for base in bases:
        assert re.fullmatch(r"[\w/-]+:[\w.-]+@sha256:[0-9a-f]{64}", base), base


def test_all_our_images_stand_on_the_same_python() -> None:
    bases = {
        rest.split()[0]
        for dockerfile in dockerfiles()
        for word, rest in instructions(dockerfile)
        if word == "FROM" and rest.startswith("python:")
    }

    assert len(bases) == 1


@DOCKERFILES
def test_the_image_runs_as_an_ordinary_user_and_stops_by_signal(dockerfile: Path) -> None:
    last_stage: dict[str, str] = {}
    for word, rest in instructions(dockerfile):
        last_stage = {} if word == "FROM" else last_stage | {word: rest}

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last_stage["USER"])
    assert last_stage["STOPSIGNAL"] in {"SIGTERM", "SIGQUIT"}
    assert last_stage["CMD"].startswith("[")


@DOCKERFILES
def test_python_packages_are_installed_by_hash_only(dockerfile: Path) -> None:
    text = "\n".join(rest for word, rest in instructions(dockerfile) if word == "RUN")
    installs = re.findall(r"pip (?:--python \S+ )?install ([^&]+)", text)

    for install in installs:
        assert "--no-deps" in install
        assert "--require-hashes" in install or "/wheels/*.whl" in install
