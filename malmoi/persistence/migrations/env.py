"""Alembic's entry point: runs the migrations on the connection that it is handed."""

from alembic import context

from malmoi.persistence.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
