"""pre: what accounts may use and have used, how long things are kept, and what was erased

Pre-deploy: only adds what the services before do not know.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c3e702d9f432"
down_revision = "b2d6f1c8e321"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
OF_USERS = {
    "hand_in_per_minute": sa.Integer,
    "open_jobs": sa.Integer,
    "audio_bytes_per_day": sa.BigInteger,
    "retain_audio_days": sa.Integer,
    "retain_text_days": sa.Integer,
}
OF_JOBS = ("audio_expired_at", "text_expired_at")
PARTIAL = {
    "ix_jobs_open_of_user": (
        "owner_user_id",
        "state IN ('queued', 'running') AND room_id IS NULL",
    ),
    "ix_jobs_with_audio": ("finished_at", "finished_at IS NOT NULL AND audio_expired_at IS NULL"),
    "ix_jobs_with_text": ("finished_at", "finished_at IS NOT NULL AND text_expired_at IS NULL"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, kind in OF_USERS.items():
        op.add_column("users", sa.Column(name, kind()))
    for name in OF_JOBS:
        op.add_column("jobs", sa.Column(name, INSTANT))
    for name, (column, where) in PARTIAL.items():
        op.create_index(name, "jobs", [column], postgresql_where=sa.text(where))
    op.create_table(
        "daily_uses",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.Column("audio_bytes", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("owner_user_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, server_default=sa.text("now()"), nullable=False),
    )
    op.create_index("ix_erasures_job_id", "erasures", ["job_id"])
    op.create_index("ix_erasures_at", "erasures", ["at"])


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_table("daily_uses")
    for name in PARTIAL:
        op.drop_index(name, "jobs")
    for name in OF_JOBS:
        op.drop_column("jobs", name)
    for name in OF_USERS:
        op.drop_column("users", name)
