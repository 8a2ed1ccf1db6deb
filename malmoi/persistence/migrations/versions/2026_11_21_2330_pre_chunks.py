"""pre: chunks

Pre-deploy: only adds what the services before do not know.
"""

import sqlalchemy as sa
from alembic import op

revision = "d4f813eaf543"
down_revision = "c3e702d9f432"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")


def downgrade() -> None:
    pass
