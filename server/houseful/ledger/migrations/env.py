"""Alembic's entry: runs the revisions on the connection that `houseful.ledger.migrate` opened."""

from alembic import context

from houseful.ledger.models import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
