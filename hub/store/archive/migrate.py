"""Bringing a database to the schema of this version, under the caller's lock and in the caller's transaction."""

from sqlalchemy import Column, Connection, MetaData, Table, Text, inspect, select

from hub.store.archive.schema import REVISION

_VERSION = Table("alembic_version", MetaData(), Column("version_num", Text))


def revision_of(connection: Connection) -> str:
    """The migration the database stands at; empty for a new one."""
    if not inspect(connection).has_table(_VERSION.name):
        return ""
    return connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none() or ""


def migrate(connection: Connection) -> None:
    """Take the migrations that are missing.

    A database ahead of this version is left as it is: two versions run side by side during an upgrade, so a migration only ever adds
    what an older one may leave out (nullable or defaulted columns, tables, indexes), and revisions sort as text.
    """
    if revision_of(connection) < REVISION:
        migrate_to(connection, REVISION)


def migrate_to(connection: Connection, revision: str) -> None:
    """Take the migrations up to `revision`."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "hub.store.archive:migrations")
    config.set_main_option("path_separator", "os")
    command.upgrade(config, revision)
