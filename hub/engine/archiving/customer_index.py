"""Keeping the index by which customers are found: who may have changed is read off the journal, what is written off the record."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from msgspec import DecodeError, Struct, msgpack

from hub.model.address import Address
from hub.model.customers.record import Erased, Live, Moved, Record
from hub.model.inbox.finding import Findable, findable
from hub.model.turns.journal import Change
from hub.model.webchat.onward import FOLLOWED

Entries = Iterable[tuple[str, bytes]]
NAMES_KEPT = 50_000
"""Customers whose name and place are remembered, some 200 bytes each: a word of theirs that tells nothing new reads no record."""
IN_FRONT_MS = 600_000
"""Who spoke is put in front at most that often: the list is for finding people, and each time is a write."""
AT_ONCE = 500

_LEARNED = frozenset({"identified", "merged", "merged into", "customer erased", FOLLOWED})
_SPOKE = frozenset({"message", "start"})


class Finder(Protocol):
    """What is asked of the archive here; all raise ArchiveAway."""

    async def put(self, found: Sequence[Findable], *, gone: Sequence[str] = ()) -> None:
        """Set what is kept of these customers, and nothing of those who are gone."""
        ...

    async def spoke(self, words: Sequence[tuple[str, int]]) -> None:
        """Customers spoke (ms since 1970)."""
        ...

    async def is_empty(self) -> bool:
        """Whether nobody is there."""
        ...

    async def forget_erased(self) -> None:
        """Keep nothing of whoever is erased."""
        ...


class Records(Protocol):
    """Where the records are."""

    async def records(self, customers: set[str]) -> Mapping[str, Record | None]:
        """The records under these ids, tombstones too. Raises StoreAway."""
        ...


class _Told(Struct, frozen=True):
    kind: str = ""
    name: str = ""
    username: str = ""


class _Event(Struct, frozen=True):
    body: _Told
    address: Address | None = None


class _Peek(Struct, frozen=True):
    """Of a journal entry what the index asks; the rest is passed over undecoded."""

    kind: str
    customer: str = ""
    now: int = 0
    event: _Event | None = None
    facts: tuple[Change, ...] = ()


_Seen = tuple[int, int]
"""The sign of who spoke from where (0: nobody yet), and when they were put in front (ms)."""

_peek = msgpack.Decoder(_Peek).decode


class Finding:
    """Applies journal entries to the index. Given again, or late, it ends where the records are. Raises StoreAway, ArchiveAway."""

    def __init__(self, records: Records, finder: Finder) -> None:
        self._records = records
        self._finder = finder
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    async def apply(self, entries: Entries) -> None:
        """Bring the index to where these entries' customers are now."""
        changed: dict[str, _Seen] = {}
        spoke: dict[str, int] = {}
        for turn in _turns(entries):
            sign = _sign(turn)
            known = changed.get(turn.customer) or self._seen.get(turn.customer)
            if any(map(_tells, turn.facts)) or (sign and (known is None or known[0] != sign)):
                changed[turn.customer] = (sign or (known[0] if known else 0), turn.now)
                changed.update({fact.detail["younger"]: (0, 0) for fact in turn.facts if fact.detail.get("younger")})
            elif sign and known is not None and turn.now - known[1] > IN_FRONT_MS:
                spoke[turn.customer] = turn.now
        await self._changed(changed)
        await self._spoke({customer: now for customer, now in spoke.items() if customer not in changed})

    async def take(self, records: Iterable[Record | None]) -> None:
        """Put these customers where they belong, whatever the index had of them."""
        live = [record for record in records if isinstance(record, Live)]
        for at in range(0, len(live), AT_ONCE):
            await self._finder.put([findable(record) for record in live[at : at + AT_ONCE]])

    async def is_empty(self) -> bool:
        """Whether nobody is in the index."""
        return await self._finder.is_empty()

    async def forget_erased(self) -> None:
        """Keep nothing of whoever is erased: a version without this index left them there."""
        await self._finder.forget_erased()

    async def _changed(self, changed: Mapping[str, _Seen]) -> None:
        ids = sorted(changed)
        for at in range(0, len(ids), AT_ONCE):
            # The record's word, not the entry's: a batch that is told late, or twice, must not undo a newer one.
            records = await self._records.records(set(ids[at : at + AT_ONCE]))
            live = [findable(record) for record in records.values() if isinstance(record, Live)]
            await self._finder.put(live, gone=[one for one, record in records.items() if isinstance(record, (Moved, Erased))])
        for customer, seen in changed.items():
            self._keep(customer, seen)

    async def _spoke(self, late: Mapping[str, int]) -> None:
        if late:
            await self._finder.spoke(tuple(late.items()))
        for customer, now in late.items():
            self._keep(customer, (self._seen[customer][0], now))

    def _keep(self, customer: str, seen: _Seen) -> None:
        self._seen.pop(customer, None)
        if seen[0]:
            self._seen[customer] = seen
        if len(self._seen) > NAMES_KEPT:
            self._seen.popitem(last=False)


def _turns(entries: Entries) -> Iterator[_Peek]:
    for _, blob in entries:
        if b"event" in blob:
            # What cannot be read the archive keeps as it is, and says so.
            with suppress(DecodeError):
                yield _peek(blob)


def _sign(turn: _Peek) -> int:
    """Who spoke, and from where: while that stays, a word tells nothing new. 0: nobody did."""
    if turn.event is None or turn.event.address is None or turn.event.body.kind not in _SPOKE:
        return 0
    body, place = turn.event.body, turn.event.address
    return hash((place, body.name, body.username)) or 1


def _tells(fact: Change) -> bool:
    """Whether a turn may have changed what somebody is found by."""
    return fact.name in _LEARNED or (fact.name == "tracked" and fact.detail.get("event", "").startswith("Order "))
