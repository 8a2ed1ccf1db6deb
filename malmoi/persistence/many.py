"""Ids by the ten thousand: PostgreSQL takes 32,767 parameters, and a list is one of them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, any_, literal
from sqlalchemy.orm import InstrumentedAttribute


def among(column: InstrumentedAttribute[Any], values: Iterable[UUID | str]) -> ColumnElement[bool]:
    """The column has one of the values."""
    return column == any_(literal(list(values), ARRAY(column.type)))
