"""The live feed of two processes over one store: nothing missing and nothing doubled, wherever connections break."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from msgspec import json

from config.storage.store import Store as Parts
from config.wiring.core import gestures_of
from config.wiring.feed import Feeding, feeding_of
from hub.engine.archiving.journal_tail import TAIL_ENTRIES, Tails
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.model.customers.record import Conversation, Live, Owner
from hub.model.events.event import Event, Noted
from hub.model.inbox.feed import FeedBye, FeedCard, FeedCounts, FeedGone, FeedLines, FeedPresence, FeedWelcome, HubFrame, Present, View
from hub.model.messaging.comments import Post
from hub.model.subject import customer_subject
from hub.model.turns.journal import Change, TimelineEntry, TurnTaken
from hub.model.words import OwnerKind
from hub.store.encoding.codec import encode
from hub.store.inbox.inbox import Inbox
from hub.store.inbox.signals import Signals
from hub.store.mailboxes.journals import START, ForeignCursor, cursor_of, vector_of
from hub.web.feed.feed import Feed
from hub.web.feed.listener import BUFFER_BYTES, Listener
from hub.web.feed.switchboard import Switchboard
from tests.processes import eventually
from tests.web.desk_world import Store, live

_frame = json.Decoder(HubFrame)
QUEUE = Owner(kind=OwnerKind.QUEUE)


@asynccontextmanager
async def process(store: Store) -> AsyncIterator[Feeding]:
    """One web process's feed, running."""
    parts = Parts(links=store.links, keys=store.keys, inboxes=store.inboxes, deliveries=store.deliveries)
    switchboard = Switchboard(Signals(store.links, store.keys, customers=store.customers))
    gestures = gestures_of(parts, {}, clock=SystemClock(), counters=Counters())
    feeding = feeding_of(parts, switchboard, clock=SystemClock(), gestures=gestures)
    tasks = [asyncio.create_task(feeding.run()), asyncio.create_task(switchboard.run())]
    try:
        yield feeding
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Shop:
    """Customers whose turns a worker takes: record, lines and journal in one go."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.inbox = Inbox(store.links, store.keys)
        self.said: dict[str, list[str]] = {}
        self.numbers = 0

    async def turn(self, record: Live, *facts: Change, line: bool = True) -> None:
        """One turn that leaves this record, with a line."""
        self.numbers += 1
        id_ = f"tl-{self.numbers}"
        conversation = record.conversations[-1].id if record.conversations else ""
        entry = TimelineEntry(id=id_, at=self.numbers, kind="message", who="customer", text=str(self.numbers), conversation=conversation)
        lines = (entry,) if line else ()
        if line:
            self.said.setdefault(record.id, []).append(id_)
        event = Event(id=f"ev-{self.numbers}", subject=customer_subject(record.id), body=Noted(name="x"))
        turn = TurnTaken(
            customer=record.id, entry="1-1", event=event, now=self.numbers, revision=1, build="t", facts=facts, timeline=lines
        )  # fmt: skip
        keys, links = self.store.keys.of_customer(record.id), self.store.links
        await self.store.put(record)
        await self.inbox.index.put([record])
        if line:
            await links.call(keys.fence, "RPUSH", keys.log(record.id), encode(entry))
        await links.call(keys.journal, "XADD", keys.journal, "*", "j", encode(turn))

    def queued(self, customer: str) -> tuple[Live, Change]:
        """A record whose conversation waits, and the fact of it."""
        conversation = Conversation(id=f"co-{customer}", opened=1, owner=QUEUE, since=1, last_word=1)
        fact = Change(name="owner changed", detail={"conversation": conversation.id, "owner": "queue", "was": "bot"})
        return live(customer, conversations=(conversation,)), fact


async def heard(listener: Listener, count: int = 10_000, *, quiet: float = 0.4) -> list[HubFrame]:
    """The next frames, at most so many, until it is quiet."""
    found: list[HubFrame] = []
    with suppress(TimeoutError):
        while len(found) < count:
            async with asyncio.timeout(quiet):
                text = await listener.next()
            if text is None:
                break
            found.append(_frame.decode(text))
    return found


async def joined(feed: Feed, *, cursor: str = "", customer: str = "", views: tuple[View, ...] = (View.QUEUE,)) -> Listener:
    """A console that has said hello."""
    listener = Listener("an")
    listener.views = frozenset(views)
    await feed.look(listener, customer)
    await feed.join(listener, cursor)
    return listener


@pytest.mark.parametrize("seed", range(6))
async def test_over_any_cuts_and_two_processes_every_line_comes_once(store: Store, seed: int) -> None:
    chance, shop = random.Random(seed), Shop(store)
    records = [shop.queued(f"cu-{seed}-{n}") for n in range(4)]
    for record, fact in records:
        await shop.turn(record, fact)
    watched = records[0][0]
    shop.said.clear()

    lines: list[str] = []
    cards: dict[str, str] = {}
    async with process(store) as one, process(store) as other:
        cursor, pace = "", random.Random(seed + 100)
        writing: list[asyncio.Task[None]] = []
        for number in range(12):
            listener = await joined(feed := chance.choice((one, other)).feed, cursor=cursor, customer=watched.id)
            if not number:
                writing.append(asyncio.create_task(_write(shop, [record for record, _ in records], pace)))
            frames = await heard(listener, chance.randrange(1, 12)) if number < 11 else await _to_the_end(listener, writing[0])
            feed.leave(listener)
            for frame in frames:
                cursor = getattr(frame, "cursor", cursor)
                match frame:
                    case FeedLines(lines=told):
                        lines += [line.entry.id for line in told]
                    case FeedCard(card=card):
                        cards[card.customer] = card.last.text
                    case FeedWelcome(resync=resync):
                        assert number == 0 or not resync

    assert shop.said[watched.id] == lines
    assert {record.id: shop.said[record.id][-1].removeprefix("tl-") for record, _ in records} == cards


async def _write(shop: Shop, records: list[Live], chance: random.Random) -> None:
    for _ in range(60):
        await shop.turn(chance.choice(records))
        await asyncio.sleep(chance.choice((0.0, 0.01, 0.03)))
    for record in records:
        await shop.turn(record)


async def _to_the_end(listener: Listener, writing: asyncio.Future[None]) -> list[HubFrame]:
    await writing
    return await heard(listener, quiet=1.0)


async def test_a_console_that_does_not_read_is_told_so_and_lists_anew(store: Store) -> None:
    async with process(store) as one:
        listener = await joined(one.feed)

        for _ in range(BUFFER_BYTES // 1000 + 2):
            listener.put("x" * 1000)
        frames = await heard(listener)

    assert [FeedBye(reason="slow")] == frames


async def test_a_place_that_was_trimmed_is_told_to_list_anew(store: Store) -> None:
    shop, clock = Shop(store), SystemClock()
    record, fact = shop.queued("cu-1")
    await shop.turn(record, fact)
    number = store.keys.of_customer("cu-1").number
    async with process(store) as one:
        first = await joined(one.feed)
        [welcome] = await heard(first, 1)
        one.feed.leave(first)
        tails = Tails(store.links, store.keys, clock=clock)
        tails.keep({number}, {number: "0-0"})
        for _ in range(TAIL_ENTRIES + 1):
            await shop.turn(record)
        key = store.keys.partitions[number].journal
        answer = await store.links.call(key, "XRANGE", key, "-", "+")
        tails.archived(number, [entry[0].decode() for entry in answer])  # type: ignore[union-attr, index]
        await tails.trim()
        length = await store.links.call(key, "XLEN", key)
        again = await joined(one.feed, cursor=getattr(welcome, "cursor", ""))
        [late] = await heard(again, 1)

    assert length == TAIL_ENTRIES
    assert isinstance(late, FeedWelcome)
    assert late.resync


async def test_who_looks_at_a_merged_customer_goes_on_with_the_one_they_are_now(store: Store) -> None:
    shop = Shop(store)
    younger, fact = shop.queued("cu-2")
    await shop.turn(younger, fact)
    async with process(store) as one:
        listener = await joined(one.feed, customer="cu-2")
        older = live("cu-1", conversations=younger.conversations, merged=("cu-2",))
        await shop.turn(older, Change(name="merged", detail={"younger": "cu-2", "evidence": "a login"}))
        await shop.turn(older)
        frames = await heard(listener)

    assert [("cu-2", "cu-1")] == [(frame.customer, frame.to) for frame in frames if isinstance(frame, FeedGone)]
    assert shop.said["cu-1"] == [line.entry.id for frame in frames if isinstance(frame, FeedLines) for line in frame.lines]
    assert {"cu-1"} == {frame.card.customer for frame in frames if isinstance(frame, FeedCard)}


async def test_a_console_that_shows_comments_is_told_of_the_bots_threads_and_of_no_talk(store: Store) -> None:
    shop = Shop(store)
    post = Post(id="77", text="Áo dài linen")
    thread = live("cu-1", conversations=(Conversation(id="co-1", opened=1, last_word=1, post=post),))
    talk = live("cu-2", conversations=(Conversation(id="co-2", opened=1, last_word=1),))
    async with process(store) as one:
        comments = await joined(one.feed, views=(View.COMMENTS,))
        queue = await joined(one.feed)
        await shop.turn(thread, Change(name="comment", detail={"conversation": "co-1", "post": "77", "verb": "add"}))
        await shop.turn(talk, Change(name="message received", detail={"conversation": "co-2"}))
        waits = live("cu-1", conversations=(Conversation(id="co-1", opened=1, owner=QUEUE, since=2, last_word=1, post=post),))
        await shop.turn(waits, Change(name="owner changed", detail={"conversation": "co-1", "owner": "queue", "was": "bot"}))
        told, others = await heard(comments, quiet=1.0), await heard(queue)

    assert {"co-1"} == {frame.card.conversation for frame in told if isinstance(frame, FeedCard)}
    assert [1] == [frame.comments for frame in told if isinstance(frame, FeedCounts)][-1:]
    assert {OwnerKind.QUEUE} == {frame.card.owner.kind for frame in others if isinstance(frame, FeedCard)}


async def test_who_looks_at_an_erased_customer_is_told_that_they_are_gone(store: Store) -> None:
    shop = Shop(store)
    record, fact = shop.queued("cu-1")
    await shop.turn(record, fact)
    async with process(store) as one:
        listener = await joined(one.feed, customer="cu-1")
        keys = store.keys.of_customer("cu-1")
        await shop.turn(live("cu-1"), Change(name="customer erased"), line=False)
        await store.links.call(keys.fence, "DEL", keys.record("cu-1"), keys.log("cu-1"))
        frames = await heard(listener)

    assert [("cu-1", "")] == [(frame.customer, frame.to) for frame in frames if isinstance(frame, FeedGone)]
    assert [] == [frame for frame in frames if isinstance(frame, FeedLines)]
    assert "" == listener.customer


async def test_people_at_two_processes_see_each_other_come_and_go(store: Store) -> None:
    async with process(store) as one, process(store) as other:
        listener = await joined(other.feed)
        other.presence.enter("tab", Present(login="lan", name="Lan", customer=""))
        one.presence.enter("tab", Present(login="an", name="An", customer="cu-7"))
        both = [("an", "cu-7"), ("lan", "")]
        await eventually(lambda: both == [(p.login, p.customer) for p in other.presence.everybody], what="both", within=10)
        one.presence.leave("tab")
        await eventually(lambda: [("lan", "")] == [(p.login, p.customer) for p in other.presence.everybody], what="one", within=10)
        told = [[p.login for p in frame.people] for frame in await heard(listener) if isinstance(frame, FeedPresence)]

    assert ["an", "lan"] in told
    assert ["lan"] == told[-1]


@pytest.mark.parametrize("seed", range(20))
def test_a_cursor_says_the_place_it_was_made_of(seed: int) -> None:
    chance = random.Random(seed)
    vector = tuple((chance.choice((0, 1_700_000_000_000 + chance.randrange(10**9))), chance.randrange(5)) for _ in START)
    vector = tuple((ms, n) if ms else (0, 0) for ms, n in vector)

    cursor = cursor_of(vector)

    assert vector == vector_of(cursor)
    assert len(cursor) < 700


@pytest.mark.parametrize("cursor", ["x", "AQAAAAAAAAAA", "AgAAAAAAAA", "a" * 500, "-_-_"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ForeignCursor):
        vector_of(cursor)
