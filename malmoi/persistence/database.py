"""Transactions. After a commit the outbox relay gets its rows, and the listeners its events."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from malmoi.contracts.events import Event
from malmoi.persistence.at_once import flush_at_once, insert_at_once
from malmoi.persistence.tables import OutboxRow, Table
from malmoi.settings import DatabaseSettings


@dataclass(slots=True)
class Transaction:
    """An open transaction and what the world is to hear once it is committed."""

    session: AsyncSession
    events: list[tuple[str, Event]] = field(default_factory=list)
    """(stream, event), in the order of writing."""
    outbox: list[OutboxRow] = field(default_factory=list)
    """Rows that may be sent as soon as they are committed."""
    wrote_callback: bool = False
    unneeded_objects: list[str] = field(default_factory=list)
    """Keys that nothing names any more once this is committed."""

    async def now(self) -> datetime:
        """The transaction's instant by PostgreSQL's clock."""
        found: datetime = (await self.session.execute(select(func.now()))).scalar_one()
        return found

    async def insert(self, *rows: Table) -> None:
        """Insert rows of any tables at once: a request that people wait for makes one trip.

        What the database generates is not read back, but for the number of an outbox row; the
        objects stay outside the session.
        """
        await insert_at_once(await self.session.connection(), rows)

    async def flush(self) -> None:
        """Write what is new or changed in the session, in one trip where it is little.

        The objects are not to be used with the session any more.
        """
        await flush_at_once(self.session)


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
        # The connection that was used last: its plans and its process are at hand.
        pool_use_lifo=True,
    )
    try:
        yield Database(engine)
    finally:
        await engine.dispose()
