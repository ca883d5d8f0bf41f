"""Wiping what lies beside a customer's record: logs, deliveries, addresses, chats, cases, what was given up."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from itertools import islice
from typing import TypeVar, cast

from msgspec import DecodeError, msgpack

from hub.model.address import SHOP, Address
from hub.model.errors import HubError
from hub.model.webchat.chat import KIND as WEB_CHAT
from hub.store.channels.calls import Calls
from hub.store.channels.cases import Cases
from hub.store.connections.links import Links, Need
from hub.store.encoding.codec import Undecodable, decode_delivery, decode_line, encode
from hub.store.erasure.trace import Sent, Trace
from hub.store.functions import function
from hub.store.inbox.index import Index
from hub.store.keys import Keys, PartitionKeys
from hub.store.mailboxes.spooling import Spooling
from hub.store.mailboxes.wanted_files import WantedFiles
from hub.store.webchat.logins import LoginStore

READ_AT_ONCE = 500
_LET_GO, _COMPACT = function("let_go"), function("compact")
_decode_trace = msgpack.Decoder(Trace).decode
T = TypeVar("T")
Entry = tuple[bytes, list[bytes]]


class NotNow(HubError):
    """Something stands in the way of erasing; the text says what, and what to do before asking again."""


class Wiping:
    """Finds and deletes keys; done again it changes nothing. Raises StoreAway, NotNow."""

    def __init__(self, links: Links, keys: Keys, *, cases: Cases) -> None:
        self._links = links
        self._keys = keys
        self._cases = cases
        self._index = Index(links, keys)
        self._calls = Calls(links, keys)
        self._wanted = WantedFiles(links, keys)

    async def spools_are_empty(self) -> None:
        """Raise NotNow while any process holds events on its disk: the customer's words may be among them."""
        if await Spooling(self._links, self._keys, process="").heads():
            raise NotNow("Events still lie on a disk, taken in while the store was away; erase again when /metrics shows spool_depth 0.")

    async def note(self, customer: str, trace: Trace) -> None:
        """Keep where the traces are until all are gone; durable when it returns."""
        keys = self._keys.of_customer(customer)
        await self._links.call(keys.fence, "SET", keys.erasing(customer), encode(trace), need=Need.SAFE)

    async def noted(self, customer: str) -> Trace | None:
        """What an erasure that was cut short knew; None where none was. Raises NotNow where a newer version began it."""
        keys = self._keys.of_customer(customer)
        blob = cast("bytes | None", await self._links.call(keys.fence, "GET", keys.erasing(customer)))
        try:
            return None if blob is None else _decode_trace(blob)
        except DecodeError as error:
            raise NotNow("Another version of the hub began to erase this customer; let that version finish it.") from error

    async def finished(self, customer: str) -> None:
        """Forget where the traces were: the last thing to go."""
        keys = self._keys.of_customer(customer)
        await self._links.call(keys.fence, "DEL", keys.erasing(customer))

    async def withdraw(self, customers: Sequence[str]) -> Trace:
        """Delete all that is still to be sent or being sent: from here on no send begins, and none that ends writes anything."""
        sent: list[Sent] = []
        for customer in customers:
            keys = self._keys.of_customer(customer)
            ids = cast("list[bytes]", await self._links.call(keys.fence, "HKEYS", keys.open(customer)))
            sent += [found for one in ids if (found := await self._sent(keys, one.decode()))]
            await self._delete(keys, [*(keys.delivery(one.decode()) for one in ids), keys.open(customer)])
            lines = cast("list[bytes]", await self._links.call(keys.fence, "LRANGE", keys.log(customer), 0, -1))
            sent += [Sent(id=line.delivery, address=line.address) for line in map(decode_line, lines) if line.delivery and line.address]
        return Trace(customers=tuple(customers), deliveries=tuple(sent))

    async def ends(self, customers: Sequence[str]) -> Mapping[str, str]:
        """The last entries, now, of all streams through which something of these customers comes: stream → entry id."""
        found = {}
        for keys in self._partitions(customers):
            for stream in (keys.inbox, keys.bulk, keys.relay, keys.journal):
                answer = cast("list[Entry]", await self._links.call(keys.fence, "XREVRANGE", stream, "+", "-", "COUNT", 1))
                if answer:
                    found[stream] = answer[0][0].decode()
        return found

    async def waiting(self, customers: Sequence[str], ends: Mapping[str, str], *, archived: Mapping[int, str]) -> str:
        """A stream that still holds something of theirs up to those ends; '' where none does, and the archive has it all.

        `archived`: how far the archive is in each partition's journal; what it has may lie there still, for the live feed.
        """
        names = tuple(customer.encode() for customer in customers)
        starts = {keys.journal: f"({archived[keys.number]}" for keys in self._partitions(customers) if keys.number in archived}
        for stream, end in ends.items():
            async for _, fields in self._entries(stream, end=end, start=starts.get(stream, "-")):
                if any(name in field for field in fields for name in names):
                    return stream
        return ""

    async def wipe(self, trace: Trace) -> int:
        """Delete all of it; returns how many keys and entries went."""
        gone = 0
        for customer in trace.customers:
            gone += await self._beside(customer, trace)
        await self._index.forget(trace.customers, trace.conversations)
        for address in trace.addresses:
            gone += await self._address(address, trace.customers)
        for place in {(a.channel, a.account) for a in trace.addresses}:
            gone += await self._from_cases(*place, [a.id for a in trace.addresses if (a.channel, a.account) == place])
        gone += await self._from_calls(trace)
        for keys in self._partitions(trace.customers):
            for stream in (keys.inbox, keys.bulk, keys.relay, keys.journal, *self._sending(keys, trace)):
                await self._links.call(stream, "FCALL", _COMPACT, 1, stream)
        return gone

    def _sending(self, keys: PartitionKeys, trace: Trace) -> set[str]:
        """The streams of a partition in which deliveries to these addresses stand."""
        places = (*trace.addresses, *(sent.address for sent in trace.deliveries))
        return {keys.out, keys.out_bulk, *(keys.held(a.channel, a.account) for a in places)}

    def _partitions(self, customers: Sequence[str]) -> list[PartitionKeys]:
        return list({keys.number: keys for keys in map(self._keys.of_customer, customers)}.values())

    async def _sent(self, keys: PartitionKeys, delivery_id: str) -> Sent | None:
        blob, known = cast("list[bytes | None]", await self._links.call(keys.fence, "HMGET", keys.delivery(delivery_id), "b", "x"))
        try:
            delivery = decode_delivery(blob or b"")
        except Undecodable:
            return None
        return Sent(id=delivery_id, address=delivery.address, external_ids=tuple(filter(None, (known or b"").decode().split("\n"))))

    async def _beside(self, customer: str, trace: Trace) -> int:
        """What lies in the customer's own partition; a delivery lies in that of the id it was made under, so all are tried."""
        keys = self._keys.of_customer(customer)
        names = [keys.log(customer), keys.open(customer), *map(keys.owner, trace.conversations), *map(keys.answer, trace.events)]
        for sent in trace.deliveries:
            names += [keys.delivery(sent.id), *(keys.external(sent.address, x) for x in sent.external_ids)]
        gone = await self._delete(keys, names)
        for stream in self._sending(keys, trace):
            gone += await self._from_stream(stream, customer)
        gone += await self._from_tail(keys, trace.customers) + await self._from_dead(keys, customer)
        return gone + await self._wanted.forget(customer)

    async def _delete(self, keys: PartitionKeys, names: Iterable[str]) -> int:
        return sum([cast("int", await self._links.call(keys.fence, "DEL", *part)) for part in _parts(names)])

    async def _from_stream(self, stream: str, customer: str) -> int:
        theirs = [entry async for entry, fields in self._entries(stream, end="+") if _is_theirs(fields, customer)]
        return sum([cast("int", await self._links.call(stream, "XDEL", stream, *part)) for part in _parts(theirs)])

    async def _from_tail(self, keys: PartitionKeys, customers: Sequence[str]) -> int:
        """What the archive has of them and the journal still holds: consoles that come again must not be told of it."""
        names = tuple(customer.encode() for customer in customers)
        theirs = [entry async for entry, fields in self._entries(keys.journal, end="+") if any(n in f for f in fields for n in names)]
        return sum([cast("int", await self._links.call(keys.journal, "XDEL", keys.journal, *part)) for part in _parts(theirs)])

    async def _entries(self, stream: str, *, end: str, start: str = "-") -> AsyncIterator[Entry]:
        cursor = start
        while True:
            answer = cast("list[Entry]", await self._links.call(stream, "XRANGE", stream, cursor, end, "COUNT", READ_AT_ONCE))
            for entry in answer:
                yield entry
            if len(answer) < READ_AT_ONCE:
                return
            cursor = f"({answer[-1][0].decode()}"

    async def _from_dead(self, keys: PartitionKeys, customer: str) -> int:
        flat = cast("list[bytes]", await self._links.call(keys.fence, "HGETALL", keys.dead))
        theirs = [flat[i] for i in range(0, len(flat), 2) if customer.encode() in flat[i + 1]]
        return cast("int", await self._links.call(keys.fence, "HDEL", keys.dead, *theirs)) if theirs else 0

    async def _address(self, address: Address, customers: Sequence[str]) -> int:
        key = self._keys.address(address)
        gone = cast("int", await self._links.call(key, "FCALL", _LET_GO, 1, key, *customers))
        buckets = (self._keys.bucket(address.channel, address.account, name) for name in (address.id, f"{address.id}/group"))
        passing = (*buckets, *self._keys.gestures(address))
        beside = (*passing, *await self._of_chat(address), *([self._keys.home(address)] if address.channel == SHOP else []))
        return gone + sum([cast("int", await self._links.call(name, "DEL", name)) for name in beside])

    async def _of_chat(self, address: Address) -> Sequence[str]:
        """A web chat session's keys, and the links it made lately."""
        if address.channel != WEB_CHAT:
            return ()
        user = self._keys.chat_user(address)
        tokens = await LoginStore(self._links, self._keys).passes(address)
        return (*self._keys.chat(address), user, *(name for token in tokens for name in self._keys.onward(token)))

    async def _from_calls(self, trace: Trace) -> int:
        """The channels' log of every account they were written to from."""
        gone = 0
        for place in {(a.channel, a.account) for a in (*trace.addresses, *(sent.address for sent in trace.deliveries))}:
            gone += await self._calls.forget(place, frozenset(trace.customers))
            for stream in self._calls.streams(place):
                await self._links.call(stream, "FCALL", _COMPACT, 1, stream)
        return gone

    async def _from_cases(self, channel: str, account: str, recipients: Sequence[str]) -> int:
        """Kept webhooks that name one of these recipients; one that nobody can open any more goes too, for it may."""
        named = re.compile(rb"(?<![0-9A-Za-z])(%s)(?![0-9A-Za-z])" % b"|".join(re.escape(one.encode()) for one in recipients))
        gone = 0
        for case in await self._cases.ids(channel, account):
            try:
                kept = await self._cases.read(channel, account, case)
                theirs = kept is not None and named.search(kept.body + b"\n" + kept.path_query.encode()) is not None
            except Undecodable:
                theirs = True
            if theirs:
                await self._cases.forget(channel, account, case)
                gone += 1
        return gone


def _parts(things: Iterable[T]) -> Iterable[list[T]]:
    """In parts that one command may name."""
    rest = iter(things)
    while part := list(islice(rest, READ_AT_ONCE)):
        yield part


def _is_theirs(fields: list[bytes], customer: str) -> bool:
    try:
        return decode_delivery(dict(zip(fields[::2], fields[1::2], strict=True))[b"b"]).customer == customer
    except (Undecodable, KeyError, ValueError):
        # Unreadable to us is unreadable to the outbox too, which drops it.
        return customer.encode() in b"".join(fields)
