"""The migrations lead to exactly the tables that the code believes in."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from malmoi.persistence.database import Database
from malmoi.persistence.tables import Table


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, Table.metadata))


async def test_migrated_is_what_the_tables_say(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_comparison_sees_columns_indexes_and_defaults(database: Database) -> None:
    async with database.engine.connect() as connection:
        for change in (
            "ALTER TABLE rooms DROP COLUMN invite_code",
            "DROP INDEX ix_rooms_offered",
            "ALTER TABLE rooms ALTER COLUMN capacity SET DEFAULT 3",
            "ALTER TABLE messages ALTER COLUMN position TYPE integer",
        ):
            await connection.execute(text(change))
            assert await connection.run_sync(differences), change
            await connection.rollback()
