"""Splitting a text that is longer than a channel takes: pure, and never inside a grapheme or an address."""

from bisect import bisect_right
from itertools import accumulate

import regex

from hub.model.text.measuring import Unit, measure

_LEAST_LIMIT = 8
"""Below this the widest single code point and a rest would not fit in any unit."""

_GRAPHEME = regex.compile(r"\X")
_URL = regex.compile(r"(?:https?://|www\.)[^\s<>\"'。，！？]+", regex.IGNORECASE)
_BREAKS = (
    regex.compile(r"\n[^\S\n]*\n\s*"),
    regex.compile(r"\s*\n\s*"),
    regex.compile(r"(?<=[.!?…][\"'”’)\]]*)\s+|(?<=[。！？])\s*"),
)
"""Where a reader likes a cut best comes first: paragraph, line, sentence. Then come words and the beginning of an address."""

_SPACE = regex.compile(r"\s+")

_CLAUSE_ENDS = ",;:，；：、"
_CLAUSE_REACH = 12
"""A word or two of the next clause at the end of a part read worse than a part that is so many signs shorter."""

_FULL_ENOUGH = 1 / 3
"""A nicer break that leaves the part emptier than this gives way to the next kind: many stubs read worse than one cut sentence."""


def split(text: str, limit: int, unit: str = Unit.CHARACTERS) -> tuple[str, ...]:
    """The parts of `text`, in order, each at most `limit` units long; white space around a cut is dropped, nothing else.

    A text that fits is returned as it is. Raises ValueError for a limit under 8 or an unknown unit.
    """
    if limit < _LEAST_LIMIT:
        raise ValueError(f"a limit under {_LEAST_LIMIT} cannot be kept")
    if measure(text, unit) <= limit:
        return (text,)
    parts: list[str] = []
    widths = list(accumulate((_width(c, unit) for c in text), initial=0))
    start = 0
    while start < len(text):
        if parts and (space := _SPACE.match(text, start)):
            start = space.end()
        end = bisect_right(widths, widths[start] + limit) - 1
        cut, following = (end, end) if end == len(text) else _cut(text, start, end)
        if (address := _torn(text, start, cut)) and widths[address[1]] - widths[address[0]] <= limit:
            cut = following = address[0]
        parts.append(text[start:cut])
        start = following
    kept = parts[-1].lstrip() if text.endswith(parts[-1]) else parts[-1].strip()
    trimmed = [parts[0].rstrip(), *(part.strip() for part in parts[1:-1]), *([kept] if len(parts) > 1 else [])]
    return tuple(filter(None, trimmed)) or (text[: bisect_right(widths, limit) - 1],)


def _width(character: str, unit: str) -> int:
    if unit == Unit.CHARACTERS or character < "\x80":
        return 1
    return measure(character, unit)


def _cut(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the part that begins at `start` ends, at most at `end`, and where the next begins."""
    for kind in _BREAKS:
        found = [m for m in kind.finditer(text, start, end + 1) if start < m.start() <= end]
        if found and found[-1].start() - start >= (end - start) * _FULL_ENOUGH:
            return found[-1].span()
    spaces = [m.span() for m in _SPACE.finditer(text, start, end + 1) if start < m.start() <= end]
    addresses = [(m.start(),) * 2 for m in _URL.finditer(text, start, end + 1) if start < m.start() < end < m.end()]
    if borders := [*spaces, *addresses]:
        cut, following = max(borders)
        clauses = [space for space in spaces if cut - space[0] <= _CLAUSE_REACH and text[space[0] - 1] in _CLAUSE_ENDS]
        cut, following = max(clauses, default=(cut, following))
        room = following + end - start
        if room >= len(text) or _SPACE.search(text, following, room + 1):
            return cut, following
    # What comes next has no end within a part (a long address, Chinese without a stop): it is cut anyway, so fill this one.
    return (inside := _before_grapheme(text, start, end)), inside


def _torn(text: str, start: int, cut: int) -> tuple[int, int] | None:
    """The address a cut would go through, where the part does not begin with it."""
    for found in _URL.finditer(text, start):
        if found.start() >= cut:
            return None
        if found.end() > cut and found.start() > start:
            return found.span()
    return None


def _before_grapheme(text: str, start: int, end: int) -> int:
    """`end` moved to the nearest earlier grapheme border; itself where one grapheme is longer than a part may be."""
    border = start
    for grapheme in _GRAPHEME.finditer(text, start):
        if grapheme.end() > end:
            break
        border = grapheme.end()
    return border if border > start else end
