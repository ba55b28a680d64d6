"""Which history of sales this database tells, and what was made under which key.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "history",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("is_copy", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "answered_request",
        sa.Column("user_id", sa.String(128), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("response", sa.String(), nullable=False),
        sa.Column("created_at_ms", BIG, nullable=False),
    )
    op.create_index("ix_answered_request_created_at_ms", "answered_request", ["created_at_ms"])


def downgrade() -> None:
    op.drop_table("answered_request")
    op.drop_table("history")
