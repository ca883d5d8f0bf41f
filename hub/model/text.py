"""Words as a machine compares and measures them."""

import unicodedata
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


def fold(text: str) -> str:
    """`text` as people mean it: no case, no diacritics, no punctuation or symbols, single spaces. "Đồng ý!" → "dong y"."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("đ", "d")
    letters = (" " if unicodedata.category(c)[0] in "PSZC" else c for c in plain if unicodedata.category(c)[0] != "M")
    return " ".join("".join(letters).split())
