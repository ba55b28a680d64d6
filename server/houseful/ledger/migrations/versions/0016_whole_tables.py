"""How an event sells its tables and prices them, and the table or box that a seat is sold with.

Revision ID: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    ("event", "table_booking", sa.String(8), "inherit"),
    ("price_list", "per_table", sa.Boolean(), sa.false()),
    ("booking_seat", "is_closed", sa.Boolean(), sa.false()),
    ("booking_seat", "unit_id", BIG, None),
)


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        column = sa.Column(name, kind, nullable=default is None, server_default=default)
        op.add_column(table, column)


def downgrade() -> None:
    for table, name, _, _ in COLUMNS:
        op.drop_column(table, name)
