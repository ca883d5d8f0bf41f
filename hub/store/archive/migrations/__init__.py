"""Migrations, run by Alembic at start; see `hub.store.archive.migrate` for what one may do."""
