"""The watch's own shelf: who has the watch, the book of alerts, the accounts' rhythms, what machines report, and who knows of what."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar, cast

from msgspec import DecodeError, msgpack

from hub.model.alerts.alert import Book
from hub.model.alerts.book import BOOK_VERSION, dated
from hub.model.alerts.enforcement import Enforced
from hub.model.alerts.rhythm import Rhythm
from hub.model.base import Value
from hub.store.connections.links import Links, Need
from hub.store.connections.wire import Arg
from hub.store.encoding.codec import Undecodable, encode
from hub.store.functions import function
from hub.store.keys import Keys

T = TypeVar("T")
_WATCH, _NOTE = function("watch"), function("note_look")
REPORT_GOOD_MS = 180_000
"""A machine that has said nothing for so long is gone."""
KNOWN_AT_MOST = 100


class Report(Value, frozen=True):
    """What a process says of its machine: bytes free under the data folder, events on its disk. `at` in ms since 1970."""

    at: int
    free: int
    spooled: int = 0


class _Versioned(Value, frozen=True):
    v: int = 1


_versioned = msgpack.Decoder(_Versioned).decode
_book = msgpack.Decoder(Book).decode
_rhythm = msgpack.Decoder(Rhythm).decode
_report = msgpack.Decoder(Report).decode
_enforced = msgpack.Decoder(Enforced).decode
_marks = msgpack.Decoder(tuple[str, ...]).decode


class Alerts:
    """Reads and writes it. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def hold(self, me: str, *, life_ms: int) -> bool:
        """Take the watch, or keep it: one at a time. `me`: a name nobody else has."""
        key = self._keys.alerts_lease
        return await self._links.call(key, "FCALL", _WATCH, 1, key, me, life_ms, need=Need.SAFE) == 1

    async def let_go(self, me: str) -> None:
        """Somebody else may have the watch."""
        key = self._keys.alerts_lease
        await self._links.call(key, "FCALL", _WATCH, 1, key, me, 0)

    async def book(self) -> Book:
        """The book, empty where there is none. Raises Undecodable for a newer version's: its own processes go on with it."""
        key = self._keys.alerts
        blob = cast("bytes | None", await self._links.call(key, "GET", key))
        try:
            return _book(blob) if blob else Book()
        except DecodeError as error:
            if _version(blob or b"") > BOOK_VERSION:
                raise Undecodable("the book of alerts is a newer version's") from error
            return Book()

    async def write(self, book: Book, me: str, *, rhythms: Mapping[str, Rhythm | None] | None = None) -> bool:
        """Write what a look found; False where somebody else has the watch by now, and nothing was written."""
        keys = self._keys
        args: list[Arg] = [me, encode(dated(book))]
        for place, rhythm in (rhythms or {}).items():
            args += (place, encode(rhythm) if rhythm else b"")
        written = await self._links.call(
            keys.alerts, "FCALL", _NOTE, 3, keys.alerts_lease, keys.alerts, keys.alerts_rhythms, *args, need=Need.SAFE
        )  # fmt: skip
        return written == 1

    async def rhythms(self) -> dict[str, Rhythm]:
        """What is known of each account's webhooks."""
        return _read(await self._all(self._keys.alerts_rhythms), _rhythm)

    async def report(self, machine: str, process: str, report: Report) -> None:
        """Say how this machine stands."""
        key = self._keys.alerts_machines
        await self._links.call(key, "HSET", key, f"{machine}\n{process}", encode(report))

    async def reports(self, *, now: int) -> dict[str, Report]:
        """How each machine stands by the newest report of its processes, events on its disks of all together; old reports are let go."""
        key, found = self._keys.alerts_machines, dict[str, Report]()
        for name, report in _read(await self._all(key), _report).items():
            if abs(now - report.at) > REPORT_GOOD_MS:
                await self._links.call(key, "HDEL", key, name)
                continue
            machine = name.partition("\n")[0]
            other = found.get(machine, Report(at=0, free=report.free))
            found[machine] = Report(
                at=max(report.at, other.at), free=min(report.free, other.free), spooled=report.spooled + other.spooled
            )  # fmt: skip
        return found

    async def enforce(self, place: str, told: Enforced) -> None:
        """Write down what a provider told of an account; what is older than what is known of the same changes nothing."""
        key, name = self._keys.alerts_enforced, f"{place}\n{told.kind}\n{told.about}"
        blob = cast("bytes | None", await self._links.call(key, "HGET", key, name))
        known = _read({name: blob}, _enforced).get(name) if blob else None
        if known is None or told.at >= known.at:
            await self._links.call(key, "HSET", key, name, encode(told), need=Need.SAFE)

    async def enforced(self, *, now: int) -> dict[str, list[Enforced]]:
        """What providers told of each account, as far as it counts at `now` (ms); the rest is let go."""
        key, found = self._keys.alerts_enforced, dict[str, list[Enforced]]()
        for name, told in _read(await self._all(key), _enforced).items():
            if told.until <= now:
                await self._links.call(key, "HDEL", key, name)
            else:
                found.setdefault(name.partition("\n")[0], []).append(told)
        return found

    async def known(self, login: str) -> frozenset[str]:
        """The marks of what somebody has put away."""
        key = self._keys.alerts_known
        blob = cast("bytes | None", await self._links.call(key, "HGET", key, login))
        try:
            return frozenset(_marks(blob)) if blob else frozenset()
        except DecodeError:
            return frozenset()

    async def know(self, login: str, marks: Iterable[str]) -> None:
        """Somebody has seen these, and need not see them until they change; what is over is forgotten with it."""
        standing = {alert.mark for alert in (await self.book()).open}
        kept = sorted(standing & {*marks, *await self.known(login)})[:KNOWN_AT_MOST]
        key = self._keys.alerts_known
        await self._links.call(key, "HSET", key, login, encode(tuple(kept)))

    async def _all(self, key: str) -> dict[str, bytes]:
        flat = cast("list[bytes]", await self._links.call(key, "HGETALL", key))
        return {flat[i].decode(): flat[i + 1] for i in range(0, len(flat), 2)}


def _version(blob: bytes) -> int:
    try:
        return _versioned(blob).v
    except DecodeError:
        return 0


def _read(blobs: Mapping[str, bytes], decode: Callable[[bytes], T]) -> dict[str, T]:
    found = {}
    for name, blob in blobs.items():
        try:
            found[name] = decode(blob)
        except DecodeError:
            continue  # A newer version's: it is counted anew.
    return found
