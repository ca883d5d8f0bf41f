"""A collector over a real store, of a channel whose files lie where a test says; also a process of its own that can be killed.

python -m tests.media.collecting STORE PROVIDER ENTRY: note the file that a journal entry (hex) tells of, and fetch it
"""

import asyncio
import sys
from typing import cast

from msgspec import Struct, field

from config.storage.store import store
from hub.desk.collecting import Collector, Source, Terms
from hub.engine.clock import SystemClock
from hub.engine.files.fetching import Fetcher
from hub.model.address import Address
from hub.model.channels.abilities import Located
from hub.model.channels.exchange import Exchange
from hub.model.channels.ports import Channel, Clock
from hub.model.events.event import Event, Said
from hub.model.files.wanted import Fetched, Limits, Whence
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.turns.journal import TimelineEntry, TurnTaken
from hub.store.channels.calls import Place
from hub.store.connections.links import Links, connect
from hub.store.encoding.codec import decode_event, encode
from hub.store.keys import Keys
from hub.store.mailboxes.wanted_files import WantedFiles
from tests.web.shelf import MemoryShelf

LAN = Address(channel="sms", account="shop", id="+84901234567")


class Provider(Struct):
    """Where files lie: by their ids below `base`; `locate` raises what `refuses` holds first."""

    base: str
    refuses: list[Exception] = field(default_factory=list)

    async def locate(self, attachment: Attachment) -> Located:
        if self.refuses:
            raise self.refuses.pop(0)
        return Located(url=f"{self.base}/{attachment.file_id}")


def entry_of(customer: str, *pieces: Attachment, line: str = "tl-1", at: int = 0) -> bytes:
    """What the journal has of a customer's message."""
    said = TimelineEntry(id=line, at=at, kind="message", who="customer", address=LAN, conversation="co-1", attachments=pieces)
    event = Event(id=f"ev-{line}", subject=f"customer:{customer}", body=Said(attachments=pieces), address=LAN)
    return encode(TurnTaken(customer=customer, entry="1-1", event=event, now=at, revision=1, build="t", timeline=(said,)))


def picture(name: str = "a", **more: object) -> Attachment:
    """A picture of that id at the provider."""
    return Attachment(kind=MediaKind.IMAGE, file_id=name, **more)  # type: ignore[arg-type]


class Collecting(Struct):
    """A collector and what it works with; all partitions are its own."""

    links: Links
    keys: Keys
    clock: Clock
    collector: Collector
    queue: WantedFiles
    shelf: MemoryShelf
    noted: list[tuple[Place, Exchange]]

    async def told(self, customer: str) -> list[Fetched]:
        """What the customer's mailbox was told."""
        inbox = self.keys.of_customer(customer).inbox
        answer = cast("list[tuple[bytes, list[bytes]]]", await self.links.call(inbox, "XRANGE", inbox, "-", "+"))
        events = [decode_event(fields[1]) for _, fields in answer]
        return [event.body for event in events if isinstance(event.body, Fetched)]


def collecting(
    links: Links, provider: Provider, *, clock: Clock, shelf: MemoryShelf | None = None, most: int = 10_000, a_day: int = 100_000
) -> Collecting:
    """Ready to run."""
    parts, shelf = store(links, Keys()), shelf or MemoryShelf()
    queue = WantedFiles(parts.links, parts.keys)
    noted: list[tuple[Place, Exchange]] = []
    channel: Channel = provider  # type: ignore[assignment]
    collector = Collector(
        {(LAN.channel, LAN.account): Source(channel, Whence(days=7, base_url=provider.base))},
        queue=queue,
        shelf=shelf,
        inboxes=parts.inboxes,
        fetcher=Fetcher(),
        terms=Terms(limits=Limits(most=most, seconds=20), a_day=a_day, key=b"k" * 32, told=lambda *fetch: noted.append(fetch)),
        clock=clock,
        held=lambda: set(range(64)),
    )
    return Collecting(links, parts.keys, clock, collector, queue, shelf, noted)


async def collect(url: str, provider: str, entry: str) -> None:
    """Work until killed."""
    links = await connect(url)
    here = collecting(links, Provider(provider), clock=SystemClock())
    await here.collector.apply([bytes.fromhex(entry)])
    await here.collector.run()


if __name__ == "__main__":
    asyncio.run(collect(*sys.argv[1:]))
