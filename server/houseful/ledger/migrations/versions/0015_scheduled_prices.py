"""Price lists that begin at a time, and each with its ticket types' rules as they were.

Lists that were written before have the rules of now: older ones are known nowhere.

Revision ID: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RULES = ("ordinal", "note", "least", "most", "requires_id")
TYPES = sa.table("ticket_type", sa.column("id"), *map(sa.column, RULES))
CELLS = sa.table("event_price", *map(sa.column, ("event_id", "price_list", "ticket_type_id")))
LISTED = sa.table(
    "price_list_type", *map(sa.column, ("event_id", "price_list", "ticket_type_id", *RULES))
)
EVENTS = sa.table("event", *map(sa.column, ("id", "price_list")))


def rules() -> list[sa.Column[object]]:
    return [
        sa.Column("ordinal", sa.Integer, nullable=False, server_default="0"),
        sa.Column("note", sa.String(200), nullable=False, server_default=""),
        sa.Column("least", sa.Integer, nullable=False, server_default="1"),
        sa.Column("most", sa.Integer),
        sa.Column("requires_id", BIG),
    ]


def upgrade() -> None:
    op.add_column("event", sa.Column("next_price_list", sa.Integer))
    op.create_table(
        "price_list_type",
        sa.Column(
            "event_id", BIG, sa.ForeignKey("event.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("price_list", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(
            "ticket_type_id",
            BIG,
            sa.ForeignKey("ticket_type.id"),
            primary_key=True,
            autoincrement=False,
        ),
        *rules(),
    )
    keys = (CELLS.c.event_id, CELLS.c.price_list, CELLS.c.ticket_type_id)
    found = (
        sa.select(*keys, *(TYPES.c[name] for name in RULES))
        .join(TYPES, TYPES.c.id == CELLS.c.ticket_type_id)
        .distinct()
    )
    op.execute(LISTED.insert().from_select([column.name for column in LISTED.c], found))
    for name in reversed(RULES):
        op.drop_column("ticket_type", name)


def downgrade() -> None:
    """Types keep the rules of the list that is on sale."""
    for column in rules():
        op.add_column("ticket_type", column)
    on_sale = sa.select(EVENTS.c.price_list).where(EVENTS.c.id == LISTED.c.event_id)
    mine = (LISTED.c.ticket_type_id == TYPES.c.id) & (
        LISTED.c.price_list == on_sale.scalar_subquery()
    )
    found = sa.select(TYPES.c.id).where(sa.exists().where(mine)).scalar_subquery()
    op.execute(
        TYPES.update()
        .where(TYPES.c.id.in_(found))
        .values(
            {
                TYPES.c[name]: sa.select(LISTED.c[name]).where(mine).scalar_subquery()
                for name in RULES
            }
        )
    )
    op.drop_table("price_list_type")
    op.drop_column("event", "next_price_list")
