"""Who is at a promise: those of a worker that died are taken up at once.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("lease", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("outbox", "lease")
