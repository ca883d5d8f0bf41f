"""Bursts: while more lines of one thought follow, the bot listens."""

from dataclasses import dataclass

from msgspec.structs import replace

from dialogs.hearing import ALL_LINES, LINES, line_of, spoken, thread_of
from dialogs.wording import ShopTexts
from hub.model.channels.ports import Question
from hub.model.turns.turn import Turn
from hub.model.words import OwnerKind


@dataclass(frozen=True, slots=True)
class Burst:
    """Keeps the lines that are not the last of their burst; the last one is answered with all of them."""

    texts: ShopTexts

    @property
    def name(self) -> str:
        """The step's name in logs."""
        return "burst"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing."""
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the line kept, where another follows."""
        said = spoken(turn)
        if not turn.more or turn.handled or said is None:
            return turn
        conversation = thread_of(turn)
        if conversation is None or conversation.owner.kind is not OwnerKind.BOT:
            return turn
        line = line_of(said, self.texts)
        if not line:
            return turn.done()
        return turn.with_conversation(replace(conversation, lines=_kept((*conversation.lines, line)))).done()


def _kept(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The latest of them, as many as a record has room for."""
    lines = lines[-LINES:]
    while sum(map(len, lines)) > ALL_LINES:
        lines = lines[1:]
    return lines
