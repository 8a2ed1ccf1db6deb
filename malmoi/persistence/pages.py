"""Places in lists that begin with the newest: a page goes on where the one before ended.

By place and not by number, so that page 2000 costs what page 1 costs, and what arrives meanwhile
moves nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import InstrumentedAttribute


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read what `str` wrote; raises ValueError."""
        at, _, row_id = text.partition("~")
        return cls(datetime.fromisoformat(at), UUID(row_id))


def behind(
    place: Place, at: InstrumentedAttribute[Any], row_id: InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    """Rows that stand behind the place when both columns are read backwards."""
    return tuple_(at, row_id) < tuple_(place.at, place.id)
