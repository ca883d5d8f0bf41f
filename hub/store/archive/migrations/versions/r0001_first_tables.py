"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables and their indexes."""
    _entries_and_turns()
    _deliveries_and_facts()
    _put_aside()
    _marks_and_documents()


def _entries_and_turns() -> None:
    op.create_table(
        "entries",
        *_text("customer"),
        sa.Column("kind", sa.SmallInteger, nullable=False, autoincrement=False),
        *_key(),
        sa.PrimaryKeyConstraint("customer", "kind", *_KEY),
        sqlite_with_rowid=False,
    )
    op.create_table("turns", *_key(), *_text("customer"), *_long("at", "revision"), _blob("raw"), sa.PrimaryKeyConstraint(*_KEY))
    op.create_table(
        "timeline",
        *_key(),
        *_int("n"),
        *_text("id", "customer", "conversation"),
        *_long("at"),
        *_text("kind", "who", "text", "channel", "account", "address", "delivery", "external_id"),
        sa.Column("message", sa.LargeBinary),
        sa.PrimaryKeyConstraint(*_KEY, "n"),
    )


def _deliveries_and_facts() -> None:
    op.create_table(
        "deliveries",
        *_key(),
        *_text("delivery", "customer", "conversation", "state"),
        *_long("at"),
        *_text("purpose", "origin", "channel", "account", "address"),
        _json("external_ids"),
        *_text("reason", "code"),
        *_int("attempts"),
        *_text("cause", "root"),
        sa.PrimaryKeyConstraint(*_KEY),
    )
    op.create_index("states_of_delivery", "deliveries", ["delivery", "ms", "seq"])
    op.create_table(
        "facts",
        *_key(),
        *_int("n"),
        *_text("customer", "name"),
        _json("detail"),
        *_long("at"),
        sa.PrimaryKeyConstraint(*_KEY, "n"),
    )
    op.create_index("facts_by_name", "facts", ["name", "at"])


def _put_aside() -> None:
    op.create_table("dead", *_key(), *_text("subject", "entry", "reason"), *_long("at"), sa.PrimaryKeyConstraint(*_KEY))
    op.create_table("undecoded", *_key(), _blob("raw"), *_text("reason"), sa.PrimaryKeyConstraint(*_KEY))


def _marks_and_documents() -> None:
    op.create_table("cursors", _partition(), *_long("ms", "seq"), sa.PrimaryKeyConstraint("partition"))
    op.create_table("erased", sa.Column("n", sa.Integer, primary_key=True), *_text("customer"), sa.UniqueConstraint("customer"))
    op.create_table(
        "documents",
        *_text("kind", "name"),
        *_int("version"),
        *_text("state", "author"),
        *_long("at"),
        *_text("body"),
        sa.PrimaryKeyConstraint("kind", "name", "version"),
    )


_KEY = ("ms", "seq", "partition")


def _partition() -> sa.Column[int]:
    return sa.Column("partition", sa.SmallInteger, nullable=False, autoincrement=False)


def _key() -> list[sa.Column[int]]:
    return [*_long("ms", "seq"), _partition()]


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _long(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False) for name in names]


def _int(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False, autoincrement=False) for name in names]


def _blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False)
