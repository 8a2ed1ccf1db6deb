"""pre: callbacks

Pre-deploy: only adds what the services before do not know.
"""

import sqlalchemy as sa
from alembic import op

revision = "a1c5e0b7d210"
down_revision = "9be2c41d7f03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")


def downgrade() -> None:
    pass
