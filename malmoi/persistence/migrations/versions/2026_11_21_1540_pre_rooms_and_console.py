"""pre: queue, invitations, edits and sign videos of rooms; the console's indexes and workers

Pre-deploy: only adds what the services before do not know.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "4d1f0c6a2b57"
down_revision = "8ca3eaf99750"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
WORDS_OF_RESULT = sa.text(
    "to_tsvector('simple', left(coalesce(result -> 'transcript' ->> 'text', ''), 200000))"
)
NEWEST_FIRST = (sa.text("created_at DESC"), sa.text("id DESC"))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("users", sa.Column("tokens_valid_from", INSTANT))
    op.create_index("ix_users_created_at", "users", ["created_at"])
    _rooms()
    op.add_column("messages", sa.Column("original_text", sa.Text()))
    op.add_column("messages", sa.Column("edited_at", INSTANT))
    op.add_column("messages", sa.Column("deleted_at", INSTANT))
    _jobs()
    _sign_videos()
    _workers()


def _jobs() -> None:
    op.add_column("jobs", sa.Column("correction", postgresql.JSONB()))
    op.add_column("jobs", sa.Column("retry_of", sa.Uuid()))
    op.create_unique_constraint("uq_jobs_retry_of", "jobs", ["retry_of"])
    op.create_index("ix_jobs_page", "jobs", [*NEWEST_FIRST])
    for name, column in {
        "state": "state",
        "room": "room_id",
        "user": "owner_user_id",
        "lane": "lane",
    }.items():
        op.create_index(f"ix_jobs_{name}_page", "jobs", [column, *NEWEST_FIRST])
    op.create_index(
        "ix_jobs_error_page",
        "jobs",
        ["error_code", *NEWEST_FIRST],
        postgresql_where=sa.text("error_code IS NOT NULL"),
    )
    op.create_index("ix_jobs_message_id", "jobs", ["message_id"])
    op.create_index("ix_jobs_trace_id", "jobs", ["trace_id"])
    op.create_index("ix_jobs_text", "jobs", [WORDS_OF_RESULT], postgresql_using="gin")
    op.create_index("ix_ledger_at", "ledger", ["at"])


def _rooms() -> None:
    op.add_column("rooms", sa.Column("invite_code", sa.Text()))
    op.create_unique_constraint("uq_rooms_invite_code", "rooms", ["invite_code"])
    op.add_column("rooms", sa.Column("offered_user_id", sa.Uuid()))
    op.create_foreign_key(
        "fk_rooms_offered_user_id_users", "rooms", "users", ["offered_user_id"], ["id"]
    )
    op.add_column("rooms", sa.Column("offer_expires_at", INSTANT))
    op.create_index(
        "ix_rooms_offered",
        "rooms",
        ["offer_expires_at"],
        postgresql_where=sa.text("offered_user_id IS NOT NULL"),
    )
    op.create_table(
        "raised_hands",
        sa.Column("room_id", sa.Uuid(), sa.ForeignKey("rooms.id"), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("place", sa.BigInteger(), sa.Identity(), nullable=False),
    )


def _sign_videos() -> None:
    op.create_table(
        "sign_videos",
        sa.Column("message_id", sa.Uuid(), sa.ForeignKey("messages.id"), primary_key=True),
        sa.Column("owner_user_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="1", nullable=False),
        sa.Column("video_key", sa.Text(), nullable=False),
        sa.Column("video_bytes", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("playable_key", sa.Text()),
        sa.Column("poster_key", sa.Text()),
        sa.Column("duration_s", sa.Float()),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_detail", sa.Text()),
        sa.Column("idempotency_key", sa.Text()),
        sa.Column("request_sha256", sa.Text()),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("dispatched_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.UniqueConstraint(
            "owner_user_id", "idempotency_key", name="uq_sign_videos_idempotency_key"
        ),
    )
    op.create_index(
        "ix_sign_videos_open",
        "sign_videos",
        ["dispatched_at"],
        postgresql_where=sa.text("state = 'open'"),
    )


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("task_ids", postgresql.JSONB(), nullable=False),
        sa.Column("partitions", postgresql.JSONB(), nullable=False),
        sa.Column("real_time_factor", sa.Float()),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, server_default=sa.text("now()"), nullable=False),
    )
