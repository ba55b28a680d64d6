"""What an event does about lone seats, and zones with focal points of their own.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = (
    ("plan", "zone_focal_points", sa.Text(), "[]"),
    ("event", "lone_seats", sa.String(8), "off"),
    ("event", "lone_seats_off_below_percent", sa.Integer(), "10"),
    ("event", "lone_seats_off_hours_before", sa.Integer(), "24"),
)


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))


def downgrade() -> None:
    for table, name, _, _ in COLUMNS:
        op.drop_column(table, name)
