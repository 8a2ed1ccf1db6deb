"""Kubernetes starts what `malmoi up` starts, with the variables that its settings read."""

import re
import tomllib
from pathlib import Path

import pytest

from local_cluster.services import SERVICES, SETUP, Service
from tests.unit.compose.documents import SHARED, instructions, services
from tests.unit.compose.service_settings import settings_of, variables_of
from tests.unit.kubernetes.manifests import (
    BASE,
    GPU,
    ROOT,
    container_of,
    containers,
    name_of,
    of_kind,
    pod_of,
    variables,
)

EVERY_SERVICE = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|ACCESS_KEY|_URL$")


def read_by(service: Service) -> list[set[str]]:
    return variables_of(settings_of(service))


def test_there_is_a_deployment_for_each_service_and_nginx() -> None:
    assert set(of_kind("Deployment")) == {name_of(service) for service in SERVICES} | {"nginx"}


@EVERY_SERVICE
def test_a_service_runs_the_program_of_its_image(service: Service) -> None:
    container = container_of(name_of(service))
    image = f"malmoi-{name_of(service)}"

    assert "command" not in container
    assert container["image"].partition(":")[0] == image
    assert services(SHARED)[service.name]["image"].startswith(
        image.replace("whisper", "${WHISPER_VARIANT:-whisper}")
    )


def test_every_image_is_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert {container["image"].partition(":")[2] for container in containers(GPU)} == {version}


@pytest.mark.parametrize("name", ["api-gateway", "result-handler"])
def test_tables_and_topics_are_there_before_whoever_needs_them(name: str) -> None:
    [setup] = pod_of(name)["spec"]["initContainers"]
    given = set(variables(setup))

    assert setup["command"] == ["python", "-m", SETUP.module]
    assert all(names & given for names in _required(SETUP))


@EVERY_SERVICE
def test_a_service_gets_only_variables_that_it_reads(service: Service) -> None:
    given = set(variables(container_of(name_of(service))))

    assert given - set().union(*read_by(service)) == set()


@EVERY_SERVICE
def test_a_service_gets_everything_that_has_no_default(service: Service) -> None:
    given = set(variables(container_of(name_of(service))))

    assert [names for names in _required(service) if not names & given] == []


@EVERY_SERVICE
def test_a_service_gets_everything_that_compose_decides_for_it(service: Service) -> None:
    decided = services(SHARED)[service.name]["environment"]
    given = set(variables(container_of(name_of(service))))

    assert {name for name, value in decided.items() if value is not None} <= given


@EVERY_SERVICE
def test_no_service_gets_the_address_of_a_server_it_has_no_use_for(service: Service) -> None:
    given = variables(container_of(name_of(service)))

    assert ("DATABASE_URL" in given) == ("postgres" in service.needs)
    assert ("REDIS_URL" in given) == ("redis" in service.needs)


def test_nginx_gets_every_place_of_its_templates_that_the_image_does_not_fill() -> None:
    image = next(rest for word, rest in instructions(ROOT / "nginx/Dockerfile") if word == "ENV")
    templates = [path.read_text() for path in (ROOT / "nginx").glob("*.conf.template")]
    places = {place for text in templates for place in re.findall(r"\$\{([A-Z_0-9]+)\}", text)}

    assert places - set(re.findall(r"(\w+)=", image)) == set(variables(container_of("nginx")))


@pytest.mark.parametrize("folder", [BASE, GPU], ids=["base", "gpu"])
def test_secrets_are_referred_to_and_never_written_down(folder: Path) -> None:
    assert of_kind("Secret", folder) == {}
    for container in containers(folder):
        for name, value in variables(container, folder).items():
            assert (value is None) == bool(SECRET.search(name)), name


def test_the_gpu_is_asked_for_and_must_be_used() -> None:
    worker = container_of("stt-worker-whisper", GPU)

    assert worker["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert worker["image"].startswith("malmoi-stt-worker-whisper-cuda:")
    assert variables(worker, GPU)["DEVICE"] == "cuda"


def _required(service: Service) -> list[set[str]]:
    fields = settings_of(service).model_fields.values()
    named = zip(fields, read_by(service), strict=True)
    return [names for field, names in named if field.is_required()]
