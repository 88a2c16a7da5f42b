"""How migrations run: on the connection that the schema module hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from shared.store.entities import metadata


def run() -> None:
    """Run the migrations in the transaction that is already open."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_as_batch=True,
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    context.run_migrations()


run()
