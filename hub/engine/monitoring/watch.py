"""The watch over the hub itself: one process looks every few seconds, writes what it found, and hands on what is to be told.

The order makes each notice go out once, wherever a process dies: first the book, in which the notice stands; then the outbox, which takes
a delivery of one id once; then the book without the notice. Whoever has the watch next begins where the last one stopped. A process that
was frozen writes nothing more into the book, and what it still puts into the outbox is there already.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import structlog
from msgspec import Struct
from msgspec.structs import replace

from hub.model.address import Address
from hub.model.alerts.alert import STAFF, Alert, Book, Looked, Notice
from hub.model.alerts.book import observe
from hub.model.alerts.message import Reader, message_of
from hub.model.alerts.rhythm import Rhythm
from hub.model.alerts.rules import Facts, wrong
from hub.model.channels.ports import Clock
from hub.model.errors import HubError, StoreAway
from hub.model.ids import derived_id
from hub.model.messaging.delivery import Delivery
from hub.model.words import Origin, Purpose
from hub.store.mailboxes.deliveries import Deliveries
from hub.store.shop.alerts import Alerts, Report

log = structlog.get_logger()
LIFE_LOOKS = 4
LEAST_LIFE_MS = 8_000
NOT_AFTER_MS = 6 * 3_600_000
"""A message to staff that could not be sent for so long tells of what is over: the console has what is so now."""
POST_TRIES = 20


class Sight(Struct, frozen=True):
    """What one look saw, and what it learned of the accounts' rhythms and credentials."""

    facts: Facts
    rhythms: Mapping[str, Rhythm | None] = {}
    looked: Mapping[str, Looked] = {}


class Probes(Protocol):
    """How the watch sees the house; what cannot be seen is told as unknown. Raises StoreAway."""

    @property
    def machine(self) -> str:
        """This process's machine, as people know it."""
        ...

    def report(self) -> Report:
        """How this process's machine stands."""
        ...

    async def look(self, book: Book) -> Sight:
        """What there is to see now."""
        ...


class Told(Struct, frozen=True):
    """Who is told: addresses of the shop's own people, how they read, and what posts to a web address (None: nothing is).

    `serves`: whether an account is there to write over; `post` returns whether the address took it.
    """

    to: Sequence[Address]
    reader: Reader
    serves: Callable[[Address], bool]
    post: Callable[[Notice], Awaitable[bool]] | None = None


class Lookout:
    """One for each process; `run` until cancelled. `me`: a name no other process has; `every`: seconds between two looks.

    `on_change` is called after what is wrong has changed.
    """

    def __init__(
        self,
        alerts: Alerts,
        deliveries: Deliveries,
        probes: Probes,
        *,
        told: Told,
        clock: Clock,
        every: float,
        me: str,
        on_change: Callable[[], Awaitable[None]],
    ) -> None:
        self.book = Book()
        self._on_change = on_change
        self._alerts = alerts
        self._deliveries = deliveries
        self._probes = probes
        self._told = told
        self._clock = clock
        self._every = every
        self._me = me
        self._began = clock.now()

    @property
    def open(self) -> Mapping[tuple[str, str], int]:
        """How many alerts of each kind and severity are open, as far as this process knows."""
        found: dict[tuple[str, str], int] = {}
        for alert in self.book.open:
            place = (alert.kind.value, alert.severity.value)
            found[place] = found.get(place, 0) + 1
        return found

    @property
    def unseen_for(self) -> float:
        """Seconds since anybody looked; since this process began, where nobody has yet."""
        return max(0.0, (self._clock.now() - (self.book.checked or self._began)) / 1000)

    async def run(self) -> None:
        """Look, or see that somebody else does, until cancelled; then somebody else may at once."""
        try:
            while True:
                await self._look()
                await self._clock.sleep(self._every)
        finally:
            with suppress(HubError):
                await self._alerts.let_go(self._me)

    async def _look(self) -> None:
        try:
            await self.once()
        except StoreAway:
            pass  # The links say so once for all, and nothing can be told meanwhile.
        except HubError as error:
            log.warning("the lookout could not look", error=type(error).__name__, reason=str(error))

    async def once(self) -> bool:
        """One look; False where another process has the watch. Raises StoreAway."""
        await self._alerts.report(self._probes.machine, self._me, self._probes.report())
        before = await self._alerts.book()
        life = max(LEAST_LIFE_MS, int(LIFE_LOOKS * self._every * 1000))
        if not await self._alerts.hold(self._me, life_ms=life):
            self.book = before
            return False
        before = await self._alerts.book()
        # What a watch before us had made and not handed on comes first.
        book = await self._handed(before)
        sight = await self._probes.look(book)
        seen = wrong(sight.facts, {alert.key: alert for alert in book.open})
        book = observe(book, seen, sight.facts.unknown, now=sight.facts.now)
        book = replace(book, looked=dict(sight.looked))
        if not await self._alerts.write(book, self._me, rhythms=sight.rhythms):
            return False
        self.book = book
        self.book = await self._handed(book)
        if _marks(before.open) != _marks(book.open):
            await self._changed(before, book)
        return True

    async def _handed(self, book: Book) -> Book:
        """The book without what everybody has, written down so."""
        if not book.notices:
            return book
        for notice in book.notices:
            await self._announce(notice)
        left = await self._posted(book.notices)
        handed = replace(book, notices=left)
        await self._alerts.write(handed, self._me)
        return handed

    async def _announce(self, notice: Notice) -> None:
        """Into the outbox, for each of the shop's people; what is there already stays as it is."""
        for address in self._told.to:
            if not self._told.serves(address):
                log.warning("staff cannot be told: no such account", channel=address.channel, account=address.account)
            elif await self._deliveries.announce(_delivery(notice, address, self._told.reader), voice=Origin.SYSTEM.value):
                log.info("staff are told", notice=notice.id, channel=address.channel, changes=len(notice.changes))

    async def _posted(self, notices: Sequence[Notice]) -> tuple[Notice, ...]:
        """What is left to be posted, after one of them was: an address that does not answer must not take all the time of a look."""
        if self._told.post is None:
            return ()
        first, *rest = notices
        if await self._told.post(first) or first.tries + 1 >= POST_TRIES:
            return tuple(rest)
        return (replace(first, tries=first.tries + 1), *rest)

    async def _changed(self, before: Book, book: Book) -> None:
        old = _marks(before.open)
        for alert in book.open:
            if alert.mark not in old:
                log.warning("something is wrong", alert=alert.kind.value, subject=alert.subject, severity=alert.severity.value)
        for alert in before.open:
            if not any(one.key == alert.key for one in book.open):
                log.info("all clear", alert=alert.kind.value, subject=alert.subject)
        await self._on_change()


def _marks(alerts: Sequence[Alert]) -> frozenset[str]:
    return frozenset(alert.mark for alert in alerts)


def _delivery(notice: Notice, address: Address, reader: Reader) -> Delivery:
    """The notice for one address; made again it bears the same id."""
    return Delivery(
        id=derived_id("dl", f"{notice.id}/{address}", 0),
        customer=STAFF,
        conversation="",
        address=address,
        message=message_of(notice, reader),
        purpose=Purpose.SERVICE,
        origin=Origin.SYSTEM,
        created=notice.at,
        not_after=notice.at + NOT_AFTER_MS,
        cause=notice.id,
        root=notice.id,
    )
