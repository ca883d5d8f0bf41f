"""The journals of all partitions as a follower reads them: plain reads from a place per partition, and whether something is missing."""

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from msgspec import Struct

from hub.model.subject import PARTITIONS
from hub.store.connections.links import Links
from hub.store.connections.wire import Arg
from hub.store.keys import Keys

BLOCK_MS = 250
READ_AT_MOST = 500
_VERSION = 1
_SEVEN, _MORE = 0x7F, 0x80
"""Of a byte: what counts, and the bit that says that more follows."""

Id = tuple[int, int]
"""An entry's id as the server gave it: ms and a number within it; (0, 0) before all."""

Vector = tuple[Id, ...]
"""A place in the journal of each partition."""

START: Vector = ((0, 0),) * PARTITIONS


class Entry(Struct, frozen=True):
    """One journal entry as it lies there."""

    partition: int
    id: Id
    blob: bytes


class Read(Struct, frozen=True):
    """What lies behind a place, per partition in order. `missing`: something between was trimmed; `more`: not all was read."""

    entries: tuple[Entry, ...]
    missing: bool = False
    more: bool = False

    def end(self, start: Vector) -> Vector:
        """Where it ends."""
        places = list(start)
        for entry in self.entries:
            places[entry.partition] = max(places[entry.partition], entry.id)
        return tuple(places)


class ForeignCursor(ValueError):
    """Not a cursor of this hub."""


def cursor_of(vector: Vector) -> str:
    """A vector as consoles keep it: opaque, good in a URL, some 300 to 500 characters."""
    base = max(ms for ms, _ in vector)
    packed = bytearray([_VERSION]) + base.to_bytes(6, "big")
    for ms, n in vector:
        if ms == n == 0:
            packed.append(0)
            continue
        packed += _varint(base - ms + 1) + _varint(n)
    return urlsafe_b64encode(packed).rstrip(b"=").decode()


def vector_of(cursor: str) -> Vector:
    """The vector a cursor stands for; raises ForeignCursor."""
    try:
        packed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        if packed[0] != _VERSION:
            raise ForeignCursor("another version's")
        base, numbers = int.from_bytes(packed[1:7], "big"), _varints(packed[7:])
        places = []
        for _ in range(PARTITIONS):
            behind = next(numbers)
            places.append((base - behind + 1, next(numbers)) if behind else (0, 0))
    except (NoBase64, IndexError, StopIteration, ValueError) as error:
        raise ForeignCursor("not a cursor of ours") from error
    if any(ms < 0 for ms, _ in places) or next(numbers, None) is not None:
        raise ForeignCursor("not a cursor of ours")
    return tuple(places)


class Journals:
    """Reads all journals. Raises StoreAway, ServerError."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys
        self._numbers = {keys.partitions[n].journal.encode(): n for n in range(PARTITIONS)}

    async def now(self) -> Vector:
        """The end of every journal."""
        ends = [self._links.call(p.journal, "XREVRANGE", p.journal, "+", "-", "COUNT", 1) for p in self._keys.partitions]
        trimmed = await self._trimmed(range(PARTITIONS))
        found = cast("list[list[tuple[bytes, list[bytes]]]]", await asyncio.gather(*ends))
        return tuple(max(trimmed[n], _id(found[n][0][0]) if found[n] else (0, 0)) for n in range(PARTITIONS))

    async def after(self, start: Vector) -> Read:
        """What lies behind a place; waits up to a quarter of a second for something to come, where one connection can."""
        keys = [p.journal for p in self._keys.partitions]
        groups = self._links.groups(keys)
        parts = await asyncio.gather(*(self._read(group, start, wait=len(groups) == 1) for group in groups))
        return await self._checked(start, [entry for part in parts for entry in part])

    async def between(self, start: Vector, end: Vector) -> Read:
        """What lies behind one place up to another, at most 500 entries of each partition."""
        wanted = [n for n in range(PARTITIONS) if start[n] < end[n]]
        keys = [self._keys.partitions[n].journal for n in wanted]
        calls = [
            self._links.call(key, "XRANGE", key, f"({_text(start[n])}", _text(end[n]), "COUNT", READ_AT_MOST + 1)
            for n, key in zip(wanted, keys, strict=True)
        ]
        found = cast("list[list[tuple[bytes, list[bytes]]]]", await asyncio.gather(*calls))
        entries = [Entry(n, _id(name), fields[1]) for n, part in zip(wanted, found, strict=True) for name, fields in part]
        trimmed = await self._trimmed(wanted)
        missing = any(trimmed[n] > start[n] for n in wanted)
        return Read(tuple(entries), missing=missing, more=any(len(part) > READ_AT_MOST for part in found))

    async def _checked(self, start: Vector, entries: list[Entry]) -> Read:
        touched = sorted({entry.partition for entry in entries})
        # Asked after the reading: what was there then and is not now only makes us too careful.
        trimmed = await self._trimmed(touched)
        return Read(tuple(entries), missing=any(trimmed[n] > start[n] > (0, 0) for n in touched))

    async def _read(self, group: Sequence[str], start: Vector, *, wait: bool) -> list[Entry]:
        block: tuple[Arg, ...] = ("BLOCK", BLOCK_MS) if wait else ()
        places = [_text(start[self._numbers[key.encode()]]) for key in group]
        command = ("XREAD", "COUNT", READ_AT_MOST, *block, "STREAMS", *group, *places)
        if wait:
            answer = await self._links.block(group[0], *command, timeout=BLOCK_MS / 1000 + 5)
        else:
            answer = await self._links.call(group[0], *command)
        found = cast("list[tuple[bytes, list[tuple[bytes, list[bytes]]]]]", answer or [])
        return [Entry(self._numbers[key], _id(name), fields[1]) for key, part in found for name, fields in part if fields]

    async def _trimmed(self, partitions: Sequence[int]) -> Mapping[int, Id]:
        """How far each was trimmed."""
        keys = [self._keys.partitions[n].trimmed for n in partitions]
        answers = await asyncio.gather(*(self._links.call(key, "GET", key) for key in keys))
        return {n: _id(cast("bytes", answer)) if answer else (0, 0) for n, answer in zip(partitions, answers, strict=True)}


def _id(text: bytes) -> Id:
    ms, _, n = text.partition(b"-")
    return int(ms), int(n)


def _text(place: Id) -> str:
    return f"{place[0]}-{place[1]}"


def _varint(number: int) -> bytes:
    packed = bytearray()
    while number > _SEVEN:
        packed.append(number & _SEVEN | _MORE)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def _varints(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & _SEVEN) << shift
        shift += 7
        if byte < _MORE:
            yield number
            number = shift = 0
