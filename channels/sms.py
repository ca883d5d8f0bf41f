"""What an SMS costs: how many segments a text takes, where the price steps, and what it would take without diacritics. Pure.

https://www.3gpp.org/dynareport/23038.htm (alphabet), https://www.twilio.com/docs/glossary/what-sms-character-limit (segments)
"""

import re
import unicodedata
from enum import StrEnum

from hub.model.base import Value

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38 without its escape: a septet each."""

_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Behind an escape: two septets, which always travel together."""

_SINGLE, _JOINED = {"GSM-7": 160, "UCS-2": 70}, {"GSM-7": 153, "UCS-2": 67}
"""Units of a message that fits in one segment, and of each of several: six bytes then say which is which."""

_ASTRAL = 0x10000
"""From here on a code point is two UTF-16 units, a surrogate pair."""

_LIKE = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "…": "...", "•": "-", "·": "-", "×": "x",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2003": " ", "\t": " ", "₫": "d", "đ": "d", "Đ": "D",
    }
)  # fmt: skip
"""What another sign says as well: quotation marks, dashes, and the letters whose stroke is no mark that could be taken off."""

_MARKS = re.compile("[\u0300-\u036f\u200b-\u200f\ufeff]+")


class Encoding(StrEnum):
    """How a text travels: seven bits a letter where all its letters are in the GSM alphabet, else two bytes."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


class Segments(Value, frozen=True):
    """What a text takes. `units`: septets or UTF-16 units; `segments`: what is paid; `room`: units left before one more is paid."""

    encoding: Encoding
    units: int
    segments: int
    room: int


def segments(text: str) -> Segments:
    """Count a text as carriers do. An escape pair or a surrogate pair is never torn: at a border it goes into the next segment whole.

    So the price steps where `room` ends: 160, 306, 459 … septets or 70, 134, 201 … units, a little earlier with pairs at the borders.
    """
    encoding = Encoding.GSM7 if all(c in _BASIC or c in _EXTENDED for c in text) else Encoding.UCS2
    widths = [_width(c, encoding) for c in text]
    units = sum(widths)
    if units <= _SINGLE[encoding]:
        return Segments(encoding=encoding, units=units, segments=1 if units else 0, room=_SINGLE[encoding] - units)
    count, used = 1, 0
    for width in widths:
        if used + width > _JOINED[encoding]:
            count, used = count + 1, 0
        used += width
    return Segments(encoding=encoding, units=units, segments=count, room=_JOINED[encoding] - used)


def composed(text: str) -> str:
    """The text with each letter and its marks as one sign: a mark of its own would be paid for."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """The text in the GSM alphabet, if it can be had so: look-alike signs first, then without diacritics; else as it came.

    A Vietnamese text then costs less than half. A text with an emoji or Chinese in it costs the same either way, so it keeps its letters.
    """
    whole = composed(text)
    for candidate in (whole, alike := whole.translate(_LIKE), _bare(alike)):
        if segments(candidate).encoding is Encoding.GSM7:
            return candidate
    return whole


def _width(character: str, encoding: Encoding) -> int:
    wide = character in _EXTENDED if encoding is Encoding.GSM7 else ord(character) >= _ASTRAL
    return 2 if wide else 1


def _bare(text: str) -> str:
    return composed(_MARKS.sub("", unicodedata.normalize("NFD", text)))
