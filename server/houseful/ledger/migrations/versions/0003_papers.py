"""A booking's language, how often an event changed, and what became of each mail.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "booking", sa.Column("language", sa.String(8), nullable=False, server_default="en")
    )
    op.add_column("event", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("event", sa.Column("revised_at_ms", BIG, nullable=False, server_default="0"))
    op.create_table(
        "delivery",
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        sa.Column("booking_id", BIG, sa.ForeignKey("booking.id"), nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("changed_at_ms", BIG, nullable=False),
    )
    op.create_index("ix_delivery_booking_id", "delivery", ["booking_id"])


def downgrade() -> None:
    op.drop_table("delivery")
    op.drop_column("event", "revised_at_ms")
    op.drop_column("event", "revision")
    op.drop_column("booking", "language")
