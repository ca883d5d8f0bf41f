"""Identifiers: time-ordered at the border, derived inside, so a turn taken again makes the same ids."""

from uuid import NAMESPACE_URL, UUID, uuid5

_HUB = uuid5(NAMESPACE_URL, "omnihub:derived")
_RANDOM_BITS = 74
_MASK_12 = (1 << 12) - 1
_MASK_62 = (1 << 62) - 1


def new_id(kind: str, *, now: int, entropy: int) -> str:
    """`<kind>-<uuid7>`; `now` in ms since 1970, `entropy` at least 74 random bits. Ids of one kind sort by age (RFC 9562)."""
    high = entropy >> 62 & _MASK_12
    low = entropy & _MASK_62
    number = (now & ((1 << 48) - 1)) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low
    return f"{kind}-{UUID(int=number)}"


def derived_id(kind: str, source: str, n: int) -> str:
    """`<kind>-<uuid5 of source and n>`: the same source entry gives the same ids, however often its turn is taken."""
    return f"{kind}-{uuid5(_HUB, f'{source}/{n}')}"
