"""Whose money it is: a house id, nonces for the gateway's keys, disputes, refunds that are watched.

Amounts in Ugandan shillings get the two digits that the gateway has.

Revision ID: 0004
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SHILLINGS = (
    ("event_price", ("amount_minor",), "event_id IN (SELECT id FROM event WHERE currency = 'UGX')"),
    ("discount_code", ("amount_minor", "minimum_minor"), "currency = 'UGX'"),
    ("booking_seat", ("price_minor",), "event_id IN (SELECT id FROM event WHERE currency = 'UGX')"),
    (
        "booking",
        ("subtotal_minor", "discount_minor", "total_minor", "refunded_minor"),
        "currency = 'UGX'",
    ),
    (
        "event_minute",
        ("revenue_minor",),
        "event_id IN (SELECT id FROM event WHERE currency = 'UGX')",
    ),
)


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    house = op.create_table(
        "house",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("house_id", sa.String(32), nullable=False),
        sa.Column("gateway", sa.String(16), nullable=False, server_default=""),
        sa.Column("account", sa.String(255), nullable=False, server_default=""),
        sa.Column("is_live", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "payment_problem",
        sa.Column("payment_id", sa.String(255), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("detail", sa.String, nullable=False, server_default=""),
        sa.Column("amount_minor", big, nullable=False, server_default="0"),
        sa.Column("currency", sa.String(3), nullable=False, server_default=""),
        sa.Column("first_seen_ms", big, nullable=False),
        sa.Column("next_run_at_ms", big, nullable=True),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    )
    for table in ("booking", "refund"):
        op.add_column(table, sa.Column("nonce", sa.String(32), nullable=False, server_default=""))
    op.add_column("booking", sa.Column("dispute", sa.String(16), nullable=False, server_default=""))
    _fill(house)
    for table, columns, where in SHILLINGS:
        for column in columns:
            op.execute(f"UPDATE {table} SET {column} = {column} * 100 WHERE {where}")  # noqa: S608


def _fill(house: sa.Table) -> None:
    bind = op.get_bind()
    is_sqlite = bind.dialect.name == "sqlite"
    nonce = (
        "lower(hex(randomblob(16)))" if is_sqlite else "replace(gen_random_uuid()::text, '-', '')"
    )
    for table in ("booking", "refund"):
        op.execute(f"UPDATE {table} SET nonce = {nonce}")  # noqa: S608
    op.execute("UPDATE refund SET state = 'GIVEN' WHERE state = 'DONE'")
    sold = bind.execute(sa.text("SELECT 1 FROM booking WHERE gateway = 'stripe' LIMIT 1")).first()
    op.bulk_insert(
        house,
        [{"id": 1, "house_id": secrets.token_hex(16), "gateway": "stripe" if sold else ""}],
    )


def downgrade() -> None:
    op.drop_column("booking", "dispute")
    for table in ("booking", "refund"):
        op.drop_column(table, "nonce")
    op.execute("UPDATE refund SET state = 'DONE' WHERE state = 'GIVEN'")
    op.drop_table("payment_problem")
    op.drop_table("house")
