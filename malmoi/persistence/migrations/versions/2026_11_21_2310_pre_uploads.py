"""pre: recordings that their senders put into the object store themselves

Pre-deploy: only adds what the services before do not know.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b2d6f1c8e321"
down_revision = "a1c5e0b7d210"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner_user_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("multipart_id", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text()),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("part_bytes", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.Uuid()),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("completed_at", INSTANT),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_index("ix_uploads_owner_user_id", "uploads", ["owner_user_id"])
    op.create_index("ix_uploads_expires_at", "uploads", ["expires_at"])
    op.create_index("ix_jobs_audio_key", "jobs", ["audio_key"])


def downgrade() -> None:
    op.drop_index("ix_jobs_audio_key", "jobs")
    op.drop_table("uploads")
