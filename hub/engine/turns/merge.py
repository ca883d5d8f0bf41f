"""Two customers that are one: the older id survives, the younger leaves a tombstone that forwards whatever comes later."""

from msgspec import json
from msgspec.structs import replace

from hub.engine.turns.amending import with_amendment
from hub.engine.turns.combining import both_orders, both_runs, both_sends, newer_cart
from hub.engine.turns.receipts import TIMER as PARKED
from hub.engine.turns.receipts import known, parked, placed
from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.customers.record import Armed, Consent, Conversation, Erased, Live, Moved
from hub.model.customers.trust import both
from hub.model.events.agents import (
    ClaimAsked,
    CommentAsked,
    DismissAsked,
    NoteAsked,
    ReleaseAsked,
    ReopenAsked,
    ResolveAsked,
    RetryAsked,
    SayAsked,
)
from hub.model.events.event import Event, Identified, JudgeAgain, Receipt, Said, Started, Tracked
from hub.model.events.merging import DeliveryArrived, EraseAsked, MergeArrived, MergeAsked
from hub.model.ids import derived_id
from hub.model.messaging.amending import AmendAsked
from hub.model.messaging.delivery import Delivery
from hub.model.subject import customer_subject
from hub.model.turns.turn import Forward, Turn
from hub.model.words import ConsentState, ConversationStatus, Origin, OwnerKind, Purpose
from hub.store.encoding.codec import decode_record_value, encode

_ANSWERED = (
    ClaimAsked, SayAsked, ReleaseAsked, ResolveAsked, RetryAsked, EraseAsked, NoteAsked, ReopenAsked, DismissAsked, AmendAsked,
    CommentAsked,
)  # fmt: skip
_deliveries = json.Decoder(list[Delivery]).decode


class Merging:
    """Stands first: forwards what reaches a tombstone, makes tombstones, takes in what they send."""

    name = "merging"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """The tombstone turn takes along what has not begun to be sent; later it must know which receipts are for what it sent itself."""
        body = turn.event.body
        if isinstance(turn.record, Moved):
            ids = body.external_ids if isinstance(body, Receipt) else ()
            return tuple(Question(topic="external", key=_external(turn, id)) for id in ids)  # noqa: A001 - the field's name
        if isinstance(body, EraseAsked) or (isinstance(body, MergeAsked) and body.other < turn.record.id):
            return (Question(topic="unsent", key=turn.record.id),)
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn forwarded, merged, or as it was."""
        record, body = turn.record, turn.event.body
        if isinstance(record, Moved):
            turn = _divided(turn, body, record.to) if isinstance(body, Receipt) else _forwarded(turn, record.to)
            # A tombstone keeps evidence, which may be a number: it is forgotten with where it points.
            return _without_traces(turn) if isinstance(body, EraseAsked) else turn
        if isinstance(record, Erased):
            return _for_somebody_new(turn, record)
        match body:
            case MergeAsked(other=other) if other == record.id or other in turn.live.merged:
                return turn.done()
            case MergeAsked(other=other) if other < record.id:
                return _tombstone(turn, body)
            case MergeAsked(other=other):
                event = replace(turn.event, subject=customer_subject(other), body=replace(body, other=record.id))
                return turn.forward(event)
            case MergeArrived():
                return _joined(turn, body)
            case DeliveryArrived(delivery=delivery):
                return _sent_from_here(turn, delivery)
            case EraseAsked():
                return _forgotten(turn)
        return turn


def _forwarded(turn: Turn, to: str) -> Turn:
    """The same event for where the customer lives now; whoever waits for its answer is told to look there."""
    turn = turn.forward(replace(turn.event, subject=customer_subject(to)))
    if isinstance(turn.event.body, _ANSWERED):
        turn = turn.verdict(json.encode({"moved": to}))
    return turn


def _divided(turn: Turn, receipt: Receipt, to: str) -> Turn:
    """A receipt for what was sent from here counts here, where the delivery lies; the rest of it goes on."""
    elsewhere = []
    for id in receipt.external_ids:  # noqa: A001 - the field's name
        found = known(turn, _external(turn, id))
        if found:
            turn = placed(turn, found, receipt)
        else:
            elsewhere.append(id)
    if not elsewhere:
        return turn.done()
    rest = replace(receipt, external_ids=tuple(elsewhere))
    return turn.forward(replace(turn.event, subject=customer_subject(to), body=rest))


def _external(turn: Turn, id: str) -> str:  # noqa: A002 - the field's name
    return f"{turn.record.id}|{turn.event.address}|{id}"


def _tombstone(turn: Turn, asked: MergeAsked) -> Turn:
    record = turn.live
    raised = tuple(replace(c, epoch=c.epoch + 1) for c in record.conversations)
    timers = {name: armed for name, armed in record.timers.items() if name != PARKED}
    brought = encode(replace(record, conversations=raised, parked={}, parked_whole={}, timers=timers))
    arrived = MergeArrived(younger=record.id, record=brought, evidence=asked.evidence)
    turn = turn.forward(_event(turn, 0, asked.other, arrived)).fact("merged into", customer=asked.other, evidence=asked.evidence)
    answer = turn.answers.get(f"unsent/{record.id}", "[]")
    rescued = tuple(
        (d.id, Forward(event=_event(turn, n + 1, asked.other, DeliveryArrived(delivery=d)))) for n, d in enumerate(_deliveries(answer))
    )
    # What is parked comes back to the tombstone, which knows what was sent from here and sends on the rest.
    for receipt in parked(record):
        turn = turn.forward(_event(turn, len(rescued) + len(turn.forwards), record.id, receipt.body, address=receipt.address))
    moved = Moved(id=record.id, to=asked.other, at=turn.now, evidence=asked.evidence, turned=turn.now)
    return replace(turn, record=moved, rescued=rescued)


def _forgotten(turn: Turn) -> Turn:
    """The record as the bare fact that there was one; what has not begun to be sent is withdrawn, no old word is said any more."""
    answer = turn.answers.get(f"unsent/{turn.record.id}", "[]")
    rescued = tuple((d.id, None) for d in _deliveries(answer))
    turn = turn.fact("customer erased").verdict(json.encode({"ok": True}))
    return replace(_without_traces(turn, merged=turn.live.merged), rescued=rescued)


def _without_traces(turn: Turn, *, merged: tuple[str, ...] = ()) -> Turn:
    return replace(turn, record=Erased(id=turn.record.id, at=turn.now, turned=turn.now, merged=merged))


def _for_somebody_new(turn: Turn, record: Erased) -> Turn:
    """Who was erased and writes again is somebody new to us; whatever else comes for the erased ends here."""
    body = turn.event.body
    if isinstance(body, _ANSWERED):
        turn = turn.verdict(json.encode({"ok": isinstance(body, EraseAsked), "code": "unknown", "text": "This customer was erased."}))
    if isinstance(body, MergeArrived):
        # It was on its way when its goal was erased: the same person, so its tombstone goes too, or it would point here for ever.
        turn = turn.forward(_event(turn, 0, body.younger, EraseAsked(asked_by="merge")))
        return replace(turn, record=replace(record, merged=(*record.merged, body.younger)))
    if turn.event.address and isinstance(body, Said | Started | Tracked | Identified):
        forward = Forward(event=turn.event, gone=(record.id, *record.merged))
        return replace(turn, forwards=(*turn.forwards, forward), handled=True)
    return turn.done()


def _event(
    turn: Turn, n: int, to: str, body: MergeArrived | DeliveryArrived | EraseAsked | Receipt, *, address: Address | None = None
) -> Event:
    id = derived_id("ev", turn.entry, n)  # noqa: A001 - the field's name
    root = turn.event.root or turn.event.id
    return Event(
        id=id, subject=customer_subject(to), body=body, at=turn.now, received=turn.now, address=address, cause=turn.event.id, root=root
    )


def _joined(turn: Turn, arrived: MergeArrived) -> Turn:
    """The older with all that the younger brought; an opt-out of either survives."""
    mine, theirs = turn.live, decode_record_value(arrived.record)
    if not isinstance(theirs, Live):
        return turn.done()
    turn = turn.with_record(
        addresses=tuple(dict.fromkeys((*mine.addresses, *theirs.addresses))),
        profile=both(mine.profile, theirs.profile),
        consents=_consents(mine.consents, theirs.consents, turn.now),
        conversations=_conversations(mine.conversations, theirs.conversations),
        parked={**theirs.parked, **mine.parked},
        parked_whole={**theirs.parked_whole, **mine.parked_whole},
        echoes={**theirs.echoes, **mine.echoes},
        heard={**theirs.heard, **mine.heard},
        deferred=(*mine.deferred, *theirs.deferred),
        cart=newer_cart(mine.cart, theirs.cart),
        orders=both_orders(mine.orders, theirs.orders),
        runs=both_runs(mine.runs, theirs.runs),
        sends=both_sends(mine.sends, theirs.sends),
        merged=(*mine.merged, arrived.younger, *theirs.merged),
    )
    for name, armed in sorted(theirs.timers.items()):
        turn = turn.arm(name, _sooner(turn.live.timers.get(name), armed))
    turn = turn.note("fact", "system", f"merged {arrived.younger}: {arrived.evidence}")
    return turn.fact("merged", younger=arrived.younger, evidence=arrived.evidence).done()


def _sooner(mine: Armed | None, theirs: Armed) -> int:
    return min(mine.due, theirs.due) if mine else theirs.due


def _conversations(mine: tuple[Conversation, ...], theirs: tuple[Conversation, ...]) -> tuple[Conversation, ...]:
    """Both lists by age, so that the latest open one is really the latest."""
    return tuple(sorted((*mine, *theirs), key=lambda c: (c.last_word or c.opened, c.id)))


def _consents(mine: tuple[Consent, ...], theirs: tuple[Consent, ...], now: int) -> tuple[Consent, ...]:
    """All that either said, and once more each refusal that stood before the merge, so that no earlier yes undoes it."""
    standing = {}
    for given in (mine, theirs):
        latest = {(c.channel, c.purpose): c for c in sorted(given, key=lambda c: c.at)}
        standing.update({key: c for key, c in latest.items() if c.state is ConsentState.REFUSED})
    kept = replace_all(standing.values(), now)
    return (*sorted((*mine, *theirs), key=lambda c: c.at), *kept)


def replace_all(refusals: object, now: int) -> tuple[Consent, ...]:
    """The refusals as of now."""
    return tuple(replace(c, at=now, basis="merge") for c in refusals)  # type: ignore[attr-defined]


def _is_bots(conversation: Conversation, said: Delivery) -> bool:
    """Whether the bot may still say it: it has the conversation, or said it behind the closing, and nobody came since but the merge."""
    behind = conversation.status is ConversationStatus.OPEN or conversation.epoch == said.epoch + 1
    return conversation.owner.kind is OwnerKind.BOT and behind


def _sent_from_here(turn: Turn, old: Delivery) -> Turn:
    """A delivery of the younger that had not begun: the bot's only while the bot still owns its conversation, marketing by the gate."""
    if old.purpose is Purpose.MARKETING:
        # Judged by what was known of the younger: now an opt-out, an order or a cap of the other counts, too.
        again = JudgeAgain(
            message=old.message, purpose=old.purpose, address=old.address, not_after=old.not_after, key=old.key, delivery=old.id
        )
        return replace(turn, event=replace(turn.event, body=again))
    conversation = turn.conversation(old.conversation) if old.conversation else None
    if old.amends is not None:
        return with_amendment(turn, old, old.amends, conversation=conversation, who=old.origin.value)
    if old.origin is Origin.BOT and old.conversation and not (conversation and _is_bots(conversation, old)):
        return turn.note("draft", "bot", old.message.text, conversation=old.conversation, address=old.address).done()
    if old.act is not None:
        if conversation is None:
            return turn.done()
        who, end = old.origin.value, old.not_after
        return turn.act(old.act, conversation=conversation, to=old.address, origin=old.origin, who=who, not_after=end, key=old.key)
    return turn.say(
        old.message,
        conversation=conversation,
        to=old.address,
        origin=old.origin,
        purpose=old.purpose,
        not_after=old.not_after,
        key=old.key,
    )
