"""Files that customers and agents sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "media",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "customer", "channel", "account", "address", "mime", "name")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("size", "at")),
        sa.Column("said", sa.SmallInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("media_by_address", "media", ["channel", "account", "address", "at"])
    op.create_index("media_by_customer", "media", ["customer", "at"])
