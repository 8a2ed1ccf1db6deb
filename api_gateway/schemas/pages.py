"""Pages of lists that begin with the newest."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Query
from pydantic import AfterValidator

from malmoi.persistence.pages import Place
from malmoi.web.problems import Malformed

T = TypeVar("T")


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no such year") from error


Instant = Annotated[datetime, AfterValidator(_in_utc)]
"""Without a zone, UTC is meant."""

Limit = Annotated[int, Query(ge=1, le=100)]


async def _place(
    cursor: Annotated[
        str | None, Query(max_length=100, description="`next` of the page before.")
    ] = None,
) -> Place | None:
    if cursor is None:
        return None
    try:
        place = Place.parse(cursor)
        return replace(place, at=_in_utc(place.at))
    except ValueError as error:
        raise Malformed("`cursor` is no `next` of a page; begin with the first one") from error


Cursor = Annotated[Place | None, Depends(_place)]
"""Where the page begins; None at the newest."""


def cut(
    rows: Sequence[T], limit: int, place: Callable[[T], Place]
) -> tuple[Sequence[T], str | None]:
    """The first `limit` of one more row than were asked for, and the cursor of the next page."""
    shown = rows[:limit]
    return shown, str(place(shown[-1])) if len(rows) > limit else None
