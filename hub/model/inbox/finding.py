"""By which words a customer is found: of what is known, and of what an agent types."""

import re
from collections.abc import Iterable

from hub.model.address import SHOP, Address
from hub.model.base import Value
from hub.model.customers.record import Live
from hub.model.text.folding import fold
from hub.model.webchat.chat import KIND as WEB_CHAT

WORDS_KEPT = 64
"""Of one customer: a name, two addresses, a phone number and five orders make some twenty."""
ASKED = 6
"""Words of a search that count; nobody types more of a name."""
LONGEST = 80
BACKWARDS = "~"
"""Before a number written backwards: its last digits are the beginning of that."""

_NAMES = ("name", "first_name", "last_name", "username", "email", "phone")
_EDGES = "\"'()[]{}<>#@,;:!?.…、，。："
_PARTS = re.compile(r"[^\w]+|_+")
_NUMBER = re.compile(r"\+?[\d().-]*\d[\d().-]*")
_CODES = ("84", "886", "81")
"""Where people write a 0 in place of their country's code (Vietnam, Taiwan, Japan)."""
_FEWEST = 3
"""Digits that are looked for at the end of a number; two would mean a hundredth of all customers."""


class Findable(Value, frozen=True):
    """What the index keeps of a customer. `at`: when they last spoke, or came to be, in ms since 1970."""

    customer: str
    at: int
    words: tuple[str, ...] = ()


def findable(record: Live) -> Findable:
    """The customer as the index shall have it: by name, phone, e-mail, orders and addresses, without diacritics."""
    spoke = max((c.last_word for c in record.conversations), default=0)
    return Findable(customer=record.id, at=max(spoke, record.created), words=_kept(_words(record)))


def asked(text: str) -> tuple[str, ...]:
    """What is looked for: the typed words folded, a number that was typed in groups as one."""
    found: list[str] = []
    for piece in fold(text).split():
        word = piece.strip(_EDGES)
        if not word:
            continue
        number = _digits(piece) if _NUMBER.fullmatch(piece.strip("()#,;")) else ""
        if number and found and found[-1].isdigit():
            found[-1] += number
        else:
            found.append(number or word)
    return tuple(word[:LONGEST] for word in found[:ASKED])


def endings(word: str) -> tuple[str, ...]:
    """How the index has numbers that end so: also where a country's code stands in place of the 0 that was typed."""
    if not word.isdigit() or len(word) < _FEWEST:
        return ()
    local = word.lstrip("0")
    both = (word, local) if local != word and len(local) > _FEWEST else (word,)
    return tuple(BACKWARDS + one[::-1] for one in both)


def _words(record: Live) -> Iterable[str]:
    for name in _NAMES:
        if fact := record.profile.get(name):
            yield from (_of_number(fact.value) if name == "phone" else _of_text(fact.value))
    for address in record.addresses:
        yield from _of_address(address)
    if record.orders is not None:
        for order in (record.orders.last_id, *(one.id for one in reversed(record.orders.last))):
            yield from _of_number(order)


def _of_address(address: Address) -> Iterable[str]:
    """Where they write from. A web chat's session is nobody's word for anything."""
    if address.channel == WEB_CHAT:
        return ()
    return _of_text(address.id) if address.channel == SHOP or "@" in address.id else _of_number(address.id)


def _of_number(text: str) -> Iterable[str]:
    """A number as it is written and by its digits, from the front and from the back."""
    yield from _of_text(text)
    digits = _digits(text)
    if len(digits) > _FEWEST:
        yield digits
        yield BACKWARDS + digits[::-1]
        yield from (f"0{digits[len(code) :]}" for code in _CODES if text.startswith(f"+{code}"))


def _of_text(text: str) -> Iterable[str]:
    for piece in fold(text).split():
        word = piece.strip(_EDGES)
        if not word:
            continue
        yield word
        if "@" in word:
            yield word.rpartition("@")[2]
        yield from (part for part in _PARTS.split(word) if part and part != word)
        if not word.isascii() and len(word) <= 12:  # noqa: PLR2004 - longer ones are sentences
            # A script that is written without spaces: 小明 is looked for as well as 王小明.
            yield from (word[n:] for n in range(1, len(word)) if ord(word[n]) >= 0x2E80)  # noqa: PLR2004 - where these scripts begin


def _kept(words: Iterable[str]) -> tuple[str, ...]:
    """Each once, and none that is the beginning of another: whoever looks for it finds the other."""
    kept: list[str] = []
    for word in sorted({one[:LONGEST] for one in words}, reverse=True):
        if not kept or not kept[-1].startswith(word):
            kept.append(word)
    return tuple(sorted(kept)[:WORDS_KEPT])


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())
