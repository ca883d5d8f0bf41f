"""Words as a provider measures them."""

from enum import StrEnum


class Unit(StrEnum):
    """What a provider counts when it limits a text."""

    CHARACTERS = "characters"
    UTF16 = "utf16"
    BYTES = "bytes"


def measure(text: str, unit: str) -> int:
    """The length of `text` in code points, UTF-16 units or UTF-8 bytes; raises ValueError for any other unit."""
    match Unit(unit):
        case Unit.CHARACTERS:
            return len(text)
        case Unit.UTF16:
            return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
        case Unit.BYTES:
            return len(text.encode("utf-8", "surrogatepass"))
