"""What a booking is found by: name, e-mail and telephone number, folded.

Revision ID: 0008
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from houseful.domain.folding import searchable

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BOOKING = sa.table(
    "booking",
    sa.column("id", sa.BigInteger),
    sa.column("contact", sa.Text),
    sa.column("found_by", sa.Text),
)
PIECE = 1000


def upgrade() -> None:
    op.add_column("booking", sa.Column("found_by", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    last_id = 0
    while True:
        rows = connection.execute(
            sa.select(BOOKING.c.id, BOOKING.c.contact)
            .where(BOOKING.c.id > last_id)
            .order_by(BOOKING.c.id)
            .limit(PIECE)
        ).all()
        if not rows:
            return
        last_id = rows[-1].id
        connection.execute(
            sa.update(BOOKING)
            .where(BOOKING.c.id == sa.bindparam("one"))
            .values(found_by=sa.bindparam("text")),
            [{"one": row.id, "text": _text(row.contact)} for row in rows],
        )


def _text(contact: str) -> str:
    known = json.loads(contact) or {}
    texts = [str(known.get(name) or "") for name in ("name", "email")]
    return searchable(texts, str(known.get("phone") or ""))


def downgrade() -> None:
    op.drop_column("booking", "found_by")
