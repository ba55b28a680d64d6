"""Ticket types, fees and tax; price lists that say who made them, when, and from when they hold.

What was on sale becomes one nameless type. What was sold keeps its price; the line's part of a
discount is computed as the tickets printed it until now.

Revision ID: 0012
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    ("booking", "order_fee_minor", BIG, "0"),
    ("booking", "order_fee_vat_basis_points", sa.Integer(), "0"),
    ("booking", "order_fee_tax_minor", BIG, "0"),
    ("booking_seat", "ticket_type_id", BIG, None),
    ("booking_seat", "ticket_type", sa.String(64), ""),
    ("booking_seat", "ticket_note", sa.String(200), ""),
    ("booking_seat", "fee_minor", BIG, "0"),
    ("booking_seat", "paid_minor", BIG, "0"),
    ("booking_seat", "vat_basis_points", sa.Integer(), "0"),
    ("booking_seat", "tax_minor", BIG, "0"),
    ("discount_code", "categories", sa.Text(), "[]"),
    ("discount_code", "ticket_types", sa.Text(), "[]"),
)
PRICES = sa.table(
    "event_price",
    *map(sa.column, ("event_id", "price_list", "category", "ordinal", "amount_minor")),
    *map(sa.column, ("ticket_type_id", "vat_basis_points")),
)
SOLD = sa.table(
    "booking_seat", *map(sa.column, ("booking_id", "seat_id", "price_minor", "paid_minor"))
)
BOOKINGS = sa.table("booking", *map(sa.column, ("id", "total_minor", "discount_minor")))
TYPES = sa.table("ticket_type", *map(sa.column, ("id", "event_id", "ordinal")))


def upgrade() -> None:
    op.create_table(
        "ticket_type",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("event_id", BIG, sa.ForeignKey("event.id"), nullable=False, index=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False, server_default=""),
        sa.Column("note", sa.String(200), nullable=False, server_default=""),
        sa.Column("least", sa.Integer, nullable=False, server_default="1"),
        sa.Column("most", sa.Integer),
        sa.Column("requires_id", BIG),
        sqlite_autoincrement=True,
    )
    lists = op.create_table(
        "price_list",
        sa.Column(
            "event_id", BIG, sa.ForeignKey("event.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("created_at_ms", BIG, nullable=False, server_default="0"),
        sa.Column("created_by", sa.String(128), nullable=False, server_default=""),
        sa.Column("starts_at_ms", BIG, nullable=False, server_default="0"),
        sa.Column("withdrawn_at_ms", BIG),
        sa.Column("fee_per_ticket_minor", BIG, nullable=False, server_default="0"),
        sa.Column("fee_basis_points", sa.Integer, nullable=False, server_default="0"),
        sa.Column("fee_per_order_minor", BIG, nullable=False, server_default="0"),
        sa.Column("vat_basis_points", sa.Integer, nullable=False, server_default="0"),
    )
    for table, name, kind, default in COLUMNS:
        is_empty = default is None
        op.add_column(table, sa.Column(name, kind, nullable=is_empty, server_default=default))
    connection = op.get_bind()
    events = sa.table("event", sa.column("id"))
    known = connection.execute(sa.select(events.c.id)).scalars()
    op.bulk_insert(TYPES, [{"id": n, "event_id": n, "ordinal": 0} for n in known])
    _number_on()
    rows = _old_prices(sa.select(PRICES.c.event_id, PRICES.c.price_list, *_CELL))
    numbers = sorted({(row["event_id"], row["price_list"]) for row in rows})
    op.bulk_insert(lists, [{"event_id": event, "number": number} for event, number in numbers])
    _new_table(
        sa.Column(
            "ticket_type_id",
            BIG,
            sa.ForeignKey("ticket_type.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("vat_basis_points", sa.Integer, nullable=False, server_default="0"),
        rows=[{**row, "ticket_type_id": row["event_id"], "vat_basis_points": 0} for row in rows],
    )
    connection.execute(sa.text("UPDATE booking_seat SET ticket_type_id = event_id"))
    connection.execute(sa.text("UPDATE booking_seat SET paid_minor = price_minor"))
    _split_discounts(connection)


def downgrade() -> None:
    first = sa.select(sa.func.min(TYPES.c.id)).group_by(TYPES.c.event_id)
    rows = _old_prices(
        sa.select(PRICES.c.event_id, PRICES.c.price_list, *_CELL).where(
            PRICES.c.ticket_type_id.in_(first)
        )
    )
    _new_table(rows=rows)
    for table, name, _, _ in reversed(COLUMNS):
        op.drop_column(table, name)
    op.drop_table("price_list")
    op.drop_table("ticket_type")


_CELL = (PRICES.c.category, PRICES.c.ordinal, PRICES.c.amount_minor)


def _number_on() -> None:
    """Types to come are numbered after those that took the numbers of their events."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('ticket_type', 'id'),"
            " COALESCE((SELECT max(id) FROM ticket_type), 0) + 1, false)"
        )


def _old_prices(statement: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in op.get_bind().execute(statement)]


def _new_table(*columns: sa.Column[Any], rows: list[dict[str, Any]]) -> None:
    """Write the prices anew: SQLite cannot change a primary key."""
    op.drop_table("event_price")
    table = op.create_table(
        "event_price",
        sa.Column(
            "event_id", BIG, sa.ForeignKey("event.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("price_list", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("category", sa.String(255), primary_key=True),
        *columns,
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
    )
    op.bulk_insert(table, rows)


def _split_discounts(connection: sa.Connection) -> None:
    """Each seat's part of what was paid: the differences of running sums, rounded down."""
    found = connection.execute(
        sa.select(SOLD.c.booking_id, SOLD.c.seat_id, SOLD.c.price_minor, BOOKINGS.c.total_minor)
        .join(BOOKINGS, BOOKINGS.c.id == SOLD.c.booking_id)
        .where(BOOKINGS.c.discount_minor > 0)
        .order_by(SOLD.c.booking_id, SOLD.c.seat_id)
    ).all()
    parts = [part for _, lines in groupby(found, lambda row: row[0]) for part in _parts(lines)]
    if parts:
        connection.execute(
            sa.update(SOLD)
            .where(
                SOLD.c.booking_id == sa.bindparam("booking"), SOLD.c.seat_id == sa.bindparam("seat")
            )
            .values(paid_minor=sa.bindparam("part")),
            parts,
        )


def _parts(lines: Iterable[Any]) -> list[dict[str, int]]:
    rows = list(lines)
    subtotal, priced, given, parts = sum(row.price_minor for row in rows), 0, 0, []
    for row in rows:
        priced += row.price_minor
        due = row.total_minor * priced // subtotal if subtotal else 0
        parts.append({"booking": row.booking_id, "seat": row.seat_id, "part": due - given})
        given = due
    return parts
