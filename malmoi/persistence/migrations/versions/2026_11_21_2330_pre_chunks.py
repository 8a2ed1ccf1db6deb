"""pre: long recordings are planned into chunks

Pre-deploy: only adds what the services before do not know.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d4f813eaf543"
down_revision = "c3e702d9f432"
branch_labels = None
depends_on = None

ADDED = {
    "jobs": [sa.Column("plan", postgresql.JSONB())],
    "tasks": [
        sa.Column("audio_key", sa.Text()),
        sa.Column("audio_bytes", sa.BigInteger()),
        sa.Column("start_s", sa.Float(), server_default="0", nullable=False),
        sa.Column("audio_s", sa.Float()),
        sa.Column("result", postgresql.JSONB()),
        sa.Column("stage", sa.Text()),
    ],
    "outbox": [sa.Column("partition", sa.Integer())],
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index(
        "ix_tasks_waiting",
        "tasks",
        ["job_id", "index"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_index("ix_tasks_waiting", "tasks")
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column.name)
