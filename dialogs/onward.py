"""Who comes from the web chat by a link is told whether we know them here too."""

from dataclasses import dataclass

from dialogs.hearing import language_of, thread_of
from dialogs.wording import ShopTexts
from hub.model.channels.ports import Question
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.webchat.onward import FOLLOWED, link_followed
from hub.model.words import OwnerKind


@dataclass(frozen=True, slots=True)
class GoneOn:
    """Answers who came by a link in place of the greeting; a link that leads nowhere is told kindly, with what to do."""

    texts: ShopTexts

    @property
    def name(self) -> str:
        """The step's name in logs."""
        return "gone on"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing: the hub's own step has asked."""
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with one sentence."""
        conversation, address = thread_of(turn), turn.event.address
        link = link_followed(turn)
        if link is None or conversation is None or address is None:
            return turn
        if conversation.owner.kind is not OwnerKind.BOT:
            return turn.done()
        say = self.texts.wordings[language_of(turn, self.texts, text="")].say
        known = any(fact.name == FOLLOWED for fact in turn.facts)
        unknown = say.onward_old if link.looked else say.onward_again
        return turn.say(Message(text=say.onward if known else unknown), conversation=conversation, to=address)
