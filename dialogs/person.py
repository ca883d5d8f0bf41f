"""A person, please: the wish is always granted, the bot falls silent, and whoever waits is told their place."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from dialogs.hearing import LANGUAGE, language_of, spoken, thread_of
from dialogs.telling import told_instant
from dialogs.wording import PERSON, ShopTexts, Wording
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Owner
from hub.model.events.event import Said
from hub.model.messaging.message import Message
from hub.model.shop.queue import TOPIC, Place, place_key
from hub.model.text.folding import plain
from hub.model.turns.turn import Turn
from hub.model.words import Origin, OwnerKind, Purpose

OFFERED = "offered"
"""The key in `Conversation.dialog` that tells what the last answer offered, so that "yes" means it."""

TOLD = "place_told"
"""The key in `Conversation.dialog` of a waiting one: when its place was told last, ms since 1970."""

NOTICE_MS = 5 * 60 * 1000
"""A place in the queue is no news after that; and none is told any more once somebody has taken the conversation."""

AGAIN_MS = 20_000
"""Sooner than that the place is not told again: who presses the button three times wants one answer."""


def wants_person(said: Said, texts: ShopTexts) -> bool:
    """Whether somebody asks for a person, by button or in words of any language."""
    return said.payload == PERSON or texts.person.has(said.text) or texts.person_within.stand_in(plain(said.text))


@dataclass(frozen=True, slots=True)
class PersonPlease:
    """Hands the conversation from the bot to the queue when the customer asks for a person or accepts the offer of one."""

    texts: ShopTexts

    @property
    def name(self) -> str:
        """The step's name in logs."""
        return "person"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """The place in the queue, for whoever asks for a person or when one comes; unanswered, the wish is granted all the same."""
        said = spoken(turn)
        conversation = thread_of(turn)
        if said is None or turn.handled or not (self._asks(said, conversation) or self._waits(said, conversation)):
            return ()
        return (_question(turn, conversation),)

    def take(self, turn: Turn) -> Turn:
        """The turn with the conversation in the queue and the customer told, where that was the wish."""
        said, address = spoken(turn), turn.event.address
        conversation = thread_of(turn)
        if said is None or address is None or turn.handled or conversation is None:
            return turn
        if self._waits(said, conversation):
            return self._told_again(turn, said, conversation)
        if conversation.owner.kind is not OwnerKind.BOT or not self._asks(said, conversation):
            return turn
        reason = "asked" if wants_person(said, self.texts) else "accepted"
        language = language_of(turn, self.texts, text=said.text)
        waiting = replace(conversation, misses=0, dialog={LANGUAGE: language, TOLD: str(turn.now)})
        place = _place(turn, conversation)
        turn, queued = turn.hand_over(waiting, Owner(kind=OwnerKind.QUEUE))
        turn = turn.fact("conversation queued", conversation=queued.id, reason=reason)
        turn = turn.note("fact", "system", "asked for a person", conversation=queued.id, address=address)
        text = Message(text=self._queued(self.texts.wordings[language], place, now=turn.now))
        return turn.say(text, conversation=queued, to=address, origin=Origin.SYSTEM, purpose=Purpose.SYSTEM, not_after=turn.now + NOTICE_MS)

    def _asks(self, said: Said, conversation: Conversation | None) -> bool:
        """Whether a person is wished, or the offer of one accepted."""
        if conversation is not None and conversation.owner.kind is not OwnerKind.BOT:
            return False
        accepted = conversation is not None and conversation.dialog.get(OFFERED) == PERSON and self.texts.yes.has(said.text)
        return accepted or wants_person(said, self.texts)

    def _waits(self, said: Said, conversation: Conversation | None) -> bool:
        """Whether somebody in the queue asks when it is their turn."""
        if conversation is None or conversation.owner.kind is not OwnerKind.QUEUE:
            return False
        texts = self.texts
        return wants_person(said, texts) or texts.waiting.has(said.text) or texts.waiting_within.stand_in(plain(said.text))

    def _told_again(self, turn: Turn, said: Said, conversation: Conversation) -> Turn:
        told, address = conversation.dialog.get(TOLD, ""), turn.event.address
        if address is None or turn.more or (told.isdecimal() and turn.now - int(told) < AGAIN_MS):
            return turn
        wording = self.texts.wordings[language_of(turn, self.texts, text=said.text)]
        waiting = replace(conversation, dialog={**conversation.dialog, TOLD: str(turn.now)})
        text = Message(text=self._waiting(wording, _place(turn, conversation), now=turn.now))
        turn = turn.with_conversation(waiting)
        return turn.say(
            text, conversation=waiting, to=address, origin=Origin.SYSTEM, purpose=Purpose.SYSTEM, not_after=turn.now + NOTICE_MS
        )

    def _queued(self, wording: Wording, place: Place | None, *, now: int) -> str:
        """What is said on joining the queue: who is not noted yet stands behind all that are."""
        say = wording.say
        if place is None:
            return say.queued
        if not place.open:
            return say.queued_later.format(when=self._when(wording, place, now=now)) if place.opens_at else say.queued_away
        number = place.place or place.waiting + 1
        return say.queued_next if number == 1 else say.queued_place.format(place=number)

    def _waiting(self, wording: Wording, place: Place | None, *, now: int) -> str:
        say = wording.say
        if place is not None and not place.open and place.opens_at:
            return say.waits_later.format(when=self._when(wording, place, now=now))
        if place is None or not place.place or not place.open:
            return say.waits
        return say.waits_next if place.place == 1 else say.waits_place.format(place=place.place)

    def _when(self, wording: Wording, place: Place, *, now: int) -> str:
        return told_instant(wording.time, place.opens_at, now=now, zone=self.texts.calendar.zone)


def _question(turn: Turn, conversation: Conversation | None) -> Question:
    return Question(topic=TOPIC, key=place_key(turn.record.id, conversation.id if conversation else ""))


def _place(turn: Turn, conversation: Conversation) -> Place | None:
    """What was answered; a conversation this very turn began was asked about without its name."""
    keys = (place_key(turn.record.id, conversation.id), place_key(turn.record.id, ""))
    answer = next((told for key in keys if (told := turn.answers.get(f"{TOPIC}/{key}"))), None)
    if answer is None:
        return None
    try:
        return msgspec.json.decode(answer, type=Place)
    except msgspec.DecodeError:
        return None
