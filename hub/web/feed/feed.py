"""The live feed of one process: follows the journals while somebody listens, decodes once, tells each console what concerns it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

import structlog

from hub.model.channels.ports import Clock
from hub.model.customers.record import Live
from hub.model.errors import HubError, StoreAway
from hub.model.inbox.feed import (
    ConversationCard,
    Counts,
    FeedAlerts,
    FeedCounts,
    FeedCursor,
    FeedFrame,
    FeedLooking,
    FeedPresence,
    FeedStale,
    FeedTyped,
    FeedWelcome,
    HubFrame,
    Present,
    View,
)
from hub.model.words import ConversationStatus, OwnerKind
from hub.store.customers.records import Customers
from hub.store.inbox.inbox import Inbox
from hub.store.inbox.signals import CUSTOMER, AlertsChanged, Signal, Typed
from hub.store.mailboxes.journals import ForeignCursor, Journals, Read, Vector, cursor_of, vector_of
from hub.web.feed.digest import Digest, Interest, digest
from hub.web.feed.listener import Listener, frames_for

log = structlog.get_logger(__name__)
PACE_S = 0.1
"""Between two readings: what happens meanwhile to one conversation becomes one card."""
RETRY_S = 0.2
CARDS_AT_ONCE = 100
"""Beyond so many a reading, of conversations that are nobody's but the bot's only the views are told to be stale."""
COUNTED_SOON_S, COUNTED_LATER_S, SOON_S = 0.25, 5.0, 3.0
CURSOR_EVERY_S = 10.0
_BOTS_TOO = frozenset({View.OPEN, View.RESOLVED, View.COMMENTS})
"""Views with conversations that are nobody's but the bot's."""
CATCH_UP_S = 3.0


class Feed:
    """`join` a listener, `leave` it; `run` until cancelled. Nothing is read while nobody listens.

    `on_read` is called with a customer whose new words an agent has before them.
    """

    def __init__(self, journals: Journals, inbox: Inbox, customers: Customers, *, clock: Clock) -> None:
        self._journals = journals
        self._inbox = inbox
        self._customers = customers
        self._clock = clock
        self._listeners: set[Listener] = set()
        self._vector: Vector | None = None
        self._cursor = ""
        self._hot: set[str] = set()
        self._wanted = asyncio.Event()
        self._moved = asyncio.Event()
        self._counted = self._stirred = self._warmed = 0.0
        self._joining = 0
        self._telling = asyncio.Lock()
        self.on_read: Callable[[str], None] | None = None

    @property
    def listening(self) -> int:
        """How many consoles are connected."""
        return len(self._listeners)

    async def run(self) -> None:
        """Follow while somebody listens. The store away: wait, and go on where we were."""
        away = False
        while True:
            if not self._listeners and not self._joining:
                self._vector = None
                self._wanted.clear()
                await self._wanted.wait()
            try:
                if self._vector is None:
                    await self._begin()
                elif away:
                    await self._look_back()
                away = False
                await self._round()
            except StoreAway:
                away = True
                await self._clock.sleep(RETRY_S)
            except HubError as error:
                log.warning("the feed waits", error=type(error).__name__)
                away = True
                await self._clock.sleep(RETRY_S)

    async def here(self) -> str:
        """The cursor of now: what is read after this and what the feed tells behind it leave nothing out."""
        return self._cursor if self._vector is not None else cursor_of(await self._journals.now())

    async def join(self, listener: Listener, cursor: str) -> None:
        """Tell this console all behind its cursor, and from now on what comes. Raises StoreAway."""
        start = _read(cursor)
        self._joining += 1
        self._wanted.set()
        try:
            await self._caught_up(start)
            async with self._telling:
                end = self._vector or await self._journals.now()
                listener.hold()
                self._listeners.add(listener)
        finally:
            self._joining -= 1
        counts = await self._counts_of(listener)
        replayed, frames = await self._replay(listener, start, end)
        listener.counts = counts
        at = cursor if replayed else cursor_of(end)
        listener.release([FeedWelcome(cursor=at, resync=not replayed, counts=counts), *frames])

    def leave(self, listener: Listener) -> None:
        """It is gone."""
        self._listeners.discard(listener)

    async def look(self, listener: Listener, customer: str) -> str:
        """This console shows that customer from now on; returns who that is after all merges ('': nobody). Raises StoreAway."""
        record = await self._customers.find(customer) if customer else None
        async with self._telling:
            if isinstance(record, Live):
                listener.customer, listener.pieces = record.id, frozenset({customer, record.id, *record.merged})
            else:
                # Nobody yet: their first turn may be under way. Somebody forgotten has no more lines.
                listener.customer = customer if record is None else ""
                listener.pieces = frozenset({listener.customer} - {""})
            if listener in self._listeners:
                listener.tell(FeedLooking(cursor=self._cursor, customer=listener.customer))
        if isinstance(record, Live) and listener.reads and self.on_read is not None:
            self.on_read(record.id)
        return listener.customer

    async def since(self, listener: Listener, cursor: str) -> list[HubFrame]:
        """All frames behind a cursor at once, for a console that has no lasting connection. Raises StoreAway."""
        if not self._listeners:
            self._hot = await self._inbox.index.with_people()
        start, end = _read(cursor), await self._journals.now()
        counts = await self._counts_of(listener)
        replayed, frames = await self._replay(listener, start, end)
        at = cursor if replayed else cursor_of(end)
        return [FeedWelcome(cursor=at, resync=not replayed, counts=counts), *frames, FeedCursor(cursor=cursor_of(end))]

    def people(self, people: tuple[Present, ...]) -> None:
        """Tell everybody who is here."""
        for listener in self._listeners:
            listener.tell(FeedPresence(people=people))

    def hear(self, signal: Signal | None) -> None:
        """Tell those who look at a customer who types there, but for themselves; and everybody that alerts changed."""
        if isinstance(signal, AlertsChanged):
            for listener in self._listeners:
                listener.tell(FeedAlerts())
        if isinstance(signal, Typed):
            for listener in self._listeners:
                if signal.customer in listener.pieces and signal.who != f"agent:{listener.login}":
                    listener.tell(FeedTyped(customer=listener.customer, who=signal.who))

    # Privately: following.

    async def _begin(self) -> None:
        vector = await self._journals.now()
        self._hot = await self._inbox.index.with_people()
        self._stand(vector)

    async def _look_back(self) -> None:
        """After a break: a server that took over may lack what we were told of; then everybody lists anew."""
        now = await self._journals.now()
        assert self._vector is not None  # noqa: S101 - the caller looked
        if any(end < place for end, place in zip(now, self._vector, strict=True)):
            self._hot = await self._inbox.index.with_people()
            self._stand(now)
            await self._resync()

    async def _round(self) -> None:
        assert self._vector is not None  # noqa: S101 - the caller looked
        start, began = self._vector, self._clock.boottime()
        read = await self._journals.after(start)
        if read.entries:
            async with self._telling:
                await self._tell(read, start)
        await self._count()
        self._say_where()
        rest = PACE_S - (self._clock.boottime() - began)
        if rest > 0:
            await self._clock.sleep(rest)

    async def _tell(self, read: Read, start: Vector) -> None:
        """Each console its part of what was read. Where the store goes away in between, the same is read again."""
        told = digest(read.entries, self._interest(self._listeners))
        cards = await self._cards(told)
        if told.owners:
            self._stirred = self._clock.boottime()
        span = (self._cursor, cursor_of(end := read.end(start)))
        if not told.empty:
            for listener in tuple(self._listeners):
                self._frames(listener, frames_for(listener, told, cards, span=span))
            self._read_by_somebody(told)
        self._stand(end)
        if read.missing:
            await self._resync()

    def _frames(self, listener: Listener, frames: Iterable[FeedFrame]) -> None:
        for frame in frames:
            listener.tell(frame)
            listener.told_at = self._clock.boottime()

    def _read_by_somebody(self, told: Digest) -> None:
        """New words of a customer whom an agent looks at."""
        for customer, lines in told.lines.items():
            if not any(line.entry.kind == "message" and line.entry.who == CUSTOMER for line in lines):
                continue
            if self.on_read is not None and any(one.reads and customer in one.pieces for one in self._listeners):
                self.on_read(customer)

    def _stand(self, vector: Vector) -> None:
        self._vector, self._cursor = vector, cursor_of(vector)
        self._moved.set()
        self._moved = asyncio.Event()

    async def _resync(self) -> None:
        """Something was trimmed before we read it: everybody lists anew."""
        for listener in tuple(self._listeners):
            counts = await self._counts_of(listener)
            listener.tell(FeedWelcome(cursor=self._cursor, resync=True, counts=counts))

    def _say_where(self) -> None:
        """A console that nothing concerned learns now and then that it has missed nothing."""
        now = self._clock.boottime()
        for listener in self._listeners:
            if now - listener.told_at > CURSOR_EVERY_S:
                self._frames(listener, [FeedCursor(cursor=self._cursor)])

    # Privately: what each is told.

    def _interest(self, listeners: Iterable[Listener]) -> Interest:
        held = tuple(listeners)
        looked = frozenset().union(*(listener.pieces for listener in held))
        comments, everything = any(one.comments for one in held), any(one.everything for one in held)
        return Interest(looked=looked, hot=self._hot, everything=everything, comments=comments)

    async def _cards(self, told: Digest) -> list[ConversationCard]:
        """The cards of whom something happened to, by now; too many at once of the bot's own are told as stale views."""
        dirty = told.was
        if len(dirty) > CARDS_AT_ONCE:
            dirty = {customer: was for customer, was in dirty.items() if was or customer in self._hot}
            for listener in self._listeners:
                if stale := listener.views & _BOTS_TOO:
                    listener.tell(FeedStale(views=tuple(sorted(stale))))
        found = await self._inbox.cards(dirty)
        for customer in dirty:
            cards = found.get(customer, ())
            if any(card.status is ConversationStatus.OPEN and card.owner.kind is not OwnerKind.BOT for card in cards):
                self._hot.add(customer)
            else:
                self._hot.discard(customer)
        return [card for cards in found.values() for card in cards]

    async def _replay(self, listener: Listener, start: Vector | None, end: Vector) -> tuple[bool, list[HubFrame]]:
        """What happened behind a cursor, for one console; False: it cannot be told any more."""
        if start is None or any(place > now for place, now in zip(start, end, strict=True)):
            return False, []
        read = await self._journals.between(start, end)
        if read.missing or read.more:
            return False, []
        told = digest(read.entries, self._interest([listener]))
        if len(told.was) > CARDS_AT_ONCE:
            return False, []
        cards = await self._cards(told)
        return True, frames_for(listener, told, cards, span=(cursor_of(start), cursor_of(end)))

    async def _caught_up(self, start: Vector | None) -> None:
        """Wait until we follow, and are not behind what this console was told elsewhere; not for ever, for it may come from elsewhere."""
        until = self._clock.boottime() + CATCH_UP_S
        while self._vector is None or (start and _behind(self._vector, start)):
            if self._clock.boottime() > until:
                if self._vector is None:
                    raise StoreAway("the feed does not follow yet")
                return
            await self._next_move()

    async def _next_move(self) -> None:
        try:
            async with asyncio.timeout(PACE_S):
                await self._moved.wait()
        except TimeoutError:
            return

    # Privately: counts.

    async def _count(self) -> None:
        """Counts follow the index, which follows the journal: soon after something moved often, otherwise now and then."""
        now = self._clock.boottime()
        pause = COUNTED_SOON_S if now - self._stirred < SOON_S else COUNTED_LATER_S
        if now - self._counted < pause:
            return
        self._counted = now
        if now - self._warmed > COUNTED_LATER_S:
            # The index follows the journal a moment later: who began to wait just before we began to follow is found now.
            self._warmed = now
            self._hot |= await self._inbox.index.with_people()
        logins = {listener.login for listener in self._listeners}
        counts: Mapping[str, Counts] = {login: await self._inbox.index.counts(login) for login in sorted(logins)}
        for listener in self._listeners:
            found = counts.get(listener.login)
            if found is not None and listener.counts not in {None, found}:
                listener.tell(FeedCounts(queue=found.queue, mine=found.mine, open=found.open, comments=found.comments))
            if found is not None and listener.counts is not None:
                listener.counts = found

    async def _counts_of(self, listener: Listener) -> Counts:
        return await self._inbox.index.counts(listener.login)


def _read(cursor: str) -> Vector | None:
    try:
        return vector_of(cursor) if cursor else None
    except ForeignCursor:
        return None


def _behind(vector: Vector, start: Vector) -> bool:
    return any(place < wanted for place, wanted in zip(vector, start, strict=True))
