"""The live feed wired together: who follows the journals, who is here, and the door consoles come by."""

import asyncio

from msgspec import Struct

from config.storage.store import Store, process_name
from hub.engine.sending.gestures import Gestures
from hub.model.channels.ports import Clock
from hub.store.customers.records import Customers
from hub.store.inbox.inbox import Inbox
from hub.store.mailboxes.journals import Journals
from hub.web.auth.callers import Signing
from hub.web.feed.door import FeedDoor
from hub.web.feed.feed import Feed
from hub.web.feed.presence import Presence
from hub.web.feed.socket import FeedRooms
from hub.web.feed.switchboard import Switchboard


class Feeding(Struct, frozen=True):
    """The feed of this process and who is here."""

    feed: Feed
    presence: Presence
    gestures: Gestures

    async def run(self) -> None:
        """Follow and exchange until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self.feed.run())
            both.create_task(self.presence.run())

    def door(self, switchboard: Switchboard, signing: Signing, *, clock: Clock) -> FeedDoor:
        """The way in for consoles."""
        rooms = FeedRooms(
            feed=self.feed, presence=self.presence, signals=switchboard.signals, gestures=self.gestures, signing=signing, clock=clock
        )
        return FeedDoor(rooms)


def feeding_of(store: Store, switchboard: Switchboard, *, clock: Clock, gestures: Gestures) -> Feeding:
    """The feed over a store; it runs by `run`."""
    links, keys = store.links, store.keys
    feed = Feed(Journals(links, keys), Inbox(links, keys), Customers(links, keys), clock=clock)
    presence = Presence(switchboard, process=process_name(), clock=clock)
    presence.on_change = feed.people
    feed.on_read = gestures.read
    switchboard.listen(feed.hear)
    return Feeding(feed, presence, gestures)
