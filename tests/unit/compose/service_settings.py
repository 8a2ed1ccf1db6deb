"""Which variables a service reads, from its settings class."""

from importlib import import_module

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from local_cluster.services import Service


def settings_of(service: Service) -> type[BaseSettings]:
    module, _, name = service.settings.partition(":")
    settings: type[BaseSettings] = getattr(import_module(module), name)
    return settings


def variables_of(settings: type[BaseSettings]) -> list[set[str]]:
    """For each field the names of the variables that set it."""
    return [_variables(name, field) for name, field in settings.model_fields.items()]


def _variables(name: str, field: FieldInfo) -> set[str]:
    match field.validation_alias:
        case None:
            return {name.upper()}
        case AliasChoices(choices=choices):
            return {str(choice).upper() for choice in choices}
        case alias:
            return {str(alias).upper()}
