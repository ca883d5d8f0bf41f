"""The channels' log as it is stored: bounded streams for each account, what failed in one of its own, kept seven days."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import cast

from msgspec import DecodeError, Struct, msgpack

from hub.model.base import Value
from hub.model.channels.exchange import Exchange, Standing
from hub.store.connections.links import Links
from hub.store.connections.wire import Answer, Arg
from hub.store.encoding.codec import encode
from hub.store.keys import Keys

KEEP_S = 7 * 86_400
KEEP_CALLS, KEEP_FAILED = 2_000, 1_000
"""Of one account, about: some 1 kB each."""
SLICE_MS, SLICES, SHORT = 10 * 60_000, 6, 3
READ_AT_ONCE = 500

Place = tuple[str, str]
"""Channel kind and account name."""


class Kept(Struct, frozen=True):
    """An exchange of an account; `whole`: kept in full, else only counted."""

    place: Place
    exchange: Exchange
    whole: bool = True


class Pause(Value, frozen=True):
    """An account rests until then (ms since 1970; 0: it does not), for what the provider said."""

    until: int = 0
    failure: str = ""
    code: str = ""


class Lately(Struct, frozen=True):
    """Calls and failures of some half hour, out to the provider; and in which slices of the last two hours a webhook of its was taken.

    A slice is ten minutes, numbered since 1970.
    """

    calls: int = 0
    failures: int = 0
    came: frozenset[int] = frozenset()


class Told(Struct, frozen=True):
    """An exchange with its place in the log, from which one reads on."""

    id: str
    exchange: Exchange


_decode = msgpack.Decoder(Exchange).decode
_decode_pause = msgpack.Decoder(Pause).decode


class Calls:
    """Writes and reads the log. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def write(self, batch: Sequence[Kept], *, now: int) -> None:
        """Store these at `now` (ms), and let go of what is too old or too much."""
        by_place: defaultdict[Place, list[Kept]] = defaultdict(list)
        for kept in batch:
            by_place[kept.place].append(kept)
        calls = [self._links.call(str(args[1]), *args) for place, kepts in by_place.items() for args in self._written(place, kepts, now)]
        await asyncio.gather(*calls)

    async def newest(self, place: Place, *, limit: int, before: str = "", failed: bool = False, delivery: str = "") -> list[Told]:
        """The newest exchanges, newest first, older than `before`; those of one delivery, or those that failed."""
        stream = self._stream(place, failed=failed)
        found: list[Told] = []
        cursor = f"({before}" if before else "+"
        while len(found) < limit:
            answer = await self._links.call(stream, "XREVRANGE", stream, cursor, "-", "COUNT", READ_AT_ONCE if delivery else limit)
            told = _told(answer)
            found += [one for one in told if delivery in {"", one.exchange.delivery}]
            if not delivery or len(told) < READ_AT_ONCE:
                break
            cursor = f"({told[-1].id}"
        return found[:limit]

    async def since(self, place: Place, after: str, *, limit: int, failed: bool = False) -> list[Told]:
        """The exchanges behind that one, oldest first; behind none, those there are."""
        stream = self._stream(place, failed=failed)
        return _told(await self._links.call(stream, "XRANGE", stream, f"({after}" if after else "-", "+", "COUNT", limit))

    async def standing(self, place: Place, *, now: int) -> Standing:
        """How the account does at `now` (ms)."""
        standing, counts = self._keys.calls_standing(*place), self._slices(place, now)
        flat, *numbers = await asyncio.gather(
            self._links.call(standing, "HGETALL", standing), *(self._links.call(key, "HMGET", key, "n", "f") for key in counts)
        )
        fields = _fields(flat)
        calls, failures = (sum(int(pair[n] or 0) for pair in cast("list[list[bytes | None]]", numbers)) for n in (0, 1))
        return Standing(
            well=int(fields.get("well", "0")),
            failed=int(fields.get("failed", "0")),
            failure=fields.get("failure", ""),
            code=fields.get("code", ""),
            status=int(fields.get("status", "0")),
            calls=calls,
            failures=failures,
        )

    async def lately(self, place: Place, *, now: int) -> Lately:
        """What the account's calls and webhooks did of late, at `now` (ms)."""
        current = now // SLICE_MS
        keys = [self._keys.calls_counted(*place, current - n) for n in range(2 * SLICES)]
        answers = await asyncio.gather(*(self._links.call(key, "HMGET", key, "o", "e", "i") for key in keys))
        rows = [[int(part or 0) for part in cast("list[bytes | None]", answer)] for answer in answers]
        return Lately(
            calls=sum(row[0] for row in rows[:SHORT]),
            failures=sum(row[1] for row in rows[:SHORT]),
            came=frozenset(current - n for n, row in enumerate(rows) if row[2]),
        )

    async def pause(self, place: Place, pause: Pause, *, now: int) -> None:
        """Have every process rest the account; a longer rest than that stays."""
        key = self._keys.pause(*place)
        if (await self.paused(place)).until < pause.until:
            await self._links.call(key, "SET", key, encode(pause), "PX", max(1, pause.until - now))

    async def paused(self, place: Place) -> Pause:
        """Until when an account rests, and why."""
        key = self._keys.pause(*place)
        return _pause_of(await self._links.call(key, "GET", key))

    async def forget(self, place: Place, customers: frozenset[str]) -> int:
        """Delete what tells of these customers; returns how many entries went."""
        gone = 0
        for stream in (self._keys.calls(*place), self._keys.calls_failed(*place)):
            cursor = "-"
            while told := _told(await self._links.call(stream, "XRANGE", stream, cursor, "+", "COUNT", READ_AT_ONCE)):
                theirs = [one.id for one in told if one.exchange.customer in customers]
                if theirs:
                    gone += cast("int", await self._links.call(stream, "XDEL", stream, *theirs))
                cursor = f"({told[-1].id}"
        return gone

    def streams(self, place: Place) -> tuple[str, str]:
        """Where the log of an account lies."""
        return self._keys.calls(*place), self._keys.calls_failed(*place)

    def _stream(self, place: Place, *, failed: bool) -> str:
        return self._keys.calls_failed(*place) if failed else self._keys.calls(*place)

    def _slices(self, place: Place, now: int) -> list[str]:
        return [self._keys.calls_counted(*place, now // SLICE_MS - n) for n in range(SLICES)]

    def _written(self, place: Place, batch: Sequence[Kept], now: int) -> list[list[Arg]]:
        """The commands that store one account's part, the key behind the verb."""
        oldest = now - KEEP_S * 1000
        calls, failed = self.streams(place)
        commands: list[list[Arg]] = []
        for kept in batch:
            if kept.whole:
                commands.append(["XADD", calls, "MAXLEN", "~", KEEP_CALLS, "*", "x", encode(kept.exchange)])
            if kept.exchange.failed:
                commands.append(["XADD", failed, "MAXLEN", "~", KEEP_FAILED, "*", "x", encode(kept.exchange)])
        for stream in (calls, failed):
            commands += [["XTRIM", stream, "MINID", "~", oldest], ["EXPIRE", stream, KEEP_S]]
        return [*commands, *self._counted(place, batch)]

    def _counted(self, place: Place, batch: Sequence[Kept]) -> list[list[Arg]]:
        standing, slices = self._keys.calls_standing(*place), Counter(one.exchange.at // SLICE_MS for one in batch)
        broken = Counter(one.exchange.at // SLICE_MS for one in batch if one.exchange.failed and one.exchange.tells)
        commands: list[list[Arg]] = []
        for number, n in slices.items():
            key = self._keys.calls_counted(*place, number)
            commands += [["HINCRBY", key, "n", n], ["HINCRBY", key, "f", broken[number]]]
            commands += [["HINCRBY", key, field, more] for field, more in _ways(batch, number).items() if more]
            commands.append(["EXPIRE", key, 2 * SLICES * 600])
        out = [one.exchange for one in batch if not one.exchange.incoming and one.exchange.tells]
        well = max((one.at for one in out if not one.failed), default=0)
        bad = max((one for one in out if one.failed), key=lambda one: one.at, default=None)
        if well:
            commands.append(["HSET", standing, "well", well])
        if bad:
            commands.append(
                ["HSET", standing, "failed", bad.at, "failure", bad.failure, "code", bad.code or bad.trouble, "status", bad.status]
            )
        return [*commands, ["EXPIRE", standing, KEEP_S]]


def _ways(batch: Sequence[Kept], number: int) -> dict[str, int]:
    """Of one slice: calls that went out, those of them that failed, webhooks that were taken."""
    mine = [one.exchange for one in batch if one.exchange.at // SLICE_MS == number]
    out = [one for one in mine if not one.incoming and one.tells]
    return {"o": len(out), "e": sum(one.failed for one in out), "i": sum(one.incoming and not one.failed for one in mine)}


def _pause_of(answer: Answer) -> Pause:
    try:
        return _decode_pause(cast("bytes", answer)) if answer else Pause()
    except DecodeError:
        return Pause()


def _told(answer: Answer) -> list[Told]:
    """Entries as they are; one that another version wrote so that nobody here reads it is passed over."""
    found = []
    for entry, fields in cast("list[tuple[bytes, list[bytes]]]", answer):
        try:
            found.append(Told(entry.decode(), _decode(fields[1])))
        except DecodeError:
            continue
    return found


def _fields(answer: Answer) -> dict[str, str]:
    flat = [part.decode() for part in cast("list[bytes]", answer)]
    return dict(zip(flat[::2], flat[1::2], strict=True))
