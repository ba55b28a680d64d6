"""Events that are hidden, removed, or the demo's; the demo's code is for the demo's events.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DEMO = {
    "An Evening of Shadows": "Demo theatre",
    "Northern Lights Live": "Demo arena",
    "The Cup Final": "Demo stadium",
}
"""Name → venue of the events that earlier releases filled an empty database with."""


def upgrade() -> None:
    no = sa.false()
    op.add_column("event", sa.Column("is_hidden", sa.Boolean(), nullable=False, server_default=no))
    op.add_column("event", sa.Column("is_demo", sa.Boolean(), nullable=False, server_default=no))
    op.add_column("event", sa.Column("removed_at_ms", BIG, nullable=True))
    op.add_column(
        "discount_code", sa.Column("is_demo", sa.Boolean(), nullable=False, server_default=no)
    )
    event = sa.table("event", sa.column("name"), sa.column("venue_id"), sa.column("is_demo"))
    venue = sa.table("venue", sa.column("id"), sa.column("name"))
    for name, where in DEMO.items():
        there = sa.select(venue.c.id).where(venue.c.name == where)
        op.execute(
            sa.update(event)
            .where(event.c.name == name, event.c.venue_id.in_(there))
            .values(is_demo=sa.true())
        )
    code = sa.table(
        "discount_code",
        *map(sa.column, ("code", "percent", "event_id", "max_uses", "is_demo")),
    )
    op.execute(
        sa.update(code)
        .where(
            code.c.code == "SUMMER10",
            code.c.percent == 10,
            code.c.event_id.is_(None),
            code.c.max_uses.is_(None),
        )
        .values(is_demo=sa.true())
    )


def downgrade() -> None:
    op.drop_column("discount_code", "is_demo")
    op.drop_column("event", "removed_at_ms")
    op.drop_column("event", "is_demo")
    op.drop_column("event", "is_hidden")
