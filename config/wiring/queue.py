"""Places in the queue: from the index of waiting conversations and the shop's calendar."""

from collections.abc import Mapping

from msgspec import json

from hub.model.channels.ports import Answer, Clock
from hub.model.shop.calendar import Calendar
from hub.model.shop.queue import TOPIC, Place, Places
from hub.store.inbox.queue import Queue


class QueuePlaces:
    """A conversation's place is its rank among all that wait; open is what the calendar says."""

    def __init__(self, queue: Queue, calendar: Calendar, *, clock: Clock) -> None:
        self._queue = queue
        self._calendar = calendar
        self._clock = clock

    async def place(self, customer: str, conversation: str) -> Place:
        """Where it stands now. Raises StoreAway."""
        place, waiting = await self._queue.place(conversation, customer)
        now = self._clock.now()
        opens = self._calendar.next_opening(now)
        return Place(place=place, waiting=waiting, open=opens == now, opens_at=opens or 0)


def place_answers(places: Places) -> Mapping[str, Answer]:
    """Topic `queue` (customer/conversation): a `Place`."""

    async def place(key: str) -> str:
        customer, _, conversation = key.partition("/")
        return json.encode(await places.place(customer, conversation)).decode()

    return {TOPIC: place}
