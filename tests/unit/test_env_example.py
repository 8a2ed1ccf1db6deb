"""`.env.example` names every variable that anything reads, with its default, and no secret."""

import re

import pytest

from local_cluster.services import SERVICES, Service
from tests.unit.compose.documents import DEV, NO_GPU, PROD, ROOT, SHARED, interpolated
from tests.unit.compose.service_settings import settings_of, variables_of

LINES = (ROOT / ".env.example").read_text().splitlines()
ASSIGNMENT = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$")
DOCUMENTED = {found[1]: found[2] for line in LINES if (found := ASSIGNMENT.match(line))}
OTHER_NAMES = {"SECRET_KEY"}
"""Of an older specification; mentioned in a comment, so that nobody sets both."""


def everything_read() -> set[str]:
    """Every variable of every service's settings and of the compose files."""
    fields = [names for service in SERVICES for names in variables_of(settings_of(service))]
    settings = set().union(*fields)
    compose = {name for path in (DEV, PROD, NO_GPU, SHARED) for name in interpolated(path)}
    return settings | compose


def test_it_lists_exactly_what_is_read() -> None:
    assert set(DOCUMENTED) == everything_read() - OTHER_NAMES


def test_no_variable_is_listed_twice() -> None:
    names = [found[1] for line in LINES if (found := ASSIGNMENT.match(line))]

    assert len(names) == len(set(names))


def test_copying_it_changes_nothing() -> None:
    """What it shows are the defaults, as comments: a later default reaches old copies too."""
    assert [line for line in LINES if line and not line.startswith("#")] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_values_shown_are_the_defaults(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(service)
    required = {
        name: "x" * 32 for name, field in settings.model_fields.items() if field.is_required()
    }
    for name in DOCUMENTED:
        monkeypatch.delenv(name, raising=False)
    by_default = settings(**required)
    for name, value in DOCUMENTED.items():
        if value:
            monkeypatch.setenv(name, value)

    assert settings(**required) == by_default


def test_every_variable_has_its_explanation_above_it() -> None:
    """A comment, or a neighbour whose comment speaks of both."""
    explained = False
    for line in LINES:
        if ASSIGNMENT.match(line):
            assert explained, line
        else:
            explained = line.startswith("#")


def test_it_tells_no_secret() -> None:
    secret = re.compile(r"PASSWORD|SECRET|TOKEN$|ACCESS_KEY")

    assert {name for name in DOCUMENTED if secret.search(name) and DOCUMENTED[name]} == set()
