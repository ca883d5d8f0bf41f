"""What a console shows while blows fall, and what is wrong with it at the end. Pure: the same frames show the same."""

from collections import Counter
from collections.abc import Iterable

from hub.model.inbox.feed import FeedDelivery, FeedGone, FeedLines, FeedLooking, FeedWelcome, HubFrame, Line


class Screen:
    """What one console shows of the customer it looks at. `unread`: it has to read the timeline; `doubled`: lines that frames told twice.

    It reads the timeline only where it looks anew or is told to list anew: all else the feed has to tell.
    """

    def __init__(self) -> None:
        self.customer = self.cursor = ""
        self.unread = True
        self.doubled: set[str] = set()
        self.counts: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._told: set[str] = set()
        self._states: dict[str, str] = {}

    def take(self, frame: HubFrame) -> None:
        """One more frame."""
        self.counts["frames"] += 1
        match frame:
            case FeedWelcome(resync=True):
                self.counts["resyncs"] += bool(self.cursor)
                self.unread = True
                self._told.clear()
            case FeedLooking(customer=customer):
                self.customer, self.unread = customer, True
            case FeedGone(customer=customer, to=to) if customer == self.customer:
                self.customer = to
            case FeedLines(lines=lines):
                ids = [line.entry.id for line in lines]
                self.doubled |= {id_ for id_, count in Counter(ids).items() if count > 1 or id_ in self._told}
                self._told.update(ids)
                self._show(lines)
            case FeedDelivery(delivery=delivery, state=state):
                self._states[delivery] = state
            case _:
                pass
        self.cursor = getattr(frame, "cursor", self.cursor)

    def read(self, lines: Iterable[Line]) -> None:
        """The timeline as it was read."""
        self.unread = False
        self._show(lines)

    def wrong(self, lines: Iterable[Line]) -> dict[str, set[str]]:
        """What differs from the timeline: sentence → names."""
        words = [line for line in lines if line.entry.kind == "message"]
        missing = {line.entry.id for line in words} - self._seen
        old = {line.entry.delivery for line in words if line.state and self._states.get(line.entry.delivery) != line.state}
        found = {"lines no console was told of": missing, "lines whose end no console was told of": old}
        return {what: names for what, names in found.items() if names}

    def _show(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._seen.add(line.entry.id)
            if line.state and line.entry.delivery:
                self._states[line.entry.delivery] = line.state
