"""The description of the services is true of their code."""

import importlib
import importlib.util
import tomllib

import pytest
from pydantic_settings import BaseSettings

from local_cluster.home import CHECKOUT
from local_cluster.services import SERVICES, SETUP, Service

ALL = (SETUP, *SERVICES)


@pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
def test_the_module_of_a_service_exists(service: Service) -> None:
    assert importlib.util.find_spec(service.module) is not None


@pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
def test_a_service_listens_where_its_settings_say(service: Service) -> None:
    module, _, name = service.settings.partition(":")
    settings = getattr(importlib.import_module(module), name)

    assert issubclass(settings, BaseSettings)
    assert service.port_variable.lower() in settings.model_fields


@pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
def test_the_extra_of_a_service_is_in_the_distribution(service: Service) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]

    assert service.extra in project["optional-dependencies"]
