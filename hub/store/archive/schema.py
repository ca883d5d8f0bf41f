"""The archive's tables, defined once for SQLite and PostgreSQL.

A journal id ("ms-seq", given by Redis) is kept as two integers, so that order is right; (ms, seq, partition[, n]) is the key that makes
writing a batch again change nothing. Time stands first in it: so all partitions grow at one end of the tree instead of 64. What belongs
to a customer is found through `entries`, one row a journal entry, instead of an index on each table (60 instead of 75 us CPU a turn).
Column order is the order in which `rows.py` builds its tuples.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

REVISION = "0006"
"""The migration that makes exactly these tables; a database that says so needs no Alembic at start (0.2 s, 20 MB)."""

metadata = MetaData()


def _journal_key() -> tuple[Column[int], Column[int], Column[int]]:
    return (
        Column("ms", BigInteger, primary_key=True, autoincrement=False),
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    )


def _number() -> Column[int]:
    return Column("n", Integer, primary_key=True, autoincrement=False)


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _instant(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


TURN, DELIVERY = 0, 1
"""What an entry is: rows of `turns`, `timeline` and `facts`, or one of `deliveries`."""

entries = Table(
    "entries",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    *_journal_key(),
    # The key is all there is: without a rowid SQLite keeps it once.
    sqlite_with_rowid=False,
)

turns = Table(
    "turns",
    metadata,
    *_journal_key(),
    _words("customer"),
    _instant("at"),
    Column("revision", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

timeline = Table(
    "timeline",
    metadata,
    *_journal_key(),
    _number(),
    _words("id"),
    _words("customer"),
    _words("conversation"),
    _instant("at"),
    _words("kind"),
    _words("who"),
    _words("text"),
    _words("channel"),
    _words("account"),
    _words("address"),
    _words("delivery"),
    _words("external_id"),
    Column("message", LargeBinary),
    Column("detail", JSON().with_variant(JSONB(), "postgresql")),
)

deliveries = Table(
    "deliveries",
    metadata,
    *_journal_key(),
    _words("delivery"),
    _words("customer"),
    _words("conversation"),
    _words("state"),
    _instant("at"),
    _words("purpose"),
    _words("origin"),
    _words("channel"),
    _words("account"),
    _words("address"),
    Column("external_ids", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    _words("reason"),
    _words("code"),
    Column("attempts", Integer, nullable=False),
    _words("cause"),
    _words("root"),
    Column("failure", Text),
    Index("states_of_delivery", "delivery", "ms", "seq"),
)

facts = Table(
    "facts",
    metadata,
    *_journal_key(),
    _number(),
    _words("customer"),
    _words("name"),
    Column("detail", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    _instant("at"),
    Index("facts_by_name", "name", "at"),
)

dead = Table(
    "dead",
    metadata,
    *_journal_key(),
    _words("subject"),
    _words("entry"),
    _words("reason"),
    _instant("at"),
)

undecoded = Table(
    "undecoded",
    metadata,
    *_journal_key(),
    Column("raw", LargeBinary, nullable=False),
    _words("reason"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    Column("ms", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

erased = Table(
    "erased",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("customer", Text, nullable=False, unique=True),
)

documents = Table(
    "documents",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _words("state"),
    _words("author"),
    _instant("at"),
    _words("body"),
)

media = Table(
    "media",
    metadata,
    Column("id", Text, primary_key=True),
    _words("customer"),
    _words("channel"),
    _words("account"),
    _words("address"),
    _words("mime"),
    _words("name"),
    Column("size", BigInteger, nullable=False),
    _instant("at"),
    Column("said", SmallInteger, nullable=False),
    # Last, so that what is told of a file is read without its content's pages.
    Column("content", LargeBinary, nullable=False),
    # NULL or `waiting` (for the bucket): `content` is all of it; else `bucket:NAME`, or `coming:NAME` until the bucket has it.
    Column("place", Text),
    Index("media_by_address", "channel", "account", "address", "at"),
    Index("media_by_customer", "customer", "at"),
)

media_gone = Table(
    "media_gone",
    metadata,
    Column("name", Text, primary_key=True),
)
"""Objects whose rows are deleted and that the bucket may still have."""

_BYTES = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its bytes, so that what begins alike stands together."""

customers = Table(
    "customers",
    metadata,
    Column("customer", Text, primary_key=True),
    _instant("at"),
    _words("text"),
    Index("newest_customers", "at", "customer"),
)

customer_words = Table(
    "customer_words",
    metadata,
    Column("word", _BYTES, primary_key=True),
    Column("customer", Text, primary_key=True),
    Index("words_of_customer", "customer"),
    sqlite_with_rowid=False,
)

journal_tables = (entries, turns, timeline, deliveries, facts, dead, undecoded)
"""What is written from the journal, in the order of writing."""

customer_tables = (turns, timeline, deliveries, facts)
"""What `entries` leads to, and has a `customer` column: a customer's export and erasure."""
