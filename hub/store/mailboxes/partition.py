"""One partition as its owner sees it: take it over, begin and commit turns, fire timers, carry the relay."""

from collections.abc import Sequence
from typing import cast

from msgspec import Struct, field

from hub.model.errors import Fenced
from hub.model.words import Lane
from hub.store.connections.links import Links, Need
from hub.store.connections.wire import Arg, ServerError
from hub.store.functions import function
from hub.store.keys import PartitionKeys

_OWN, _BEGIN, _COMMIT, _BURY = function("own"), function("begin"), function("commit"), function("bury")
_FIRE, _REMOVE, _ABSOLVE = function("fire"), function("remove"), function("absolve")
FIRE_AT_MOST = 100


class Outbound(Struct, frozen=True):
    """A delivery as the commit writes it; `voice` is what claims and the kill switch look at: bot, marketing, service, person or system."""

    id: str
    lane: Lane
    voice: str
    address: str
    blob: bytes


class Told(Struct, frozen=True):
    """What a receipt says of a delivery: where it stands now, and where it failed the provider's words and number, and ours."""

    delivery: str
    state: str
    reason: str = ""
    code: str = ""
    failure: str = ""


class Item(Struct):
    """One customer's part of a commit; revisions as the record key bears them."""

    customer: str
    revision: str
    record: bytes
    entries: list[tuple[Lane, str]] = field(default_factory=list)
    owners: list[tuple[str, str]] = field(default_factory=list)
    deliveries: list[Outbound] = field(default_factory=list)
    rescued: list[tuple[str, bytes]] = field(default_factory=list)
    receipts: list[Told] = field(default_factory=list)
    answers: list[tuple[str, bytes]] = field(default_factory=list)
    gone: list[bytes] = field(default_factory=list)
    armed: list[tuple[int, bytes]] = field(default_factory=list)
    relay: list[bytes] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    journal: list[bytes] = field(default_factory=list)


class Partition:
    """The owner's side of one partition; every write compares the fence whole. Raises Fenced, StoreAway, StoreFull, ServerError."""

    def __init__(self, links: Links, keys: PartitionKeys, *, fence: str) -> None:
        self._links = links
        self.keys = keys
        self.fence = fence

    @classmethod
    async def take_over(cls, links: Links, keys: PartitionKeys, *, random: str) -> "Partition":
        """Take the fence: from here on the former owner writes nothing."""
        fence = await links.call(keys.fence, "FCALL", _OWN, 1, keys.fence, random, need=Need.SAFE)
        return cls(links, keys, fence=cast("bytes", fence).decode())

    async def suspects(self) -> dict[str, int]:
        """Entries former owners had begun and not ended: entry id → how many owners."""
        flat = cast("list[bytes]", await self._links.call(self.keys.trying, "HGETALL", self.keys.trying))
        return {flat[i].decode(): flat[i + 1].count(b"<") for i in range(0, len(flat), 2)}

    async def begin(self, customers: Sequence[str], entries: Sequence[str]) -> list[bytes | None]:
        """Note the entries as tried and read the records of the customers, in their order."""
        keys = self.keys
        records = [keys.record(c) for c in customers]
        args: list[Arg] = ["FCALL", _BEGIN, 2 + len(records), keys.fence, keys.trying, *records, self.fence, *entries]
        return cast("list[bytes | None]", await self._call(args))

    async def absolve(self, entries: Sequence[str]) -> None:
        """Take the notes of `begin` back: these turns have not killed us. Needs no fence."""
        await self._links.call(self.keys.trying, "FCALL", _ABSOLVE, 1, self.keys.trying, self.fence, *entries)

    async def commit(self, items: Sequence[Item]) -> list[str]:
        """End the turns of these customers in one call; per customer 'ok', 'taken', 'revision', 'type', 'due' or 'delivery'."""
        keys = self.keys
        names: list[Arg] = [keys.fence, keys.inbox, keys.bulk, keys.out, keys.out_bulk, keys.relay, keys.timers, keys.journal, keys.trying]
        args: list[Arg] = [self.fence, len(items)]
        for item in items:
            _write_item(keys, item, names, args)
        answer = await self._call(["FCALL", _COMMIT, len(names), *names, *args], need=Need.LARGE)
        return [a.decode() for a in cast("list[bytes]", answer)]

    async def put_aside(self, stream: str, entry: str, *, kept: bytes, journal: bytes) -> bool:
        """Put an entry of a stream of this partition among the dead letters; False where it was gone already."""
        keys = self.keys
        args: list[Arg] = [
            "FCALL",
            _BURY,
            5,
            keys.fence,
            keys.dead,
            keys.trying,
            stream,
            keys.journal,
            self.fence,
            entry,
            kept,
            journal,
        ]
        return await self._call(args, need=Need.SAFE) == 1

    async def fire(self, now: int) -> int:
        """Push the timers due at `now` (ms); returns how many, at most 100."""
        keys = self.keys
        return cast("int", await self._call(["FCALL", _FIRE, 3, keys.fence, keys.timers, keys.inbox, self.fence, now, FIRE_AT_MOST]))

    async def relayed(self, entry: str) -> None:
        """Remove a relay entry whose target has it."""
        await self._call(["FCALL", _REMOVE, 2, self.keys.fence, self.keys.relay, self.fence, entry])

    async def _call(self, args: Sequence[Arg], *, need: Need = Need.PLAIN) -> object:
        try:
            return await self._links.call(self.keys.fence, *args, need=need)
        except ServerError as error:
            if error.code == "FENCED":
                raise Fenced(f"partition {self.keys.number}") from error
            raise


def _write_item(keys: PartitionKeys, item: Item, names: list[Arg], args: list[Arg]) -> None:
    """Append one customer's keys and arguments in the order the function's `item_of` reads them."""
    names += (keys.record(item.customer), keys.log(item.customer), keys.open(item.customer))
    args += (item.revision, item.record, len(item.entries))
    for lane, entry in item.entries:
        args += ("b" if lane is Lane.BULK else "i", entry)
    args.append(len(item.owners))
    for conversation, epoch in item.owners:
        names.append(keys.owner(conversation))
        args.append(epoch)
    args.append(len(item.deliveries))
    for d in item.deliveries:
        names.append(keys.delivery(d.id))
        args += ("b" if d.lane is Lane.BULK else "o", d.id, d.voice, d.address, d.blob)
    args.append(len(item.rescued))
    for delivery, forward in item.rescued:
        names.append(keys.delivery(delivery))
        args += (delivery, forward)
    args.append(len(item.receipts))
    for told in item.receipts:
        names.append(keys.delivery(told.delivery))
        args += (told.state, told.reason, told.code, told.failure)
    args.append(len(item.answers))
    for event, value in item.answers:
        names.append(keys.answer(event))
        args.append(value)
    args += (len(item.gone), *item.gone, len(item.armed))
    for due, member in item.armed:
        args += (due, member)
    args += (len(item.relay), *item.relay, len(item.lines), *item.lines, len(item.journal), *item.journal)
