"""Where Alembic enters: the connection, its transaction and its lock are the archive's."""

from alembic import context

from hub.store.archive.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
