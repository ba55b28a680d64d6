"""What a plan's file sells and we do not: kept with the plan, for staff to read later.

Revision ID: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan", sa.Column("left_out", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("plan", "left_out")
