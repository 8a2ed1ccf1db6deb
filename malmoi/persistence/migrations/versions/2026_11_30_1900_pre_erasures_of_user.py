"""pre: what was erased of one account is found by an index

Pre-deploy: only adds what the services before do not know.
"""

from alembic import op

revision = "e5a924fbf654"
down_revision = "d4f813eaf543"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("ix_erasures_of_user", "erasures", ["owner_user_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_erasures_of_user", "erasures")
