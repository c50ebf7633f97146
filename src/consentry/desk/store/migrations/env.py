"""What Alembic runs; the connection comes from `consentry.desk.store.migrating`."""

from __future__ import annotations

from alembic import context

from consentry.desk.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
