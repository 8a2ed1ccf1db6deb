"""pre: uploads

Pre-deploy: only adds what the services before do not know.
"""

import sqlalchemy as sa
from alembic import op

revision = "b2d6f1c8e321"
down_revision = "a1c5e0b7d210"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")


def downgrade() -> None:
    pass
