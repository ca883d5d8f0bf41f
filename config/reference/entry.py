"""One line of the settings' reference."""

from config.reference.reading import Reading
from hub.model.base import Value


class Entry(Value, frozen=True):
    """One line of the reference. `default` is written as in hub.toml; `secret`: never shown, may come by `_env` or `_file`."""

    key: str
    what: str
    read: Reading
    default: object = ""
    env: tuple[str, ...] = ()
    secret: bool = False
