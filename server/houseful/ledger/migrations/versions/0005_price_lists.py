"""Numbered price lists that never change, and a time zone for each venue.

What was sold and what is on sale is list 1. Existing venues get the zone that the server is set to
(HOUSEFUL_TIMEZONE), in which their tickets were printed until now.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table, value in (("event", "1"), ("booking", "0")):
        number = sa.Column("price_list", sa.Integer, nullable=False, server_default=value)
        op.add_column(table, number)
    op.add_column(
        "venue", sa.Column("timezone", sa.String(64), nullable=False, server_default="UTC")
    )
    zone = context.config.attributes.get("timezone", "UTC")
    op.execute(sa.table("venue", sa.column("timezone")).update().values(timezone=zone))
    _new_prices(sa.Column("price_list", sa.Integer, primary_key=True, autoincrement=False), 1)


def downgrade() -> None:
    _new_prices(None, 0)
    op.drop_column("venue", "timezone")
    op.drop_column("booking", "price_list")
    op.drop_column("event", "price_list")


def _new_prices(number: sa.Column[int] | None, value: int) -> None:
    """Write the table anew: SQLite cannot change a primary key. It has a row a category and event."""
    before = sa.table(
        "event_price",
        *(sa.column(name) for name in ("event_id", "category", "ordinal", "amount_minor")),
    )
    statement = before.select()
    if number is None:
        event = sa.table("event", sa.column("id"), sa.column("price_list"))
        on_sale = sa.select(event.c.price_list).where(event.c.id == before.c.event_id)
        statement = statement.where(sa.column("price_list") == on_sale.scalar_subquery())
    rows = [dict(row._mapping) for row in op.get_bind().execute(statement)]
    op.drop_table("event_price")
    table = op.create_table(
        "event_price",
        sa.Column(
            "event_id", BIG, sa.ForeignKey("event.id"), primary_key=True, autoincrement=False
        ),
        *([number] if number is not None else []),
        sa.Column("category", sa.String(255), primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
    )
    if number is not None:
        rows = [{**row, "price_list": value} for row in rows]
    op.bulk_insert(table, rows)
