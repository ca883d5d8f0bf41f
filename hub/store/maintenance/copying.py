"""A hub's keys, read piece by piece and written again elsewhere: by their meaning, so any server and any topology can take them."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from enum import StrEnum
from itertools import islice
from typing import TypeVar, cast

from hub.model.base import Value
from hub.store.connections.links import Links
from hub.store.connections.wire import Answer, Arg
from hub.store.keys import Keys

AT_ONCE = 500
KEYS_AT_ONCE = 64
T = TypeVar("T")


class Kind(StrEnum):
    """What a key holds, in the server's words."""

    STRING = "string"
    LIST = "list"
    HASH = "hash"
    SET = "set"
    ZSET = "zset"
    STREAM = "stream"


class Piece(Value, frozen=True):
    """A key or a part of one. `values`: elements, each with what belongs to it (field and value, member and score, entry and fields).

    `first`: the key begins here; `expires` in ms since 1970 (0: never); `last`: the last id a stream ever gave, with its last piece.
    """

    key: str
    kind: Kind
    values: tuple[tuple[bytes, ...], ...] = ()
    first: bool = False
    expires: int = 0
    last: str = ""


async def read_keys(links: Links, keys: Keys) -> AsyncIterator[Piece]:
    """All keys that last, without their prefix. Nobody may write meanwhile. Raises StoreAway."""
    match = re.sub(r"([*?\[\]\\])", r"\\\1", keys.prefix) + "*"
    async with aclosing(links.scan(match)) as pages:
        async for names in pages:
            for part in parts([name.decode() for name in names if keys.lasting(name.decode())], KEYS_AT_ONCE):
                kinds = await asyncio.gather(*(links.call(name, "TYPE", name) for name in part))
                ends = await asyncio.gather(*(links.call(name, "PEXPIRETIME", name) for name in part))
                for name, kind, end in zip(part, kinds, ends, strict=True):
                    if kind == b"none":
                        continue
                    async for piece in _read(links, name, Kind(cast("bytes", kind).decode())):
                        yield _named(piece, keys, expires=max(0, cast("int", end)))


async def write_pieces(links: Links, keys: Keys, pieces: Sequence[Piece]) -> None:
    """Write pieces, in the order they were read. Raises StoreAway, StoreFull: then begin anew with an empty server."""
    calls: list[asyncio.Future[Answer]] = []
    for piece in pieces:
        name = keys.prefix + piece.key
        commands: list[list[Arg]] = [["DEL", name]] if piece.first else []
        commands += _commands(name, piece)
        if piece.expires:
            commands.append(["PEXPIREAT", name, piece.expires])
        calls += [links.call(name, *command) for command in commands]
    await asyncio.gather(*calls)


async def is_empty(links: Links, keys: Keys) -> bool:
    """Whether no key of this hub is there."""
    async with aclosing(links.scan(re.sub(r"([*?\[\]\\])", r"\\\1", keys.prefix) + "*")) as pages:
        async for names in pages:
            if any(keys.lasting(name.decode()) for name in names):
                return False
    return True


def parts(things: Iterable[T], size: int) -> Iterable[list[T]]:
    """In lists of at most `size`."""
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


def _named(piece: Piece, keys: Keys, *, expires: int) -> Piece:
    name = keys.lasting(piece.key) or ""
    return Piece(key=name, kind=piece.kind, values=piece.values, first=piece.first, expires=expires, last=piece.last)


async def _read(links: Links, name: str, kind: Kind) -> AsyncIterator[Piece]:
    first = True
    async for values in _elements(links, name, kind):
        yield Piece(key=name, kind=kind, values=values, first=first)
        first = False
    if kind is Kind.STREAM:
        told = cast("list[object]", await links.call(name, "XINFO", "STREAM", name))
        last = cast("bytes", told[told.index(b"last-generated-id") + 1]).decode()
        yield Piece(key=name, kind=kind, first=first, last=last)


async def _elements(links: Links, name: str, kind: Kind) -> AsyncIterator[tuple[tuple[bytes, ...], ...]]:
    match kind:
        case Kind.STRING:
            yield ((cast("bytes", await links.call(name, "GET", name)),),)
        case Kind.LIST | Kind.ZSET:
            start = 0
            command: list[Arg] = ["LRANGE"] if kind is Kind.LIST else ["ZRANGE"]
            scores: list[Arg] = [] if kind is Kind.LIST else ["WITHSCORES"]
            while found := cast("list[bytes]", await links.call(name, *command, name, start, start + AT_ONCE - 1, *scores)):
                yield tuple(zip(*[iter(found)] * (1 + len(scores)), strict=True))
                start += AT_ONCE
        case Kind.HASH | Kind.SET:
            cursor: Arg = 0
            while cursor != b"0":
                answer = await links.call(name, "HSCAN" if kind is Kind.HASH else "SSCAN", name, cursor, "COUNT", AT_ONCE)
                cursor, found = cast("tuple[bytes, list[bytes]]", answer)
                yield tuple(zip(*[iter(found)] * (2 if kind is Kind.HASH else 1), strict=True))
        case Kind.STREAM:
            at = "-"
            while entries := cast("list[tuple[bytes, list[bytes]]]", await links.call(name, "XRANGE", name, at, "+", "COUNT", AT_ONCE)):
                yield tuple((entry, *fields) for entry, fields in entries)
                at = f"({entries[-1][0].decode()}"


def _commands(name: str, piece: Piece) -> Iterable[list[Arg]]:
    flat: list[Arg] = [part for value in piece.values for part in value]
    match piece.kind:
        case Kind.STRING:
            yield ["SET", name, *flat]
        case Kind.STREAM:
            for value in piece.values:
                yield ["XADD", name, *value]
            if piece.last:
                # An empty stream has to remember its last id too: ids are never given twice.
                yield ["XGROUP", "CREATE", name, "copying", "$", "MKSTREAM"]
                yield ["XGROUP", "DESTROY", name, "copying"]
                yield ["XSETID", name, piece.last]
        case Kind.ZSET:
            yield ["ZADD", name, *(part for member, score in piece.values for part in (score, member))]
        case Kind.LIST | Kind.HASH | Kind.SET if flat:
            yield [{Kind.LIST: "RPUSH", Kind.HASH: "HSET", Kind.SET: "SADD"}[piece.kind], name, *flat]
