"""Compose hands every service exactly the variables that its settings read."""

from pathlib import Path

import pytest

from local_cluster.services import SERVICES, SETUP, Service
from tests.unit.compose.documents import DEV, PROD, services
from tests.unit.compose.service_settings import settings_of, variables_of

NOT_SETTINGS = {"PYTHONPATH"}
"""Read by Python itself: development runs the code of the checkout."""


@pytest.mark.parametrize("path", [DEV, PROD], ids=["dev", "prod"])
@pytest.mark.parametrize("service", [*SERVICES, SETUP], ids=lambda service: service.name)
def test_every_setting_is_handed_over_and_nothing_else(path: Path, service: Service) -> None:
    handed_over = set(services(path)[service.name]["environment"]) - NOT_SETTINGS
    read = variables_of(settings_of(service))

    assert [names for names in read if not names & handed_over] == []
    assert handed_over - set().union(*read) == set()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_service_answers_probes_where_its_health_check_asks(service: Service) -> None:
    port = services(PROD)[service.name]["environment"][service.port_variable]
    dockerfile = DEV.parent / services(PROD)[service.name]["build"]["dockerfile"]

    assert f"http://127.0.0.1:{port}/readyz" in dockerfile.read_text()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_no_service_gets_the_address_of_a_server_it_has_no_use_for(service: Service) -> None:
    environment = services(PROD)[service.name]["environment"]

    assert ("DATABASE_URL" in environment) == ("postgres" in service.needs)
    assert ("REDIS_URL" in environment) == ("redis" in service.needs)
    assert ("KAFKA_BOOTSTRAP_SERVERS" in environment) == ("kafka" in service.needs)
