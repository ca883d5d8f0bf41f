"""What a line of the timeline is about, as key and value."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; an older version leaves it out."""
    op.add_column("timeline", sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")))
