"""Files whose content lies in a bucket."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column, which an older version leaves out, and the table."""
    op.add_column("media", sa.Column("place", sa.Text))
    op.create_table("media_gone", sa.Column("name", sa.Text, nullable=False), sa.PrimaryKeyConstraint("name"))
