"""pre: callbacks

Pre-deploy: only adds what the services before do not know.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a1c5e0b7d210"
down_revision = "9be2c41d7f03"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("now()")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("jobs", sa.Column("callback_events", postgresql.JSONB()))
    op.create_table(
        "callbacks",
        sa.Column(
            "job_id", sa.Uuid(), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("owner_user_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("refused_at", INSTANT),
        sa.Column("lease_id", sa.Uuid()),
        sa.Column("lease_until", INSTANT),
    )
    op.create_table(
        "callback_deliveries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "job_id",
            sa.Uuid(),
            sa.ForeignKey("callbacks.job_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("due_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("begun_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.UniqueConstraint("job_id", "seq", name="uq_callback_deliveries_job_seq"),
    )
    op.create_index(
        "ix_callback_deliveries_due",
        "callback_deliveries",
        ["due_at"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_callback_deliveries_ended",
        "callback_deliveries",
        ["ended_at"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_table(
        "callback_secrets",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("ends_at", INSTANT),
    )
    op.create_index("ix_callback_secrets_user_id", "callback_secrets", ["user_id"])


def downgrade() -> None:
    op.drop_table("callback_secrets")
    op.drop_table("callback_deliveries")
    op.drop_table("callbacks")
    op.drop_column("jobs", "callback_events")
