"""What a search finds; by itself, so that whoever names it need not import SQLAlchemy."""

from hub.model.base import Value


class Hit(Value, frozen=True):
    """A customer that was found, and where they stand: `at` in ms since 1970."""

    customer: str
    at: int
