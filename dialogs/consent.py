"""Consent words: STOP, START and HELP and their kin, each the whole message; and what a provider says of an opt-out."""

from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec.structs import replace

from dialogs.hearing import language_of, spoken, thread_of
from dialogs.wording import ShopTexts
from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.customers.cart import STOP
from hub.model.customers.record import Consent, Live
from hub.model.events.event import DeliveryEnded, OptedIn, OptedOut, Said
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import ConsentState, Origin, Purpose


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """Writes down what the customer allows: per channel, all marketing; confirmed even while a person owns the conversation."""

    texts: ShopTexts

    @property
    def name(self) -> str:
        """The step's name in logs."""
        return "consent"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing: STOP waits for nobody."""
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with consent changed and confirmed, where the event speaks of it."""
        if not isinstance(turn.record, Live):
            return turn
        match turn.event.body:
            case Said():
                return self._said(turn)
            case OptedOut(reason=reason) if turn.event.address:
                return _changed(turn, ConsentState.REFUSED, on=turn.event.address, basis="provider", proof=reason or "blocked")
            case OptedIn(topic=topic) if turn.event.address:
                return _changed(turn, ConsentState.GIVEN, on=turn.event.address, basis="provider", proof=topic or "opted in")
            case DeliveryEnded(opted_out=True, address=Address() as address, reason=reason):
                return _changed(turn, ConsentState.REFUSED, on=address, basis="provider", proof=reason or "opted out")
            case _:
                return turn

    def _said(self, turn: Turn) -> Turn:
        said, address = spoken(turn), turn.event.address
        if said is None or address is None or turn.handled:
            return turn
        text = said.text
        stops = self.texts.stop.has(text) or said.payload == STOP
        starts = not stops and self.texts.start.has(text)
        if not stops and not starts and not self.texts.help.has(text):
            return turn
        say = self.texts.wordings[language_of(turn, self.texts, text=text)].say
        if not stops and not starts:
            return _confirmed(turn, say.help, to=address)
        proof = f"“{said.text.strip()}” {datetime.fromtimestamp(turn.now / 1000, UTC).isoformat(timespec='seconds')}"
        state = ConsentState.REFUSED if stops else ConsentState.GIVEN
        changed = _changed(_unasked(turn) if stops else turn, state, on=address, basis="word", proof=proof)
        return _confirmed(changed, say.stopped if stops else say.started, to=address)


def _unasked(turn: Turn) -> Turn:
    """Without the lines of the burst so far: who says STOP wants no answer to them, with the next word either."""
    conversation = thread_of(turn)
    if conversation is None or not conversation.lines:
        return turn
    return turn.with_conversation(replace(conversation, lines=()))


def _changed(turn: Turn, state: ConsentState, *, on: Address, basis: str, proof: str) -> Turn:
    """The latest word counts: one entry per channel; an unchanged refusal keeps its first proof."""
    old = next((c for c in turn.live.consents if c.channel == on.channel and c.purpose is Purpose.MARKETING), None)
    if old is not None and old.state is state:
        return turn
    new = Consent(channel=on.channel, purpose=Purpose.MARKETING, state=state, basis=basis, proof=proof, at=turn.now)
    kept = tuple(c for c in turn.live.consents if c is not old)
    detail = {"channel": on.channel, "purpose": Purpose.MARKETING.value, "state": state.value, "basis": basis}
    changed = turn.with_record(consents=(*kept, new)).fact("consent changed", **detail)
    return changed.note("fact", "system", f"consent {state.value}", address=on)


def _confirmed(turn: Turn, text: str, *, to: Address) -> Turn:
    return turn.say(Message(text=text), conversation=thread_of(turn), to=to, origin=Origin.SYSTEM, purpose=Purpose.SYSTEM)
