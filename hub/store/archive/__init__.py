"""The archive: the record that outlives Redis, one schema on SQLite and PostgreSQL.

Nothing is imported here on purpose: SQLAlchemy takes 0.3 s, so `hub.store.archive.open` is imported only where an archive is opened.
"""
