"""Customers by the words they are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables and their indexes; the records fill them (`hub/engine/archiving/reindexing.py`)."""
    op.create_table(
        "customers",
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("customer"),
    )
    op.create_index("newest_customers", "customers", ["at", "customer"])
    op.create_table(
        "customer_words",
        sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("customer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("word", "customer"),
        sqlite_with_rowid=False,
    )
    op.create_index("words_of_customer", "customer_words", ["customer"])
