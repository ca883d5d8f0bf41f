"""From the sheets of a customer's turns to their part of a commit."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from hub.engine.turns.chain import digest
from hub.model.customers.record import RECORD_BYTES, Armed, Live, Record
from hub.model.errors import HubError
from hub.model.events.event import Event, TimerFired
from hub.model.messaging.delivery import Delivery
from hub.model.subject import customer_subject
from hub.model.turns.journal import TurnTaken
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState, Lane, Origin, Purpose
from hub.store.encoding.codec import REVISION_DIGITS, StoredRecord, encode, encode_record, revision_text
from hub.store.mailboxes.partition import Item, Outbound, Told

SNAPSHOT_EVERY = 32
"""Each so many revisions the journal holds the record before the turn, so that a replay can begin there."""


class RecordTooLarge(HubError):
    """The record outgrew what a commit takes."""


class Taken(Struct):
    """One taken turn with the mailbox entry it came from."""

    lane: Lane
    entry: str
    turn: Turn


def voice_of(delivery: Delivery) -> str:
    """What a claim and the kill switch look at: marketing and service (said unasked), bot, person or system."""
    if delivery.purpose is Purpose.MARKETING:
        return "marketing"
    if delivery.origin is Origin.NUDGE and delivery.purpose is not Purpose.REPLY:
        # Passed the gate and skips what people agree to, but not the switch; a person who takes over need not wait for it.
        return "service"
    return {Origin.BOT: "bot", Origin.NUDGE: "bot", Origin.AGENT: "person", Origin.SYSTEM: "system"}[delivery.origin]


def timer_event(customer: str, name: str, armed: Armed) -> bytes:
    """The entry a timer becomes; the same bytes each time, for they are also its name among the timers."""
    event = Event(
        id=f"ti-{customer}-{armed.generation}",
        subject=customer_subject(customer),
        body=TimerFired(name=name, generation=armed.generation),
        at=armed.due,
        received=armed.due,
    )
    return encode(event)


def item_of(stored: StoredRecord, taken: Sequence[Taken], *, build: str) -> Item:
    """One customer's part of a commit; raises RecordTooLarge."""
    last = taken[-1].turn.record
    blob = encode_record(last, stored.revision + len(taken), stored.unknown)
    if len(blob) - REVISION_DIGITS > RECORD_BYTES:
        raise RecordTooLarge(f"{len(blob)} bytes; the limit is {RECORD_BYTES}")
    item = Item(customer=last.id, revision=revision_text(stored.revision), record=blob)
    _compare(item, stored.record, last)
    before = stored.record
    for n, one in enumerate(taken):
        _add(item, one, before=before, revision=stored.revision + n, build=build)
        before = one.turn.record
    return item


def _compare(item: Item, before: Record | None, after: Record) -> None:
    """What changed between the record read and the one written: owner epochs and timers."""
    old = before if isinstance(before, Live) else None
    new = after if isinstance(after, Live) else None
    epochs = {c.id: c.epoch for c in old.conversations} if old else {}
    timers = old.timers if old else {}
    if new:
        item.owners += [(c.id, str(c.epoch)) for c in new.conversations if epochs.get(c.id) != c.epoch]
        item.owners += [(gone, "") for gone in epochs.keys() - {c.id for c in new.conversations}]
        item.armed += [(a.due, timer_event(after.id, n, a)) for n, a in new.timers.items() if timers.get(n) != a]
    else:
        # A tombstone: whatever was said under the old epochs must not leave.
        item.owners += [(conversation, str(epoch + 1)) for conversation, epoch in epochs.items()]
    kept = new.timers if new else {}
    item.gone += [timer_event(after.id, n, a) for n, a in timers.items() if kept.get(n) != a]


def _add(item: Item, one: Taken, *, before: Record | None, revision: int, build: str) -> None:
    turn = one.turn
    item.entries.append((one.lane, one.entry))
    for d in turn.deliveries:
        lane = Lane.BULK if d.purpose is Purpose.MARKETING else Lane.LIVE
        item.deliveries.append(Outbound(d.id, lane, voice_of(d), str(d.address), encode(d)))
    item.rescued += [(delivery, encode(f) if f else b"") for delivery, f in turn.rescued]
    item.receipts += _told(turn)
    item.answers += turn.verdicts
    item.relay += [encode(f) for f in turn.forwards]
    item.lines += [encode(line) for line in turn.timeline]
    item.journal.append(encode(_journal(one, before, revision=revision, build=build)))
    item.journal += [encode(moved) for moved in turn.moved]


def _told(turn: Turn) -> list[Told]:
    """What receipts change, with what the journal tells of why: `receipts` itself is part of the digest, by which older turns compare."""
    moved = {m.delivery: m for m in turn.moved if m.state is DeliveryState.FAILED}
    told = []
    for delivery, state in turn.receipts:
        why = moved.get(delivery) if state is DeliveryState.FAILED else None
        more = (why.reason, why.code, why.failure) if why else ()
        told.append(Told(delivery, state.value, *more))
    return told


def _journal(one: Taken, before: Record | None, *, revision: int, build: str) -> TurnTaken:
    turn = one.turn
    snapshot = encode(before) if before is not None and revision % SNAPSHOT_EVERY == 0 else b""
    return TurnTaken(
        customer=turn.record.id,
        entry=turn.entry,
        event=turn.event,
        now=turn.now,
        revision=revision,
        build=build,
        more=turn.more,
        answers=turn.answers,
        facts=turn.facts,
        timeline=turn.timeline,
        digest=digest(turn),
        before=snapshot,
    )


def with_root(event: Event) -> Event:
    """The event as the first of its chain, where it has no root yet."""
    return event if event.root else replace(event, root=event.id)
