"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


TABLES = [
    "audit_log",
    "counter",
    "demo_charge",
    "idempotency_key",
    "outbox",
    "plan",
    "venue",
    "webhook_event",
    "worker",
    "event",
    "section",
    "discount_code",
    "event_minute",
    "event_price",
    "seat",
    "booking",
    "event_block",
    "booking_seat",
    "payment",
    "refund",
    "ticket",
]


def big(name: str, *more: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, BIG, *more, **{"nullable": False} | options)


def word(name: str, length: int | None = None, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), **{"nullable": False} | options)


def of(kind: Any, name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, **{"nullable": False} | options)


def upgrade() -> None:
    op.create_table(
        "audit_log",
        big("id", primary_key=True),
        big("at_ms"),
        word("who", 128),
        word("act", 64),
        big("event_id", nullable=True),
        big("booking_id", nullable=True),
        word("reason"),
        of(sa.Text(), "details"),
    )
    op.create_index("ix_audit_log_event_id", "audit_log", ["event_id"])
    op.create_table(
        "counter",
        word("name", 64, primary_key=True),
        big("value"),
    )
    op.create_table(
        "demo_charge",
        word("payment_id", 255, primary_key=True),
        of(sa.Text(), "record"),
        word("idempotency_key", 255, unique=True),
        big("created_at_ms"),
        of(sa.Integer(), "version"),
    )
    op.create_index("ix_demo_charge_created_at_ms", "demo_charge", ["created_at_ms"])
    op.create_table(
        "idempotency_key",
        big("id", primary_key=True),
        word("user_id", 128),
        word("key", 255),
        word("fingerprint", 64),
        word("purchase", 64),
        big("event_id"),
        of(sa.Integer(), "status"),
        of(sa.Text(), "response", nullable=True),
        word("lease", 64),
        big("lease_until_ms"),
        big("created_at_ms"),
        big("expires_at_ms"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_idempotency_key_expires_at_ms", "idempotency_key", ["expires_at_ms"])
    op.create_index("one_key_per_user", "idempotency_key", ["user_id", "key"], unique=True)
    op.create_table(
        "outbox",
        big("id", primary_key=True),
        word("kind", 32),
        big("booking_id"),
        of(sa.Text(), "payload"),
        big("created_at_ms"),
        big("next_run_at_ms"),
        of(sa.Integer(), "tries"),
        of(sa.Text(), "last_error", nullable=True),
        big("done_at_ms", nullable=True),
    )
    op.create_index("ix_outbox_booking_id", "outbox", ["booking_id"])
    op.create_index(
        "outbox_due",
        "outbox",
        ["next_run_at_ms"],
        sqlite_where=sa.text("done_at_ms IS NULL"),
        postgresql_where=sa.text("done_at_ms IS NULL"),
    )
    op.create_table(
        "plan",
        big("id", primary_key=True),
        word("name"),
        of(sa.Float(), "width"),
        of(sa.Float(), "height"),
        big("first_seat_id"),
        of(sa.Integer(), "seat_count"),
        of(sa.Text(), "categories"),
        of(sa.Text(), "areas"),
        of(sa.Text(), "floors"),
        of(sa.Text(), "focal_point"),
        word("source"),
    )
    op.create_table(
        "venue",
        big("id", primary_key=True),
        word("name", 255, unique=True),
    )
    op.create_table(
        "webhook_event",
        word("id", 255, primary_key=True),
        word("kind", 128),
        word("object_id", 255),
        big("applied_at_ms"),
    )
    op.create_table(
        "worker",
        word("id", 32, primary_key=True),
        big("beat_ms"),
    )
    op.create_table(
        "event",
        big("id", primary_key=True),
        big("plan_id", sa.ForeignKey("plan.id")),
        big("venue_id", sa.ForeignKey("venue.id")),
        word("name"),
        big("starts_at_ms"),
        big("on_sale_at_ms", nullable=True),
        big("off_sale_at_ms", nullable=True),
        word("currency", 3),
        big("generation"),
        big("cancel_before_ms", nullable=True),
    )
    op.create_table(
        "section",
        big("id", primary_key=True),
        big("plan_id", sa.ForeignKey("plan.id")),
        of(sa.Integer(), "ordinal"),
        word("name"),
        of(sa.Integer(), "floor"),
        word("zone"),
        word("entrance"),
        of(sa.Text(), "outline"),
        of(sa.Text(), "rows"),
    )
    op.create_index("ix_section_plan_id", "section", ["plan_id"])
    op.create_table(
        "discount_code",
        big("id", primary_key=True),
        word("code", 64, unique=True),
        big("event_id", sa.ForeignKey("event.id"), nullable=True),
        of(sa.Integer(), "percent", nullable=True),
        big("amount_minor", nullable=True),
        word("currency", 3, nullable=True),
        big("starts_at_ms", nullable=True),
        big("ends_at_ms", nullable=True),
        of(sa.Integer(), "max_uses", nullable=True),
        of(sa.Integer(), "max_uses_per_user", nullable=True),
        big("minimum_minor"),
        of(sa.Integer(), "used"),
    )
    op.create_table(
        "event_minute",
        big("event_id", sa.ForeignKey("event.id"), primary_key=True, autoincrement=False),
        big("minute_ms", primary_key=True, autoincrement=False),
        of(sa.Integer(), "reserved"),
        of(sa.Integer(), "booked"),
        of(sa.Integer(), "expired"),
        of(sa.Integer(), "refused"),
        of(sa.Integer(), "declined"),
        of(sa.Integer(), "cancelled"),
        big("revenue_minor"),
        of(sa.Text(), "record"),
    )
    op.create_table(
        "event_price",
        big("event_id", sa.ForeignKey("event.id"), primary_key=True, autoincrement=False),
        word("category", 255, primary_key=True),
        of(sa.Integer(), "ordinal"),
        big("amount_minor"),
    )
    op.create_table(
        "seat",
        big("id", primary_key=True, autoincrement=False),
        big("plan_id", sa.ForeignKey("plan.id")),
        big("section_id", sa.ForeignKey("section.id")),
        word("row_label"),
        word("label"),
        word("guid"),
        of(sa.Float(), "x"),
        of(sa.Float(), "y"),
        of(sa.Integer(), "category"),
        of(sa.Integer(), "flags"),
        of(sa.Boolean(), "gap_after"),
    )
    op.create_table(
        "booking",
        big("id", primary_key=True, autoincrement=False),
        word("reference", 32, unique=True),
        big("event_id", sa.ForeignKey("event.id")),
        word("user_id", 128),
        word("state", 32),
        of(sa.Integer(), "version"),
        of(sa.Integer(), "attempt"),
        word("currency", 3),
        big("subtotal_minor"),
        big("discount_minor"),
        big("total_minor"),
        big("discount_id", sa.ForeignKey("discount_code.id"), nullable=True),
        word("discount_code", 64, nullable=True),
        of(sa.Boolean(), "discount_counted"),
        word("gateway", 16),
        word("payment_method", 32),
        word("payment_token"),
        word("payment_id", 255, nullable=True),
        word("client_secret", nullable=True),
        word("decline_code", nullable=True),
        word("problem", nullable=True),
        of(sa.Text(), "contact"),
        big("created_at_ms"),
        big("confirmed_at_ms", nullable=True),
        big("ended_at_ms", nullable=True),
        big("deadline_ms"),
        word("lease", 64),
        big("lease_until_ms"),
        big("next_run_at_ms", nullable=True),
        of(sa.Integer(), "tries"),
        big("refunded_minor"),
        word("ended_by", 128),
    )
    op.create_index(
        "booking_due",
        "booking",
        ["next_run_at_ms"],
        sqlite_where=sa.text("next_run_at_ms IS NOT NULL"),
        postgresql_where=sa.text("next_run_at_ms IS NOT NULL"),
    )
    op.create_index("booking_of_event", "booking", ["event_id", "state"])
    op.create_index("booking_of_user", "booking", ["user_id", "id"])
    op.create_index("ix_booking_discount_id", "booking", ["discount_id"])
    op.create_index("ix_booking_payment_id", "booking", ["payment_id"])
    op.create_table(
        "event_block",
        big("event_id", sa.ForeignKey("event.id"), primary_key=True, autoincrement=False),
        big("seat_id", sa.ForeignKey("seat.id"), primary_key=True, autoincrement=False),
        word("reason"),
        word("who"),
        big("at_ms"),
    )
    op.create_table(
        "booking_seat",
        big("booking_id", sa.ForeignKey("booking.id"), primary_key=True, autoincrement=False),
        big("seat_id", sa.ForeignKey("seat.id"), primary_key=True, autoincrement=False),
        big("event_id", sa.ForeignKey("event.id")),
        word("category"),
        big("price_minor"),
        of(sa.Boolean(), "live"),
    )
    op.create_index(
        "one_live_claim_per_seat",
        "booking_seat",
        ["event_id", "seat_id"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "payment",
        word("payment_id", 255, primary_key=True),
        big("booking_id", sa.ForeignKey("booking.id")),
        of(sa.Integer(), "attempt"),
        word("gateway", 16),
        word("outcome", 32),
        big("amount_minor"),
        word("currency", 3),
        big("refunded_minor"),
        word("decline_code", nullable=True),
        big("created_at_ms"),
        big("updated_at_ms"),
    )
    op.create_index("ix_payment_booking_id", "payment", ["booking_id"])
    op.create_table(
        "refund",
        big("id", primary_key=True),
        word("payment_id", 255, unique=True),
        big("booking_id", sa.ForeignKey("booking.id"), nullable=True),
        word("refund_id", 255, nullable=True),
        big("amount_minor"),
        word("state", 16),
        word("reason"),
        word("who", 128),
        big("created_at_ms"),
        big("done_at_ms", nullable=True),
        big("next_run_at_ms", nullable=True),
        of(sa.Integer(), "tries"),
    )
    op.create_index("ix_refund_booking_id", "refund", ["booking_id"])
    op.create_index("ix_refund_next_run_at_ms", "refund", ["next_run_at_ms"])
    op.create_table(
        "ticket",
        big("id", primary_key=True),
        big("booking_id", sa.ForeignKey("booking.id")),
        big("event_id", sa.ForeignKey("event.id")),
        big("seat_id", sa.ForeignKey("seat.id")),
        word("state", 16),
        big("issued_at_ms"),
        big("used_at_ms", nullable=True),
        word("used_by", 128),
    )
    op.create_index("ix_ticket_booking_id", "ticket", ["booking_id"])
    op.create_index("ticket_of_seat", "ticket", ["event_id", "seat_id"])


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
