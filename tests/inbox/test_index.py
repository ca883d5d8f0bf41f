"""The views beside the records: paging, counts, what is put right by whoever reads, building anew."""

import time
from collections.abc import Sequence

import pytest

from hub.engine.archiving.inbox_index import Indexing
from hub.engine.archiving.reindexing import Reindexing
from hub.engine.clock import SystemClock
from hub.model.address import Address
from hub.model.customers.record import Conversation, Live, Moved, Owner
from hub.model.events.event import Event, Noted
from hub.model.inbox.feed import View
from hub.model.messaging.comments import Post
from hub.model.subject import customer_subject
from hub.model.turns.journal import Change, TimelineEntry, TurnTaken
from hub.model.words import ConversationStatus, OwnerKind
from hub.store.encoding.codec import encode
from hub.store.inbox.inbox import Inbox
from hub.store.mailboxes.meta import VIEWS
from tests.web.desk_world import Store, live

QUEUE, BOT = Owner(kind=OwnerKind.QUEUE), Owner()
AN = Owner(kind=OwnerKind.AGENT, agent="an")
PHONE = Address(channel="telegram", account="shop", id="1")
POST = Post(id="77", text="Áo dài linen")


def conversation(id: str, owner: Owner = BOT, *, since: int = 0, word: int = 1, **more: object) -> Conversation:  # noqa: A002 - the field's name
    """A conversation with what is named."""
    return Conversation(id=id, opened=1, owner=owner, since=since, last_word=word, last_thread=PHONE, **more)  # type: ignore[arg-type]


def turned(record: Live, *facts: Change, now: int = 5) -> tuple[str, bytes]:
    """The journal entry of a turn that left this record."""
    event = Event(id="ev-1", subject=customer_subject(record.id), body=Noted(name="x"))
    return ("1-1", encode(TurnTaken(customer=record.id, entry="1-1", event=event, now=now, revision=1, build="t", facts=facts)))


def owned(conversation: str, owner: str, was: str = "bot") -> Change:
    """The fact of a new owner."""
    return Change(name="owner changed", detail={"conversation": conversation, "owner": owner, "was": was})


async def listed(inbox: Inbox, view: View, *, limit: int = 50) -> list[str]:
    """All conversations of a view, page by page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = await inbox.page(view, "an", limit, cursor)
        found += [card.conversation for card in page.cards]
        cursor = page.next
        if not cursor:
            return found


@pytest.mark.parametrize("limit", [1, 3, 64, 200])
async def test_pages_together_are_the_view_in_its_order_ties_too(store: Store, limit: int) -> None:
    inbox = Inbox(store.links, store.keys)
    records = [live(f"cu-{n:03}", conversations=(conversation(f"co-{n:03}", QUEUE, since=n // 70, word=n // 70),)) for n in range(150)]
    for record in records:
        await store.put(record)
    await inbox.index.put(records)

    queue, opened = await listed(inbox, View.QUEUE, limit=limit), await listed(inbox, View.OPEN, limit=limit)

    expected = [f"co-{n:03}" for n in range(150)]
    assert expected == queue
    assert expected[::-1] == opened


async def test_a_turn_moves_a_conversation_between_views_by_what_the_record_says(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    indexing = Indexing(inbox)
    queued = live("cu-1", conversations=(conversation("co-1", QUEUE, since=2),))
    await store.put(queued)
    await indexing.apply([turned(queued, owned("co-1", "queue"))])
    before = await inbox.index.counts("an")

    claimed = live("cu-1", conversations=(conversation("co-1", AN, since=3),))
    await store.put(claimed)
    # Told late: the older entry comes once more behind the newer one, and the record still wins.
    await indexing.apply([turned(claimed, owned("co-1", "agent:an", "queue")), turned(queued, owned("co-1", "queue"))])
    after = await inbox.index.counts("an")

    assert (1, 0, 1) == (before.queue, before.mine, before.open)
    assert (0, 1, 1) == (after.queue, after.mine, after.open)


async def test_a_merge_takes_the_conversations_along(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    younger = live("cu-2", conversations=(conversation("co-2", AN),))
    await store.put(younger)
    await inbox.index.put([younger])
    older = live("cu-1", conversations=(conversation("co-2", AN),), merged=("cu-2",))
    await store.put(older)
    await store.put(Moved(id="cu-2", to="cu-1", at=1))

    unseen = await inbox.page(View.MINE, "an", 10)
    await Indexing(inbox).apply([turned(older, Change(name="merged", detail={"younger": "cu-2"}))])
    seen = await inbox.page(View.MINE, "an", 10)

    assert ["cu-1"] == [card.customer for card in unseen.cards]
    assert ["cu-1"] == [card.customer for card in seen.cards]
    assert 1 == (await inbox.index.counts("an")).mine


async def test_what_the_record_knows_nothing_of_is_left_out_and_put_right(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    await inbox.index.put(
        [live("cu-1", conversations=(conversation("co-1", QUEUE),)), live("cu-2", conversations=(conversation("co-2", QUEUE),))]
    )
    await store.put(live("cu-1", conversations=(conversation("co-1", AN),)))

    page = await inbox.page(View.QUEUE, "an", 10)
    counts = await inbox.index.counts("an")

    assert () == page.cards
    assert (0, 1) == (counts.queue, counts.mine)


async def test_views_are_built_anew_from_the_records_once(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    records: Sequence[Live] = [
        live("cu-1", conversations=(conversation("co-1", QUEUE, since=2), conversation("co-0", status=ConversationStatus.RESOLVED))),
        live("cu-2", conversations=(conversation("co-2", AN),)),
        live("cu-3"),
    ]
    for record in records:
        await store.put(record)
    building = Reindexing(store.links, store.keys, clock=SystemClock(), name="test")

    await building.run()
    first = await inbox.index.counts("an")
    await store.links.call("x", "DEL", store.keys.queue)
    await building.run()
    second = await inbox.index.counts("an")

    assert (1, 1, 2) == (first.queue, first.mine, first.open)
    assert ["co-0"] == await listed(inbox, View.RESOLVED)
    assert 0 == second.queue


async def test_a_card_tells_the_last_words_and_how_many_wait_for_an_answer(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    record = live("cu-1", conversations=(conversation("co-1", QUEUE, since=7),))
    await store.put(record)
    await inbox.index.put([record])
    key = store.keys.of_customer("cu-1").log("cu-1")
    for n, (who, kind, text) in enumerate([
        ("customer", "message", "a"), ("bot", "message", "b"), ("customer", "message", "c"), ("system", "fact", "owner queue"),
        ("agent:an", "note", "psst"), ("customer", "message", "d"),
    ]):  # fmt: skip
        line = TimelineEntry(id=f"tl-{n}", at=n, kind=kind, who=who, text=text, conversation="co-1")
        await store.links.call(key, "RPUSH", key, encode(line))

    [card] = (await inbox.page(View.QUEUE, "an", 10)).cards

    assert ("customer", "d", 5, "message") == (card.last.who, card.last.text, card.last.at, card.last.kind)
    assert (2, 7, 1, "telegram") == (card.unanswered, card.waiting_since, card.place, card.channel)


async def test_a_thousand_in_the_queue_are_listed_page_by_page_at_once(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    records = [live(f"cu-{n:04}", conversations=(conversation(f"co-{n:04}", QUEUE, since=n),)) for n in range(1000)]
    for record in records:
        await store.put(record)
        key = store.keys.of_customer(record.id).log(record.id)
        lines = [
            encode(
                TimelineEntry(
                    id=f"tl-{record.id}-{n}", at=n, kind="message", who="customer", text="x" * 80, conversation=f"co{record.id[2:]}"
                )
            )
            for n in range(20)
        ]
        store.links.call(key, "RPUSH", key, *lines)
    await inbox.index.put(records)

    times: list[float] = []
    cursor, count = "", 0
    while not times or cursor:
        began = time.perf_counter()
        page = await inbox.page(View.QUEUE, "an", 100, cursor)
        times.append((time.perf_counter() - began) * 1000)
        cursor, count = page.next, count + len(page.cards)

    print(f"pages of 100 in ms: {[round(one) for one in times]}")
    assert 1000 == count
    # A few tens of ms each on a quiet machine; the bound leaves room for a noisy one.
    assert sorted(times)[len(times) // 2] < 200


async def test_comments_stand_apart_those_that_wait_first_and_only_these_are_counted(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    records = [
        live("cu-1", conversations=(conversation("co-1", word=40, post=POST), conversation("co-talk", QUEUE, since=1))),
        live("cu-2", conversations=(conversation("co-2", QUEUE, since=30, post=POST),)),
        live("cu-3", conversations=(conversation("co-3", AN, since=5, word=50, post=POST),)),
        live("cu-4", conversations=(conversation("co-4", QUEUE, since=20, post=POST),)),
        live("cu-5", conversations=(conversation("co-5", post=POST, status=ConversationStatus.RESOLVED),)),
    ]
    for record in records:
        await store.put(record)
    await inbox.index.put(records)

    shown = await listed(inbox, View.COMMENTS, limit=2)
    counts = await inbox.index.counts("an")

    assert ["co-4", "co-2", "co-3", "co-1"] == shown
    assert (3, 2) == (counts.queue, counts.comments)


async def test_a_comment_moves_its_thread_to_the_front_of_what_does_not_wait(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    threads = {1: conversation("co-1", word=40, post=POST), 2: conversation("co-2", word=50, post=POST)}
    waiting = live("cu-3", conversations=(conversation("co-3", QUEUE, since=30, post=POST),))
    records = [waiting, *(live(f"cu-{n}", conversations=(thread,)) for n, thread in threads.items())]
    for record in records:
        await store.put(record)
    await inbox.index.put(records)

    for record, now in ((records[1], 60), (waiting, 70)):
        said = Change(name="comment", detail={"conversation": record.conversations[0].id})
        await Indexing(inbox).apply([turned(record, said, now=now)])
    moved = await listed(inbox, View.COMMENTS)
    new = live("cu-9", conversations=(conversation("co-9", word=80, post=POST),))
    await store.put(new)
    await Indexing(inbox).apply([turned(new, Change(name="comment", detail={"conversation": "co-9"}), now=80)])

    assert ["co-3", "co-1", "co-2"] == moved
    assert ["co-3", "co-9", "co-1", "co-2"] == await listed(inbox, View.COMMENTS)


async def test_a_thread_that_is_closed_or_forgotten_leaves_the_comments(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    records = [live(f"cu-{n}", conversations=(conversation(f"co-{n}", QUEUE, since=n, post=POST),)) for n in (1, 2, 3)]
    for record in records:
        await store.put(record)
    await inbox.index.put(records)

    closed = live("cu-1", conversations=(conversation("co-1", post=POST, status=ConversationStatus.RESOLVED),))
    await store.put(closed)
    await Indexing(inbox).apply([turned(closed, Change(name="conversation resolved", detail={"conversation": "co-1"}))])
    await inbox.index.forget(["cu-2"], ["co-2"])

    assert 1 == (await inbox.index.counts("an")).comments
    assert ["co-3"] == await listed(inbox, View.COMMENTS)


async def test_data_of_a_version_that_kept_no_comments_are_read_through(store: Store) -> None:
    inbox = Inbox(store.links, store.keys)
    record = live("cu-1", conversations=(conversation("co-1", QUEUE, since=2, post=POST),))
    await store.put(record)
    await inbox.index.put([record])
    await store.links.call("x", "DEL", store.keys.comments)
    await store.links.call(store.keys.meta, "HSET", store.keys.meta, VIEWS, "2")

    await Reindexing(store.links, store.keys, clock=SystemClock(), name="test").run()

    assert ["co-1"] == await listed(inbox, View.COMMENTS)
    assert 1 == (await inbox.index.counts("an")).comments
