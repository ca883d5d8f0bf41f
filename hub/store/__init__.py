"""The only rooms that say "redis" and "sql"."""
