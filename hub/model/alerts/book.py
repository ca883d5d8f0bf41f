"""From looks to news: an alert opens once it was seen for long enough, ends once it was missed for long enough, and each is told once.

Time goes by looks, not by the clock: a clock that jumps, or a watcher that was frozen, opens and ends nothing.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from hub.model.alerts.alert import Alert, AlertKind, Book, Change, Entry, News, Notice, Step
from hub.model.ids import derived_id

PATIENCE: Mapping[AlertKind, int] = {
    AlertKind.ACCESS: 2,
    AlertKind.TOKEN: 2,
    AlertKind.HOOK: 2,
    AlertKind.SILENT: 2,
    AlertKind.FAILING: 2,
    AlertKind.RESTRICTED: 2,
    AlertKind.QUALITY: 2,
    AlertKind.TEMPLATE: 2,
    AlertKind.DEAD: 2,
    AlertKind.DISK: 2,
    AlertKind.MEMORY: 4,
    AlertKind.ARCHIVE: 8,
    AlertKind.SPOOL: 4,
}
"""Looks in a row before it opens."""
CALM: Mapping[AlertKind, int] = {
    AlertKind.ACCESS: 2,
    AlertKind.TOKEN: 2,
    AlertKind.HOOK: 2,
    AlertKind.SILENT: 1,
    AlertKind.FAILING: 8,
    AlertKind.RESTRICTED: 2,
    AlertKind.QUALITY: 2,
    AlertKind.TEMPLATE: 2,
    AlertKind.DEAD: 2,
    AlertKind.DISK: 4,
    AlertKind.MEMORY: 4,
    AlertKind.ARCHIVE: 4,
    AlertKind.SPOOL: 4,
}
"""Looks in a row without it before it has ended; twice as many with each opening again while it is remembered."""
DOUBLINGS = 5
REMEMBERED = 240
"""Looks: an hour at the usual pace."""
GATHER = 2
"""Looks a notice waits for what comes with the first of it: a provider that is down breaks all its accounts within seconds."""
SPACING = 20
"""Looks between two notices: whatever happens, people get a message in five minutes at most."""
NOTICES_KEPT = 20
BOOK_VERSION = 2
_SECOND = frozenset({AlertKind.RESTRICTED, AlertKind.QUALITY, AlertKind.TEMPLATE})
"""Kinds that the first version's processes cannot read: a book without them stays one that they go on with."""


def observe(book: Book, seen: Iterable[Alert], unknown: frozenset[str], *, now: int) -> Book:
    """The book after one look at `now` (ms). `unknown`: kinds and keys of which this look could tell nothing: they stay as they are."""
    alerts = {alert.key: alert for alert in seen}
    entries, changes = list[Entry](), list[Change]()
    for entry in book.entries:
        alert = alerts.pop(entry.alert.key, None)
        if alert is None and (entry.alert.kind in unknown or entry.alert.key in unknown):
            entries.append(entry)
            continue
        moved, news = _missed(entry) if alert is None else _seen(entry, alert, now)
        if moved is not None:
            entries.append(moved)
        if news is not None:
            changes.append(Change(news=news, alert=(moved or entry).alert, at=now))
    for alert in alerts.values():
        moved, news = _seen(Entry(alert=replace(alert, since=now)), alert, now)
        entries.append(moved)
        if news is not None:
            changes.append(Change(news=news, alert=moved.alert, at=now))
    kept = replace(book, entries=tuple(entries), pending=_together(book.pending, changes), checked=now)
    return _noticed(kept, now)


def dated(book: Book) -> Book:
    """The book with the least version that can read it."""
    changes = (*book.pending, *(change for notice in book.notices for change in notice.changes))
    kinds = {*(entry.alert.kind for entry in book.entries), *(change.alert.kind for change in changes)}
    return replace(book, v=BOOK_VERSION if kinds & _SECOND else 1)


def _seen(entry: Entry, alert: Alert, now: int) -> tuple[Entry, News | None]:
    was = entry.alert
    if entry.step is Step.OPEN:
        worse = alert.level > was.level
        # It may get worse and be told so; that it got a little better is nobody's news before it has ended.
        now_told = replace(alert, since=was.since, level=max(alert.level, was.level), severity=alert.severity if worse else was.severity)
        return replace(entry, alert=now_told, missed=0), News.WORSE if worse else None
    since = now if entry.step is Step.ENDED else was.since
    moved = replace(
        entry, alert=replace(alert, since=since), step=Step.RISING, seen=1 if entry.step is Step.ENDED else entry.seen + 1, missed=0
    )
    if moved.seen < PATIENCE[alert.kind]:
        return moved, None
    return replace(moved, step=Step.OPEN, openings=moved.openings + 1), News.OPENED


def _missed(entry: Entry) -> tuple[Entry | None, News | None]:
    missed = entry.missed + 1
    match entry.step:
        case Step.RISING:
            # What opened before is remembered still: else it would seem new each time.
            return (replace(entry, step=Step.ENDED, seen=0, missed=missed) if entry.openings else None), None
        case Step.ENDED:
            return (replace(entry, missed=missed) if missed < REMEMBERED else None), None
        case Step.OPEN:
            if missed < CALM[entry.alert.kind] << min(max(0, entry.openings - 1), DOUBLINGS):
                return replace(entry, missed=missed), None
            return replace(entry, step=Step.ENDED, seen=0, missed=0), News.ENDED


def _together(pending: Sequence[Change], changes: Iterable[Change]) -> tuple[Change, ...]:
    """What is still to be told: of what nobody heard, nobody need hear the end; and what came again has not ended."""
    told = list(pending)
    for change in changes:
        unheard = [one for one in told if one.alert.key == change.alert.key]
        told = [one for one in told if one.alert.key != change.alert.key]
        match change.news, unheard[-1].news if unheard else None:
            case (News.ENDED, News.OPENED) | (News.OPENED, News.ENDED):
                continue
            case News.WORSE, News.OPENED:
                told.append(replace(change, news=News.OPENED))
            case _:
                told.append(change)
    return tuple(told)


def _noticed(book: Book, now: int) -> Book:
    """The book with a notice of all that is to be told, where it is time for one."""
    rests, waited = max(0, book.rests - 1), book.waited + 1 if book.pending else 0
    if rests or waited < GATHER:
        return replace(book, rests=rests, waited=waited)
    notice = Notice(id=derived_id("no", f"{book.serial}/{now}", 0), at=now, changes=book.pending)
    return replace(
        book, pending=(), waited=0, rests=SPACING, serial=book.serial + 1, notices=(*book.notices, notice)[-NOTICES_KEPT:]
    )  # fmt: skip
