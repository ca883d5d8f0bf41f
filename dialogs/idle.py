"""Idle conversations: what nobody continues for a day is resolved; what the bot may not answer any more is dropped."""

from dataclasses import dataclass

from msgspec.structs import replace

from dialogs.hearing import thread_of
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Live
from hub.model.events.agents import ReleaseAsked
from hub.model.events.event import Said, Started, TimerFired
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus, OwnerKind

IDLE_MS = 24 * 60 * 60 * 1000
"""Silence after which the bot's conversation is resolved: a day, as long as the reply windows of the big channels."""

PREFIX = "idle:"
"""The timer's name is this and the conversation's id."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Resolves a bot's conversation after a day of silence; a person's conversation is theirs to resolve."""

    after_ms: int = IDLE_MS

    @property
    def name(self) -> str:
        """The step's name in logs."""
        return "idle"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing."""
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the idle timer set anew, or with the conversation resolved when it fired."""
        if not isinstance(turn.record, Live):
            return turn
        match turn.event.body:
            case TimerFired(name=name) if name.startswith(PREFIX):
                return _fired(turn, name)
            case Said() | Started():
                return self._armed(_lines_settled(turn), thread_of(turn))
            case ReleaseAsked(conversation=id_):
                return self._armed(turn, turn.conversation(id_))
            case _:
                return turn

    def _armed(self, turn: Turn, conversation: Conversation | None) -> Turn:
        if conversation is None or conversation.owner.kind is not OwnerKind.BOT or conversation.status is not ConversationStatus.OPEN:
            return turn
        return turn.arm(PREFIX + conversation.id, turn.now + self.after_ms)


def _lines_settled(turn: Turn) -> Turn:
    """Lines of a burst are over once something answered it, or a person took over: none is answered a day late."""
    conversation = thread_of(turn)
    if conversation is None or not conversation.lines or (turn.more and conversation.owner.kind is OwnerKind.BOT):
        return turn
    return turn.with_conversation(replace(conversation, lines=()))


def _fired(turn: Turn, name: str) -> Turn:
    """Resolve what is still open and the bot's; a firing that a later word outdated never gets here (hub/engine/turns/chain.py)."""
    turn = turn.disarm(name)
    conversation = turn.conversation(name.removeprefix(PREFIX))
    if conversation is None or conversation.owner.kind is not OwnerKind.BOT or conversation.status is not ConversationStatus.OPEN:
        return turn
    resolved = replace(conversation, status=ConversationStatus.RESOLVED, reason="idle", misses=0, lines=(), dialog={})
    turn = turn.with_conversation(resolved).fact("conversation resolved", conversation=resolved.id, reason="idle")
    return turn.note("fact", "system", "resolved: a day of silence", conversation=resolved.id).done()
