"""The inbox: pages of a view and cards of customers, read from the records and the newest lines in a few round trips."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import cast

from hub.model.base import Value
from hub.model.customers.record import Asleep, Conversation, Live, Moved, Record
from hub.model.inbox.feed import ConversationCard, View
from hub.model.turns.journal import TimelineEntry
from hub.store.connections.links import Links
from hub.store.encoding.codec import Undecodable, decode_line, decode_record
from hub.store.inbox.cards import LINES_READ, card_of
from hub.store.inbox.index import Index, Place, belongs
from hub.store.keys import Keys

Logs = dict[str, list[TimelineEntry]]


class Page(Value, frozen=True):
    """One page of a view; `next`: where to go on ('': that was all)."""

    cards: tuple[ConversationCard, ...]
    next: str


class Inbox:
    """Reads cards, and puts the index right where the records know better. Raises StoreAway; Page's ValueError for a foreign cursor."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys
        self.index = Index(links, keys)

    async def page(self, view: View, agent: str, limit: int, cursor: str = "") -> Page:
        """One page of a view, as the records have it: what they know nothing of is left out, so a page may be short."""
        places, after = await self.index.page(view, agent, limit, cursor)
        records = await self.records({place.customer for place in places})
        here = await self._followed(places, records)
        wrong = [place for place in places if not _stands(here, place, view, agent) and not isinstance(records[place.customer], Asleep)]
        if wrong:
            await self._put_right(wrong, here, view, agent)
        right: dict[str, Place] = {}
        for place in places:
            if _stands(here, place, view, agent):
                right.setdefault(place.conversation, place)
        shown = list(right.values())
        logs = await self._logs({record.id: record for place in shown if (record := here[place.customer]) is not None})
        ranks = await self.index.places(shown) if view is View.QUEUE else [0] * len(shown)
        cards = [_card(here[place.customer], place.conversation, logs, rank=rank) for place, rank in zip(shown, ranks, strict=True)]
        return Page(cards=tuple(card for card in cards if card), next=after)

    async def cards(self, customers: Iterable[str]) -> dict[str, list[ConversationCard]]:
        """The cards of all conversations of customers by now; nobody's, of those who moved or were erased."""
        records = await self.records(set(customers))
        live = {customer: record for customer, record in records.items() if isinstance(record, Live)}
        logs = await self._logs(live)
        return {
            customer: [card_of(record, one, logs.get(customer, [])) for one in record.conversations] for customer, record in live.items()
        }

    async def records(self, customers: set[str]) -> dict[str, Record | None]:
        """The records under these ids, tombstones too; None for nobody and for what cannot be read here."""
        parted: dict[int, list[str]] = {}
        for customer in sorted(customers):
            parted.setdefault(self._keys.of_customer(customer).number, []).append(customer)
        calls = []
        for number, ids in parted.items():
            keys = self._keys.partitions[number]
            calls.append(self._links.call(keys.fence, "MGET", *(keys.record(one) for one in ids)))
        answers = cast("list[list[bytes | None]]", await asyncio.gather(*calls))
        pairs = zip(parted.values(), answers, strict=True)
        return {one: _decoded(blob) for ids, blobs in pairs for one, blob in zip(ids, blobs, strict=True)}

    async def _followed(self, places: Sequence[Place], records: dict[str, Record | None]) -> dict[str, Live | None]:
        """The live record behind each id, merges followed."""
        known = dict(records)
        while missing := {r.to for r in known.values() if isinstance(r, Moved)} - known.keys():
            known.update(await self.records(missing))
        found: dict[str, Live | None] = {}
        for place in places:
            record = known[place.customer]
            while isinstance(record, Moved):
                record = known[record.to]
            found[place.customer] = record if isinstance(record, Live) else None
        return found

    async def _put_right(self, wrong: Sequence[Place], here: dict[str, Live | None], view: View, agent: str) -> None:
        # First the records anew: one that changed since it was read is the index's matter, not ours.
        await self.index.drop(view, agent, wrong)
        now = await self.records({record.id for place in wrong if (record := here[place.customer]) is not None})
        await self.index.put([record for record in now.values() if isinstance(record, Live)])

    async def _logs(self, records: dict[str, Live]) -> Logs:
        """The newest lines of each; those of merged pieces too, where a customer has none of their own yet."""
        ids = [(customer, piece) for customer, record in records.items() for piece in (customer, *record.merged)]
        calls = []
        for _, piece in ids:
            keys = self._keys.of_customer(piece)
            calls.append(self._links.call(keys.fence, "LRANGE", keys.log(piece), -LINES_READ, -1))
        logs: Logs = {}
        for (customer, _), blobs in zip(ids, await asyncio.gather(*calls), strict=True):
            logs.setdefault(customer, []).extend(map(decode_line, cast("list[bytes]", blobs)))
        for customer, record in records.items():
            if record.merged:
                logs[customer].sort(key=lambda line: line.at)
        return logs


def _decoded(blob: bytes | None) -> Record | None:
    try:
        return decode_record(blob).record
    except Undecodable:
        return None  # A newer version's: that version lists it.


def _conversation(record: Live | None, id: str) -> Conversation | None:  # noqa: A002 - the field's name
    return next((c for c in record.conversations if c.id == id), None) if record else None


def _stands(here: dict[str, Live | None], place: Place, view: View, agent: str) -> bool:
    found = _conversation(here[place.customer], place.conversation)
    return found is not None and belongs(found, view, agent)


def _card(record: Live | None, conversation: str, logs: Logs, *, rank: int) -> ConversationCard | None:
    found = _conversation(record, conversation)
    return card_of(record, found, logs.get(record.id, []), place=rank) if record and found else None
