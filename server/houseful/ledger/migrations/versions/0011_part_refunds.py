"""Refunds of single tickets: several rows a payment, each with its seats; what an event keeps of a
ticket given back; events that were called off.

A refund of a whole booking becomes the one of all its seats.

Revision ID: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    ("event", "refund_fee_minor", BIG, "0"),
    ("event", "refund_fee_basis_points", sa.Integer(), "0"),
    ("event", "refund_by_ticket", sa.Boolean(), sa.false()),
    ("event", "cancelled_at_ms", BIG, None),
    ("event", "cancelled_by", sa.String(128), ""),
    ("event", "cancel_reason", sa.String(), ""),
    ("booking_seat", "refund_id", BIG, None),
    ("booking_seat", "refunded_minor", BIG, "0"),
)
KEPT = (
    "id, payment_id, booking_id, refund_id, amount_minor, state, reason, who, created_at_ms,"
    " done_at_ms, next_run_at_ms, tries, nonce"
)


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        is_empty = default is None
        op.add_column(table, sa.Column(name, kind, nullable=is_empty, server_default=default))
    op.create_index("ix_event_cancelled_at_ms", "event", ["cancelled_at_ms"])
    op.create_index("ix_booking_seat_refund_id", "booking_seat", ["refund_id"])
    _refund_anew(
        sa.Column("kind", sa.String(16), nullable=False, server_default="REST"),
        sa.Column("fee_minor", BIG, nullable=False, server_default="0"),
        sa.Column("problem", sa.String(), nullable=False, server_default=""),
        is_unique=False,
    )
    op.create_index("ix_refund_payment_id", "refund", ["payment_id"])
    op.create_index("ix_refund_done_at_ms", "refund", ["done_at_ms"])
    op.create_index(
        "one_last_refund_per_payment",
        "refund",
        ["payment_id"],
        unique=True,
        sqlite_where=sa.text("kind IN ('WHOLE', 'REST')"),
        postgresql_where=sa.text("kind IN ('WHOLE', 'REST')"),
    )
    op.execute(
        "UPDATE booking_seat SET refund_id ="
        " (SELECT r.id FROM refund r WHERE r.booking_id = booking_seat.booking_id)"
        " WHERE booking_id IN (SELECT booking_id FROM refund)"
    )
    op.execute("UPDATE booking_seat SET refunded_minor = price_minor WHERE refund_id IS NOT NULL")
    # What was given back at the payment service had no row of its own.
    op.execute(
        "INSERT INTO refund (payment_id, booking_id, kind, amount_minor, fee_minor, state, problem,"
        " reason, who, created_at_ms, done_at_ms, tries, nonce)"
        " SELECT b.payment_id, b.id, 'ELSEWHERE', b.refunded_minor - COALESCE((SELECT"
        " sum(r.amount_minor) FROM refund r WHERE r.booking_id = b.id AND r.state = 'GIVEN'), 0),"
        " 0, 'GIVEN', '', 'refunded at the payment service', 'gateway',"
        " COALESCE(b.ended_at_ms, b.created_at_ms), COALESCE(b.ended_at_ms, b.created_at_ms), 0, ''"
        " FROM booking b WHERE b.payment_id IS NOT NULL AND b.refunded_minor > COALESCE((SELECT"
        " sum(r.amount_minor) FROM refund r WHERE r.booking_id = b.id AND r.state = 'GIVEN'), 0)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM refund WHERE kind IN ('PART', 'ELSEWHERE')")
    _refund_anew(is_unique=True)
    op.drop_index("ix_booking_seat_refund_id", "booking_seat")
    op.drop_index("ix_event_cancelled_at_ms", "event")
    for table, name, _, _ in reversed(COLUMNS):
        op.drop_column(table, name)


def _refund_anew(*columns: sa.Column[object], is_unique: bool) -> None:
    """Write the table anew, because SQLite cannot drop a UNIQUE that has no name."""
    op.rename_table("refund", "refund_before")
    for index in ("ix_refund_booking_id", "ix_refund_next_run_at_ms"):
        op.drop_index(index, "refund_before")
    op.create_table(
        "refund",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("payment_id", sa.String(255), nullable=False, unique=is_unique),
        sa.Column("booking_id", BIG, sa.ForeignKey("booking.id"), nullable=True),
        sa.Column("refund_id", sa.String(255), nullable=True),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("who", sa.String(128), nullable=False),
        sa.Column("created_at_ms", BIG, nullable=False),
        sa.Column("done_at_ms", BIG, nullable=True),
        sa.Column("next_run_at_ms", BIG, nullable=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("nonce", sa.String(32), nullable=False, server_default=""),
        *columns,
    )
    op.execute(f"INSERT INTO refund ({KEPT}) SELECT {KEPT} FROM refund_before")  # noqa: S608
    op.drop_table("refund_before")
    op.create_index("ix_refund_booking_id", "refund", ["booking_id"])
    op.create_index("ix_refund_next_run_at_ms", "refund", ["next_run_at_ms"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('refund', 'id'),"
            " COALESCE((SELECT max(id) FROM refund), 0) + 1, false)"
        )
