"""What went wrong with a delivery, in a word that every channel shares."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; an older version leaves it out."""
    op.add_column("deliveries", sa.Column("failure", sa.Text))
