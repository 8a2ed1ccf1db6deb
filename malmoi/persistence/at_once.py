"""Rows of any tables, inserted and changed by one statement: people wait for each round trip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ClauseElement,
    ColumnDefault,
    ColumnElement,
    bindparam,
    insert,
    inspect,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.sql.expression import Executable

from malmoi.persistence.tables import OutboxRow, Table

_NUMBERED: Final[Mapping[type[Table], str]] = {OutboxRow: "id"}
_MOST_ROWS: Final = 12
"""Above, a statement for each table is cheaper, whose rows travel together."""


@dataclass(frozen=True, slots=True)
class _Write:
    """One row of the statement."""

    table: type[Table]
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    """Of the row that changes; none for a new one."""
    tells: str | None = None
    """The column that the database fills in and the caller wants to know."""


async def insert_at_once(connection: AsyncConnection, rows: Sequence[Table]) -> None:
    """Insert rows; of what the database generates, only an outbox row's number is read back."""
    await _execute(connection, [(row, _insert(row)) for row in rows])


async def flush_at_once(session: AsyncSession) -> None:
    """Write all that is new or changed in the session, whose objects leave it thereby.

    Many rows, removed ones and values that are SQL go the session's own way, table by table.
    """
    new, changed = list(session.new), list(session.dirty)
    if session.deleted or len(new) + len(changed) > _MOST_ROWS or _has_sql(new, changed):
        await session.flush()
        return
    writes = [(row, _insert(row)) for row in new]
    writes += [(row, write) for row in changed if (write := _update(row)).columns]
    await _execute(await session.connection(), writes)
    for row in (*new, *changed):
        session.expunge(row)


async def _execute(connection: AsyncConnection, writes: Sequence[tuple[Table, _Write]]) -> None:
    if not writes:
        return
    values = {
        f"{number}_{name}": getattr(row, name)
        for number, (row, write) in enumerate(writes)
        for name in (*write.columns, *write.key)
    }
    result = await connection.execute(_statement(tuple(write for _, write in writes)), values)
    asked = [(row, write) for row, write in writes if write.tells]
    for (row, write), value in zip(asked, result.one(), strict=False):
        setattr(row, str(write.tells), value)


def _insert(row: Table) -> _Write:
    _take_defaults(row)
    return _Write(type(row), _given(row), tells=_NUMBERED.get(type(row)))


def _take_defaults(row: Table) -> None:
    """Those that are made here and not in the database, as the session would."""
    for each in row.__table__.columns:
        if isinstance(each.default, ColumnDefault) and each.key not in row.__dict__:
            made = each.default.arg
            setattr(row, each.key, made(None) if callable(made) else made)


def _update(row: Table) -> _Write:
    state = inspect(row)
    columns = tuple(name for name in _given(row) if name not in state.unmodified)
    key = tuple(str(each.key) for each in state.mapper.primary_key)
    return _Write(type(row), columns, key)


def _given(row: Table) -> tuple[str, ...]:
    """The attributes that have a value; each is named as its column."""
    return tuple(each.key for each in inspect(type(row)).columns if each.key in row.__dict__)


def _has_sql(*groups: Sequence[Table]) -> bool:
    rows = (row for group in groups for row in group)
    return any(isinstance(value, ClauseElement) for row in rows for value in row.__dict__.values())


@lru_cache(maxsize=256)
def _statement(writes: tuple[_Write, ...]) -> Executable:
    """For rows of these shapes; building it takes long."""
    parts = [_part(number, write) for number, write in enumerate(writes)]
    told: list[ColumnElement[Any]] = [
        select(part.c[name]).scalar_subquery()
        for part, name in zip(parts, (write.tells for write in writes), strict=True)
        if name is not None
    ]
    return select(*told or [null()]).add_cte(*parts)


def _part(number: int, write: _Write) -> CTE:
    """One row's INSERT or UPDATE; its parameters are named after its number and the column."""
    values: dict[str, Any] = {each: bindparam(f"{number}_{each}") for each in write.columns}
    name = f"row_{number}"
    if write.key:
        own = [getattr(write.table, each) == bindparam(f"{number}_{each}") for each in write.key]
        return update(write.table).where(*own).values(values).cte(name)
    row = insert(write.table).values(values)
    if write.tells is None:
        return row.cte(name)
    return row.returning(getattr(write.table, write.tells)).cte(name)
