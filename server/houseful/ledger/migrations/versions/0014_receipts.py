"""Receipts and credit notes, the currency of refunds that no booking has, and what the payment service
took of a payment.

Revision ID: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    ("refund", "currency", sa.String(3), ""),
    ("payment", "gateway_fee_minor", BIG, None),
    ("payment", "gateway_fee_currency", sa.String(3), ""),
)


def upgrade() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("series", sa.String(16), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("booking_id", BIG, sa.ForeignKey("booking.id"), nullable=False),
        sa.Column("refund_id", BIG, sa.ForeignKey("refund.id")),
        sa.Column("issued_at_ms", BIG, nullable=False),
        sa.Column("total_minor", BIG, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
    )
    op.create_index("one_number_per_receipt", "receipt", ["series", "number"], unique=True)
    op.create_index(
        "one_receipt_per_booking",
        "receipt",
        ["booking_id"],
        unique=True,
        sqlite_where=sa.text("refund_id IS NULL"),
        postgresql_where=sa.text("refund_id IS NULL"),
    )
    op.create_index("ix_receipt_booking_id", "receipt", ["booking_id"])
    op.create_index("ix_receipt_refund_id", "receipt", ["refund_id"], unique=True)
    for table, name, kind, default in COLUMNS:
        is_empty = default is None
        op.add_column(table, sa.Column(name, kind, nullable=is_empty, server_default=default))
    op.execute(
        "UPDATE refund SET currency = COALESCE("
        "(SELECT p.currency FROM payment p WHERE p.payment_id = refund.payment_id), '')"
    )


def downgrade() -> None:
    for table, name, _, _ in reversed(COLUMNS):
        op.drop_column(table, name)
    op.drop_table("receipt")
