"""Two bots that answer each other: ours falls silent, and a person is asked to look.

What tells a machine: the same words again and again, or few different ones at a pace nobody keeps up. Letters of machines say so themselves
(RFC 3834) and are not answered in the first place.
"""

import re
from hashlib import blake2b

from msgspec.structs import replace

from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Lately, Live, Owner
from hub.model.events.event import Said, TimerFired
from hub.model.text.folding import plain
from hub.model.turns.turn import LOOPING, Turn
from hub.model.words import ConversationStatus, OwnerKind

SAME, PACED, ENDED = "looping same", "looping paced", "looping ended"
"""What the timeline says."""

PREFIX = "loop:"
"""The timer's name is this and the conversation's id."""

FEW = 3
"""Different words that a machine goes through; people who write as fast do not come back to the same three."""
KEPT = 8
_IDLE, _IDLE_MS = "idle:", 24 * 60 * 60 * 1000
_NUMBERS = re.compile(r"\d+")
_SHORT = 12
"""Up to so many characters a number is what was chosen; in a sentence it is a ticket, a time, a place in a queue."""


class Loops(Value, frozen=True):
    """When it is one: `same` words within `minutes`, or `paced` in a row with at most `pace` seconds between; `same` 0: never.

    `quiet`: minutes without a word after which the bot has the conversation again. Twenty the same within five minutes are what RapidPro's
    mailroom calls a loop: https://github.com/nyaruka/mailroom
    """

    same: int = 20
    minutes: float = 5.0
    paced: int = 12
    pace: float = 15.0
    quiet: float = 30.0


class Looping:
    """Counts what customers say to the bot, and silences it where a machine answers."""

    name = "looping"

    def __init__(self, loops: Loops) -> None:
        self._loops = loops

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing: the record has it."""
        del turn
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the word counted, unanswered where that goes in circles; or with the bot back after a quiet while."""
        if not isinstance(turn.record, Live):
            return turn
        match turn.event.body:
            case TimerFired(name=name) if name.startswith(PREFIX):
                return self._calmed(turn, name)
            case Said(mentioned=True) as said if self._loops.same and not turn.handled:
                conversation = _spoken_in(turn)
                word = _digest(said)
                if conversation and word and conversation.owner.kind is not OwnerKind.AGENT:
                    return self._heard(turn, conversation, word)
        return turn

    def _heard(self, turn: Turn, conversation: Conversation, word: str) -> Turn:
        lately = counted(conversation.lately, word, now=turn.now, loops=self._loops)
        turn = turn.with_conversation(replace(conversation, lately=lately))
        if lately.stopped:
            turn = turn.arm(PREFIX + conversation.id, turn.now + int(self._loops.quiet * 60_000))
            # What is new may be a person after all (STOP, "a person please"); what comes again is not answered again.
            return turn.done() if lately.words[word] > 1 else turn
        why = loop_in(lately, self._loops)
        return self._stopped(turn, replace(conversation, lately=lately), lately, why) if why else turn

    def _stopped(self, turn: Turn, conversation: Conversation, lately: Lately, why: str) -> Turn:
        """The turn with the bot silent, the conversation among those that wait for a person, and why."""
        if conversation.owner.kind is OwnerKind.BOT:
            turn, conversation = turn.hand_over(replace(conversation, misses=0), Owner(kind=OwnerKind.QUEUE))
        turn = turn.with_conversation(replace(conversation, lately=replace(lately, stopped=turn.now)))
        turn = turn.arm(PREFIX + conversation.id, turn.now + int(self._loops.quiet * 60_000))
        minutes = -(-(turn.now - lately.since) // 60_000)
        count = max(lately.words.values()) if why == SAME else lately.paced
        detail = {"count": str(count), "minutes": str(max(1, minutes))}
        turn = turn.note("fact", "system", why, conversation=conversation.id, address=turn.event.address, detail=detail)
        turn = turn.fact("conversation queued", conversation=conversation.id, reason="looping")
        return turn.fact(LOOPING, conversation=conversation.id, why=why, **detail).done()

    def _calmed(self, turn: Turn, name: str) -> Turn:
        """The turn with the bot in charge again where nobody has looked and nothing came any more."""
        turn = turn.disarm(name)
        conversation = turn.conversation(name.removeprefix(PREFIX))
        if conversation is None or conversation.status is not ConversationStatus.OPEN or conversation.lately is None:
            return turn.done()
        waits_for_this = conversation.owner.kind is OwnerKind.QUEUE and conversation.since == conversation.lately.stopped
        if not waits_for_this:
            return turn.with_conversation(replace(conversation, lately=None)).done()
        turn, freed = turn.hand_over(conversation, Owner(), told=ENDED)
        return turn.arm(_IDLE + freed.id, turn.now + _IDLE_MS).fact("loop ended", conversation=freed.id).done()


def counted(lately: Lately | None, word: str, *, now: int, loops: Loops) -> Lately:
    """With one word more; counted anew where the while is over, unless the bot is silent for it."""
    if lately is None or (not lately.stopped and now - lately.since > loops.minutes * 60_000):
        return Lately(since=now, last=now, words={word: 1}, paced=1)
    words = {**lately.words, word: lately.words.get(word, 0) + 1}
    if len(words) > KEPT:
        rarest = min((one for one in words if one != word), key=words.__getitem__)
        del words[rarest]
    quick = now - lately.last <= loops.pace * 1000 and len(words) <= FEW
    return replace(lately, last=now, words=words, paced=lately.paced + 1 if quick else 1)


def loop_in(lately: Lately, loops: Loops) -> str:
    """What makes it a loop: SAME, PACED, or nothing."""
    if max(lately.words.values()) >= loops.same:
        return SAME
    return PACED if loops.paced and lately.paced >= loops.paced and max(lately.words.values()) > 1 else ""


def _spoken_in(turn: Turn) -> Conversation | None:
    """The conversation this very word was joined to."""
    for conversation in reversed(turn.live.conversations):
        joined = conversation.last_thread == turn.event.address and conversation.last_word == turn.now
        if joined and conversation.status is ConversationStatus.OPEN:
            return conversation
    return None


def _digest(said: Said) -> str:
    """The same for what reads the same; empty where nothing was said."""
    words = plain(said.text) or said.payload
    if len(words) > _SHORT:
        words = _NUMBERS.sub("#", words)
    return blake2b(words.encode(), digest_size=4).hexdigest() if words else ""
