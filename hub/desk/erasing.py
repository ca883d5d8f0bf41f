"""Forgetting a customer: the mailboxes first, then everything that lies beside the records, then the files underneath."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import structlog
from msgspec import Struct, convert

from hub.desk.asking import Desk, TakingOver
from hub.model.address import Address
from hub.model.channels.ports import Clock
from hub.model.customers.record import Live, Moved, Record
from hub.model.errors import HubError
from hub.model.events.merging import MergeArrived
from hub.model.ids import derived_id
from hub.model.turns.journal import TurnTaken
from hub.store.connections.links import Links
from hub.store.customers.records import Customers
from hub.store.encoding.codec import Undecodable, decode_journal, decode_record_value
from hub.store.erasure.trace import Sent, Trace
from hub.store.erasure.wiping import NotNow, Wiping
from hub.store.maintenance.rewriting import rewrite

log = structlog.get_logger()
DEADLINE_S = 60.0
FIRST_LOOK_S, LONGEST_LOOK_S = 0.05, 1.0
ANSWERS_KEPT_MS = 310_000
"""A turn's answer lies in the store for 300 s; the rest is for the difference between two clocks."""


class Unknown(HubError):
    """Nobody has this id."""


class Erased(Struct, frozen=True):
    """What went: keys and entries of the store, rows of the archive; `customers`: all ids that were this person."""

    customers: tuple[str, ...]
    keys: int
    rows: int


class Rows(Protocol):
    """What is asked of the archive here."""

    async def cursors(self) -> Mapping[int, str]:
        """How far it is in the journal of each partition, by its entries' ids; nothing of a partition it has nothing of."""
        ...

    async def export(self, customer: str) -> Mapping[str, tuple[dict[str, object], ...]]:
        """Every row of a customer by table."""
        ...

    async def erase(self, *customers: str, addresses: Sequence[Address] = ()) -> int:
        """Delete the rows of customers, and the files of these addresses, for good; returns how many."""
        ...


class Erasing(Struct, frozen=True, kw_only=True):
    """Erases customers; `tell` gets a line before each part that takes long, `deadline` in s bounds each wait for the workers.

    Asked again it finishes what was cut short. Raises Unknown, NotNow, NotRewritten, StoreAway, and the archive's own errors.
    """

    desk: Desk
    customers: Customers
    wiping: Wiping
    links: Links
    rows: Rows
    clock: Clock
    tell: Callable[[str], None]
    deadline: float = DEADLINE_S

    async def erase(self, customer: str, *, asked_by: str, event_id: str) -> Erased:
        """Forget a customer and everybody merged into them. When this returns, nothing of them is in store, archive and files."""
        await self.wiping.spools_are_empty()
        trace = await self._begun(customer)
        survivor = trace.customers[0]
        await self.wiping.note(survivor, trace)
        trace = await self._silenced(trace, survivor, asked_by=asked_by, event_id=event_id)
        self.tell(f"wiping {len(trace.addresses)} addresses and {len(trace.deliveries)} deliveries from the store")
        keys = await self.wiping.wipe(trace)
        self.tell("deleting the archive's rows and cleaning its files")
        rows = await self.rows.erase(*trace.customers, addresses=trace.addresses)
        await self.wiping.finished(survivor)
        self.tell("having the store's file written anew")
        await rewrite(self.links)
        return Erased(customers=trace.customers, keys=keys, rows=rows)

    async def _begun(self, customer: str) -> Trace:
        """What the record tells, and what an earlier try had found; the first id is the one the others were merged into."""
        passed, record = [customer], await self.customers.stored(customer)
        while isinstance(record, Moved):
            passed.append(record.to)
            record = await self.customers.stored(record.to)
        if record is None:
            raise Unknown(f"Nobody has the id {customer}; find it with `hub customer find CHANNEL ACCOUNT ADDRESS`.")
        told = Trace(customers=tuple(reversed(passed))).joined(_told_by(record))
        noted = await self.wiping.noted(record.id)
        return told.joined(noted) if noted else told

    async def _silenced(self, trace: Trace, survivor: str, *, asked_by: str, event_id: str) -> Trace:
        """All mailboxes of the person told, all sends ended, all of it in the archive; and where its traces are by then."""
        asked: set[str] = set()
        while fresh := [customer for customer in reversed(trace.customers) if customer not in asked]:
            self.tell(f"telling {len(fresh)} mailbox{'es' if len(fresh) > 1 else ''}")
            for customer in fresh:
                await self._tell_mailbox(customer, asked_by=asked_by, event_id=derived_id("ev", f"{event_id}/{customer}", 0))
            asked.update(fresh)
            trace = trace.joined(await self.wiping.withdraw(trace.customers))
            await self._until_archived(trace.customers)
            trace = await self._completed(trace)
            await self.wiping.note(survivor, trace)
        return trace

    async def _tell_mailbox(self, customer: str, *, asked_by: str, event_id: str) -> None:
        until = self.clock.boottime() + self.deadline
        while isinstance(await self.desk.erase(customer, asked_by=asked_by, event_id=event_id), TakingOver):
            if self.clock.boottime() > until:
                raise NotNow(f"No worker took the request within {self.deadline:.0f} s; see that `hub serve` runs, then erase again.")

    async def _until_archived(self, customers: Sequence[str]) -> None:
        """Wait until what is under way for them has been taken, and the archive has what came of it."""
        ends, until, rest = await self.wiping.ends(customers), self.clock.boottime() + self.deadline, FIRST_LOOK_S
        while stream := await self.wiping.waiting(customers, ends, archived=await self.rows.cursors()):
            if self.clock.boottime() > until:
                raise NotNow(
                    f"{stream} still holds something of this customer after {self.deadline:.0f} s; "
                    "see that a worker runs and that the archive can be written (`hub check`), then erase again."
                )
            if rest >= LONGEST_LOOK_S:
                self.tell(f"waiting for {stream}")
            await self.clock.sleep(rest)
            rest = min(rest * 2, LONGEST_LOOK_S)

    async def _completed(self, trace: Trace) -> Trace:
        """With everything the archive knows of these ids."""
        for customer in trace.customers:
            trace = trace.joined(_archived(customer, await self.rows.export(customer), now=self.clock.now()))
        return trace


def _told_by(record: Record) -> Trace:
    """Where a record says that its customer is."""
    if not isinstance(record, Live):
        return Trace(customers=(record.id, *getattr(record, "merged", ())))
    threads = tuple(address for c in record.conversations for address in c.threads)
    return Trace(
        customers=(record.id, *record.merged),
        addresses=(*record.addresses, *threads),
        conversations=tuple(c.id for c in record.conversations),
    )


class _Place(Struct, frozen=True):
    """What rows of the timeline and of deliveries have in common."""

    channel: str
    account: str
    address: str
    delivery: str
    conversation: str
    external_ids: tuple[str, ...] = ()


def _place(row: Mapping[str, object]) -> _Place:
    return convert({name: row[name] for name in _Place.__struct_fields__ if name in row}, _Place)


def _archived(customer: str, tables: Mapping[str, Sequence[Mapping[str, object]]], *, now: int) -> Trace:
    """Where the archive's rows say that a customer is."""
    places = [_place(row) for table in ("timeline", "deliveries") for row in tables.get(table, ())]
    reached = [(place, Address(channel=place.channel, account=place.account, id=place.address)) for place in places if place.channel]
    trace = Trace(
        customers=(customer,),
        addresses=tuple(address for _, address in reached),
        conversations=tuple(place.conversation for place in places if place.conversation),
        deliveries=tuple(Sent(id=p.delivery, address=address, external_ids=p.external_ids) for p, address in reached if p.delivery),
    )
    return trace.joined(*(_of_turn(row["raw"], now=now) for row in tables.get("turns", ())))


def _of_turn(raw: object, *, now: int) -> Trace:
    """What only a turn tells: an address that said nothing, a merge that came after the erasure, an answer still kept."""
    try:
        turn = decode_journal(raw if isinstance(raw, bytes) else b"")
    except Undecodable as error:
        log.info("a turn of an erased customer cannot be read", error=str(error))
        return Trace()
    if not isinstance(turn, TurnTaken):
        return Trace()
    trace = Trace(
        addresses=(turn.event.address,) if turn.event.address else (),
        events=(turn.event.id,) if turn.now > now - ANSWERS_KEPT_MS else (),
    )
    body = turn.event.body
    return trace.joined(_told_by(decode_record_value(body.record))) if isinstance(body, MergeArrived) else trace
