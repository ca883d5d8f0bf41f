"""A customer's timeline page by page: the newest lines from the store, older ones from the archive, over all merged pieces."""

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog
from msgspec import DecodeError, Struct, msgpack

from hub.model.errors import HubError, StoreAway
from hub.model.inbox.feed import Line
from hub.model.turns.journal import TimelineEntry
from hub.model.words import DeliveryState
from hub.store.customers.records import Customers

log = structlog.get_logger()


class Archived(Protocol):
    """A line as the archive has it."""

    @property
    def entry(self) -> TimelineEntry:
        """What was said."""
        ...

    @property
    def state(self) -> DeliveryState | None:
        """How far its delivery came."""
        ...

    @property
    def reason(self) -> str:
        """Why not further."""
        ...

    @property
    def code(self) -> str:
        """The provider's code of that."""
        ...

    @property
    def failure(self) -> str:
        """What went wrong, in a word that every channel shares."""
        ...

    @property
    def external_ids(self) -> tuple[str, ...]:
        """The provider's ids."""
        ...


class Older(Protocol):
    """What is asked of the archive here; every method raises a HubError where it is away."""

    async def before(self, customer: str, line: str, limit: int) -> Sequence[Archived] | None:
        """The newest lines before that one, newest first; None where it has not that line (yet)."""
        ...

    async def timeline(self, customer: str, before: str | None = None, limit: int = 50) -> Sequence[Archived]:
        """The newest lines, newest first."""
        ...


class ForeignPlace(ValueError):
    """Not a place on a timeline that we told."""


class TimelinePage(Struct, frozen=True):
    """Lines, oldest first. `before`: where older ones begin ('': that was all); `older_away`: they cannot be read just now."""

    lines: tuple[Line, ...]
    before: str = ""
    older_away: bool = False


class _Part(Struct):
    """What one piece has before its seam: entries, the oldest first, those of the archive with their fate; whether there is more."""

    piece: str
    seam: str
    lines: list[tuple[TimelineEntry, Line | None]]
    more: bool = False
    away: bool = False


_places = msgpack.Decoder(tuple[tuple[str, str], ...])


class Timeline:
    """Each piece is a row in its own order with its own seam, so that nothing is missed or comes twice however the pieces lie in time.

    Raises StoreAway, ForeignPlace.
    """

    def __init__(self, customers: Customers, archive: Callable[[], Awaitable[Older]]) -> None:
        self._customers = customers
        self._archive = archive

    async def page(self, pieces: Sequence[str], *, limit: int, before: str = "") -> TimelinePage:
        """The newest lines of a customer (their id, then those merged into it), or those before a place."""
        seams = _read(before) if before else dict.fromkeys(pieces, "")
        asked = [(piece, seams.get(piece, "")) for piece in pieces if not before or piece in seams]
        parts = await asyncio.gather(*(self._part(piece, seam, limit) for piece, seam in asked))
        taken = _newest(parts, limit)
        lines = await asyncio.gather(*(self._line(piece, entry, line) for piece, entry, line in taken))
        rest = [(part.piece, part.seam) for part in parts if part.more or part.lines]
        return TimelinePage(lines=tuple(lines), before=_place(rest) if rest else "", older_away=any(part.away for part in parts))

    async def _line(self, piece: str, entry: TimelineEntry, line: Line | None) -> Line:
        return line if line is not None else await self._customers.line(piece, entry)

    async def _part(self, piece: str, seam: str, limit: int) -> _Part:
        kept = await self._customers.log(piece)
        ids = [entry.id for entry in kept]
        newer = kept if not seam else kept[: ids.index(seam)] if seam in ids else []
        part = _Part(piece, seam, [(entry, None) for entry in newer[-limit:]], more=len(newer) > limit)
        lacking = limit - len(part.lines)
        if not lacking:
            part.more = True
            return part
        # In the store's order the archive goes on where the store's oldest line is, or where the page before ended.
        anchor = ids[0] if ids and (not seam or seam in ids) else seam
        await self._add_older(part, anchor, lacking)
        return part

    async def _add_older(self, part: _Part, anchor: str, lacking: int) -> None:
        try:
            archive = await self._archive()
            older = await (archive.before(part.piece, anchor, lacking) if anchor else archive.timeline(part.piece, None, lacking))
        except StoreAway:
            raise
        except HubError as error:
            log.info("older lines cannot be read", error=type(error).__name__)
            older = None
        if older is None:
            part.more = part.away = True
            return
        part.lines = [*((one.entry, _line(one)) for one in reversed(older)), *part.lines]
        part.more = len(older) == lacking


def _newest(parts: Sequence[_Part], limit: int) -> list[tuple[str, TimelineEntry, Line | None]]:
    """The newest lines of all parts, oldest first; each part keeps what was not taken, and its seam moves to what was."""
    taken: list[tuple[str, TimelineEntry, Line | None]] = []
    while len(taken) < limit:
        ends = [part for part in parts if part.lines]
        if not ends:
            break
        newest = max(ends, key=lambda part: part.lines[-1][0].at)
        entry, line = newest.lines.pop()
        newest.seam = entry.id
        taken.append((newest.piece, entry, line))
    return taken[::-1]


def _line(archived: Archived) -> Line:
    return Line(
        entry=archived.entry, state=archived.state, reason=archived.reason, code=archived.code, external_ids=archived.external_ids,
        failure=archived.failure,
    )  # fmt: skip


def _place(seams: Sequence[tuple[str, str]]) -> str:
    return urlsafe_b64encode(msgpack.encode(seams)).rstrip(b"=").decode()


def _read(place: str) -> dict[str, str]:
    try:
        return dict(_places.decode(urlsafe_b64decode(place + "=" * (-len(place) % 4))))
    except (NoBase64, DecodeError, ValueError) as error:
        raise ForeignPlace("not a place of ours") from error
