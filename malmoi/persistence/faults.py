"""What PostgreSQL's absence looks like, so that callers need not know the driver."""

from typing import Final

from asyncpg import PostgresError  # type: ignore[import-untyped]
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolExhausted

DATABASE_AWAY: Final[tuple[type[Exception], ...]] = (
    DBAPIError,
    PoolExhausted,
    PostgresError,
    OSError,
)
"""The server is away, starting or overloaded; trying again is sensible.

The driver's own errors are among them: SQLAlchemy does not wrap those of connecting, and knows
no class of its own for a server that is being shut down.
"""

OUR_FAULT: Final[tuple[type[Exception], ...]] = (DataError, IntegrityError, ProgrammingError)
"""Those DBAPIErrors that say nothing of the server: the statement was wrong, and stays wrong."""
