"""Who waits for a turn: a lane per customer, bursts held together, suspects alone."""

from collections import OrderedDict, deque
from collections.abc import Iterable

from msgspec import Struct, field

from hub.model.events.event import Event, Said
from hub.model.files.wanted import Fetched
from hub.model.turns.turn import Urgent
from hub.model.words import Lane

FOLD_AT_MOST = 16
"""Waiting entries of one customer taken in one batch."""
HOLD_AT_MOST = 3.0
"""Bursts: the whole wait, in multiples of the quiet time."""


class Waiting(Struct):
    """A mailbox entry that waits for its turn. `noted`: it stands among the tried ones; `tries`: how often it failed."""

    lane: Lane
    entry: str
    event: Event
    arrived: float
    noted: bool = False
    tries: int = 0
    answers: dict[str, str] | None = None


class CustomerLane(Struct):
    """What waits for one customer, in order; `busy` while a batch or a question holds its head."""

    customer: str
    waiting: deque[Waiting] = field(default_factory=deque)
    busy: bool = False


class Lanes:
    """All waiting entries of one partition. No I/O: times come in as seconds of boottime."""

    def __init__(self, *, quiet: float, urgent: Urgent) -> None:
        self._quiet = quiet
        self._urgent = urgent
        self._lanes: dict[str, CustomerLane] = {}
        self._ready: OrderedDict[str, CustomerLane] = OrderedDict()
        self._held: dict[str, float] = {}
        self._entries: set[tuple[Lane, str]] = set()
        self.with_people: set[str] = set()
        """Customers whose words a person answers: their lines are not held together."""

    def __len__(self) -> int:
        return len(self._entries)

    def holds(self, lane: Lane, entry: str) -> bool:
        """Whether that entry waits or is in work here."""
        return (lane, entry) in self._entries

    def add(self, customer: str, waiting: Waiting) -> None:
        """Put an entry behind the others of its customer."""
        self._entries.add((waiting.lane, waiting.entry))
        lane = self._lanes.get(customer)
        if lane is None:
            lane = self._lanes[customer] = CustomerLane(customer)
        lane.waiting.append(waiting)
        if not lane.busy:
            self._ready[customer] = lane

    def pick(self, now: float, most: int) -> list[tuple[CustomerLane, list[Waiting]]]:
        """Up to `most` customers with what of theirs can be taken now; their lanes are busy until `release`.

        A suspect (an entry tried before) is taken in a batch of its own.
        """
        batch: list[tuple[CustomerLane, list[Waiting]]] = []
        for customer in list(self._ready):
            if len(batch) >= most:
                break
            lane = self._ready[customer]
            if lane.waiting[0].tries and batch:
                continue
            taken = self._takeable(lane, now)
            if not taken:
                continue
            del self._ready[customer]
            self._held.pop(customer, None)
            lane.busy = True
            batch.append((lane, taken))
            if taken[0].tries:
                break
        return batch

    def release(self, lane: CustomerLane, done: Iterable[Waiting]) -> None:
        """Take away what is done and let the rest of the lane be picked again."""
        for waiting in done:
            self._entries.discard((waiting.lane, waiting.entry))
            lane.waiting.remove(waiting)
        lane.busy = False
        if lane.waiting:
            self._ready[lane.customer] = lane
        else:
            self._lanes.pop(lane.customer, None)

    def noted(self) -> list[str]:
        """Entries that stand among the tried ones."""
        return [waiting.entry for lane in self._lanes.values() for waiting in lane.waiting if waiting.noted]

    def next_due(self) -> float | None:
        """When the earliest held burst may be taken; None where none is held."""
        return min(self._held.values(), default=None)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is in work."""
        return not self._entries

    def clear(self) -> None:
        """Forget everything: the partition is somebody else's now."""
        self._lanes.clear()
        self._ready.clear()
        self._held.clear()
        self._entries.clear()

    def _takeable(self, lane: CustomerLane, now: float) -> list[Waiting]:
        first = lane.waiting[0]
        if first.tries:
            return [first]
        found: list[Waiting] = []
        for waiting in lane.waiting:
            if waiting.tries or len(found) == FOLD_AT_MOST:
                break
            found.append(waiting)
        if self._quiet and lane.customer not in self.with_people and self._all_lines(found):
            due = min(found[-1].arrived + self._quiet, first.arrived + HOLD_AT_MOST * self._quiet)
            if now < due:
                self._held[lane.customer] = due
                return []
        return found

    def _all_lines(self, found: list[Waiting]) -> bool:
        """Whether these are lines of a burst that may still go on: words of the customer, none of them urgent."""
        # A file of an earlier line that has come meanwhile neither ends a burst nor is one.
        lines = [w for w in found if not isinstance(w.event.body, Fetched)]
        return bool(lines) and all(
            isinstance(w.event.body, Said) and w.lane is Lane.LIVE and w.answers is None and not self._urgent(w.event) for w in lines
        )
