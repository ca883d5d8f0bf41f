"""A person, please: the wish is always granted, and the bot falls silent."""

from dataclasses import dataclass

from msgspec.structs import replace

from dialogs.hearing import LANGUAGE, language_of, spoken, thread_of
from dialogs.wording import PERSON, ShopTexts
from hub.model.events import Said
from hub.model.fold import plain
from hub.model.message import Message
from hub.model.ports import Question
from hub.model.record import Owner
from hub.model.turn import Turn
from hub.model.words import Origin, OwnerKind, Purpose

OFFERED = "offered"
"""The key in `Conversation.dialog` that tells what the last answer offered, so that "yes" means it."""


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
        """Nothing: who wants a person has waited enough."""
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the conversation in the queue and the customer told, where that was the wish."""
        said, address = spoken(turn), turn.event.address
        if said is None or address is None or turn.handled:
            return turn
        conversation = thread_of(turn)
        if conversation is None or conversation.owner.kind is not OwnerKind.BOT:
            return turn
        accepted = conversation.dialog.get(OFFERED) == PERSON and self.texts.yes.has(said.text)
        if not accepted and not wants_person(said, self.texts):
            return turn
        language = language_of(turn, self.texts, text=said.text)
        waiting = replace(conversation, misses=0, dialog={LANGUAGE: language})
        turn, queued = turn.hand_over(waiting, Owner(kind=OwnerKind.QUEUE))
        turn = turn.fact("conversation queued", conversation=queued.id, reason="accepted" if accepted else "asked")
        turn = turn.note("fact", "system", "asked for a person", conversation=queued.id, address=address)
        text = Message(text=self.texts.wordings[language].say.queued)
        return turn.say(text, conversation=queued, to=address, origin=Origin.SYSTEM, purpose=Purpose.SYSTEM)
