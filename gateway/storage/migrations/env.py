"""What alembic runs to migrate, or to compare, the connection that `run.py` hands over."""

from alembic import context

from gateway.storage.schema import all_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables(),
    render_as_batch=True,  # SQLite changes a table by building a new one
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
