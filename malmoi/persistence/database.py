"""Transactions. A commit tells its events and wakes the outbox relay, in this order, afterwards."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, func, insert, inspect, select, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

from malmoi.contracts.events import Event
from malmoi.settings import DatabaseSettings


@dataclass(slots=True)
class Transaction:
    """An open transaction and what the world is to hear once it is committed."""

    session: AsyncSession
    events: list[tuple[str, Event]] = field(default_factory=list)
    """(stream, event), in the order of writing."""
    wrote_outbox: bool = False

    async def now(self) -> datetime:
        """The transaction's instant by PostgreSQL's clock."""
        found: datetime = (await self.session.execute(select(func.now()))).scalar_one()
        return found

    async def insert(self, *rows: DeclarativeBase) -> None:
        """Insert rows of any tables at once: a request that people wait for makes one trip.

        What the database generates is not read back, and the objects stay outside the session.
        """
        given = [_given(row) for row in rows]
        shape = tuple((type(row), tuple(values)) for row, values in zip(rows, given, strict=True))
        values = {
            f"{number}_{name}": value
            for number, each in enumerate(given)
            for name, value in each.items()
        }
        connection = await self.session.connection()
        await connection.execute(_insert_of(shape), values)


def _given(row: DeclarativeBase) -> dict[str, Any]:
    """The values that were set, by attribute, which is the name of the column too."""
    return {
        attribute.key: row.__dict__[attribute.key]
        for attribute in inspect(type(row)).column_attrs
        if attribute.key in row.__dict__
    }


@cache
def _insert_of(shape: tuple[tuple[type[DeclarativeBase], tuple[str, ...]], ...]) -> Insert:
    """One statement for rows of these tables, each with these columns; building it takes long."""
    *others, last = [
        insert(table).values({name: bindparam(f"{number}_{name}") for name in names})
        for number, (table, names) in enumerate(shape)
    ]
    return last.add_cte(*(each.cte(f"row_{number}") for number, each in enumerate(others)))


AfterCommit = Callable[[Transaction], Awaitable[None]]


async def _tell_nobody(_: Transaction) -> None:
    return


class Database:
    """The one way to PostgreSQL; `after_commit` must not raise (what it tells can be re-read)."""

    def __init__(self, engine: AsyncEngine, after_commit: AfterCommit = _tell_nobody) -> None:
        self.engine = engine
        self.after_commit = after_commit
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        by_itself = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = async_sessionmaker(by_itself, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit on leaving, roll back on any exception."""
        async with self._sessions() as session, session.begin():
            transaction = Transaction(session)
            yield transaction
        await self.after_commit(transaction)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Only read, each query for itself: without the trips that begin and end a transaction."""
        async with self._readers() as session:
            yield session

    async def ping(self) -> None:
        """Raise unless PostgreSQL answers."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))


@asynccontextmanager
async def open_database(settings: DatabaseSettings) -> AsyncIterator[Database]:
    """A pool of connections, closed at the end; set `after_commit` once its targets exist."""
    engine = create_async_engine(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        max_overflow=0,
    )
    try:
        yield Database(engine)
    finally:
        await engine.dispose()
