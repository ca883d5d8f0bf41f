"""How did we do: asked once after an agent closed a conversation, one to five, then one open question."""

import re
from dataclasses import dataclass, field

from msgspec.structs import replace

from dialogs.hearing import LANGUAGE, LINE, Heard, heard, language_of, offered, spoken
from dialogs.order import order_pattern
from dialogs.person import OFFERED
from dialogs.wording import PERSON, SCORED, ShopTexts
from hub.model.channels.ports import Question
from hub.model.customers.record import UNHAPPY, Conversation, Fact, Feedback, Live
from hub.model.events.agents import ReopenAsked, ResolveAsked
from hub.model.events.event import Said, TimerFired
from hub.model.messaging.message import Message, QuickReply
from hub.model.text.folding import fold, plain
from hub.model.turns.turn import Turn
from hub.model.words import ConsentState, ConversationStatus, Origin, OwnerKind, Purpose

AFTER_MS = 20_000
"""So long after the closing it is asked, in which an agent may take the closing back."""

WINDOW_MS = 24 * 60 * 60 * 1000
"""A day after the customer's last word: as long as the big channels let us answer; neither asked nor counted later."""

COMMENT_MS = 10 * 60 * 1000
"""So long the open question waits; then the score is told without words."""

PREFIX = "csat:"
"""The timer's name is this and the conversation's id."""

TOLD = "Feedback Given"
"""The fact: score, text, conversation, agent. One for a conversation."""

_STARS = re.compile("[★⭐🌟]\ufe0f?")
"""Counted only where nothing else is said: "5⭐" are five, and a star behind thanks is no score."""

LOW = 2
"""Up to this score somebody is unhappy."""


@dataclass(frozen=True, slots=True)
class AskFeedback:
    """Asks for a score and hears it; what is plainly a new question is left to the answers."""

    texts: ShopTexts
    after_ms: int = AFTER_MS
    orders: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "orders", order_pattern(self.texts.order_words))

    @property
    def name(self) -> str:
        """The step's name in logs."""
        return "feedback"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing."""
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the question put, its answer heard, or its timer set."""
        if not isinstance(turn.record, Live):
            return turn
        match turn.event.body:
            case ResolveAsked(agent=agent):
                return self._closed(turn, agent)
            case ReopenAsked(conversation=id_):
                return turn.disarm(PREFIX + id_)
            case TimerFired(name=name) if name.startswith(PREFIX):
                return self._due(turn.disarm(name), turn.conversation(name.removeprefix(PREFIX)))
            case Said():
                return self._heard(turn)
            case _:
                return turn

    def _closed(self, turn: Turn, agent: str) -> Turn:
        """An agent closed it in this very turn: ask soon, once for all time."""
        closed = next((fact.detail.get("conversation", "") for fact in turn.facts if fact.name == "conversation resolved"), "")
        conversation = turn.conversation(closed) if closed else None
        # Nobody is asked in private how it was in public.
        if conversation is None or conversation.post or self.after_ms <= 0:
            return turn
        if conversation.feedback is not None and conversation.feedback.asked:
            return turn
        turn = turn.with_conversation(replace(conversation, feedback=Feedback(agent=agent, resolved=turn.now)))
        return turn.arm(PREFIX + closed, turn.now + self.after_ms)

    def _due(self, turn: Turn, conversation: Conversation | None) -> Turn:
        if conversation is None or conversation.feedback is None or conversation.feedback.ended:
            return turn.done()
        if conversation.feedback.score:
            return _told(turn, conversation, conversation.feedback).done()
        return self._asked(turn, conversation, conversation.feedback) if _may_ask(turn, conversation) else turn.done()

    def _asked(self, turn: Turn, conversation: Conversation, feedback: Feedback) -> Turn:
        until = conversation.last_word + WINDOW_MS
        wording = self.texts.wordings[self._language(turn, conversation)]
        scores = tuple(QuickReply(title=f"{n} ★", payload=f"{SCORED}{conversation.id}:{n}") for n in range(1, 6))
        conversation = replace(conversation, feedback=replace(feedback, asked=turn.now, until=until))
        turn = turn.with_conversation(conversation).fact("feedback asked", conversation=conversation.id, agent=feedback.agent)
        message = Message(text=wording.say.csat_ask, quick_replies=scores)
        to = conversation.last_thread
        if to is None:
            return turn.done()
        return turn.say(message, conversation=conversation, to=to, purpose=Purpose.SERVICE, origin=Origin.BOT, not_after=until)

    def _heard(self, turn: Turn) -> Turn:
        rated, pressed = _waiting(turn), spoken(turn)
        if pressed is None or turn.handled:
            return turn
        score = _pressed(pressed.payload, rated) if rated else 0
        if pressed.payload.startswith(SCORED) and not score:
            return turn.done()  # A button of long ago: nothing waits for it any more.
        if rated is None or rated.feedback is None:
            return turn
        said = heard(turn)
        if said is None:
            # A person is with them: the score counts, and the bot keeps silent.
            return self._noted(turn, rated, rated.feedback, score=score) if score and not turn.more else turn
        if score:
            return self._thanked(turn, said, rated=rated, score=score, lines=said.conversation.lines)
        if not rated.feedback.score:
            score = self._score(said)
            return self._thanked(turn, said, rated=rated, score=score, lines=said.lines[1:]) if score else turn
        return self._commented(turn, said, rated, rated.feedback)

    def _score(self, said: Heard) -> int:
        """A number or a word that stands for one, typed as the whole first line; no number that something else waits for."""
        if said.said.payload or not said.lines or set(said.conversation.dialog) - {LANGUAGE}:
            return 0
        words, stars = _STARS.sub(" ", said.lines[0]).strip(), len(_STARS.findall(said.lines[0]))
        return next((n for n, known in enumerate(self.texts.scores, 1) if (known.has(words) if words else n == stars)), 0)

    def _noted(self, turn: Turn, rated: Conversation, feedback: Feedback, *, score: int) -> Turn:
        """The turn with the score in the record, and the customer spared of offers while it is low."""
        known = {key: fact for key, fact in turn.live.profile.items() if key != UNHAPPY}
        if score <= LOW:
            known[UNHAPPY] = Fact(value=str(score), source="feedback", at=turn.now)
        rated = replace(rated, feedback=replace(feedback, score=score))
        turn = turn.with_record(profile=known).with_conversation(rated)
        turn = turn.note("fact", "customer", f"feedback {score} of 5", conversation=rated.id, detail={"score": str(score)})
        return turn.arm(PREFIX + rated.id, turn.now + COMMENT_MS)

    def _thanked(self, turn: Turn, said: Heard, *, rated: Conversation, score: int, lines: tuple[str, ...]) -> Turn:
        """The turn with the score heard, and the open question; `lines`: what else stood in the same burst."""
        if rated.feedback is None:
            return turn
        turn = self._noted(turn, rated, rated.feedback, score=score)
        if lines:
            rest = replace(said, said=replace(said.said, payload=""), text="\n".join(lines), lines=lines)
            return self._commented(turn, rest, _now(turn, rated), replace(rated.feedback, score=score))
        wording = self.texts.wordings[language := self._language(turn, rated)]
        low = score <= LOW
        dialog = {LANGUAGE: language, **({OFFERED: PERSON} if low else {})}
        message = Message(text=wording.say.csat_low if low else wording.say.csat_why, quick_replies=offered(wording, PERSON) if low else ())
        after = replace(said.conversation, misses=0, lines=(), dialog=dialog)
        return turn.with_conversation(after).say(message, conversation=after, to=said.address, purpose=Purpose.SERVICE)

    def _commented(self, turn: Turn, said: Heard, rated: Conversation, feedback: Feedback) -> Turn:
        """What follows a score: a comment, a nod, or something else, which is left to the others."""
        turn = turn.disarm(PREFIX + rated.id)
        if said.said.payload or not said.text or self._is_question(said):
            return _told(turn, rated, feedback)
        line = said.lines[-1]
        nod = self.texts.fine.has(line) or self.texts.thanks.has(line) or not plain(line)
        turn = _told(turn, rated, feedback, text="" if nod else said.text)
        wording = self.texts.wordings[self._language(turn, rated)]
        after = _closed_again(said.conversation, feedback)
        turn = turn.with_conversation(after)
        if after.status is ConversationStatus.RESOLVED:
            turn = turn.fact("conversation resolved", conversation=after.id, reason="feedback")
        return turn.say(Message(text=wording.say.csat_thanks), conversation=after, to=said.address, purpose=Purpose.SERVICE)

    def _is_question(self, said: Heard) -> bool:
        """Plainly a new matter: an order's number, or something the answers know, put as a question."""
        if self.orders.search(fold(said.text)):
            return True
        asks = "?" in said.text or "？" in said.text or self.texts.questions.stand_in(plain(said.text))
        return asks and any(wording.index.best(line) for wording in self.texts.wordings.values() for line in said.lines)

    def _language(self, turn: Turn, conversation: Conversation) -> str:
        kept = conversation.dialog.get(LANGUAGE, "")
        return kept if kept in self.texts.wordings else language_of(turn, self.texts, text="")


def _may_ask(turn: Turn, conversation: Conversation) -> bool:
    """Still closed, the customer silent since, reachable, within the window, and never said to be left alone wholly."""
    feedback, to = conversation.feedback, conversation.last_thread
    if feedback is None or feedback.asked or to is None or conversation.status is not ConversationStatus.RESOLVED:
        return False
    if any(_goes_on(other, since=feedback.resolved) for other in turn.live.conversations):
        return False
    refused = (c for c in turn.live.consents if c.state is ConsentState.REFUSED and c.channel in {to.channel, "*"})
    left_alone = any(c.channel == "*" or c.purpose is Purpose.SERVICE or c.basis == "provider" for c in refused)
    return not left_alone and turn.now < conversation.last_word + WINDOW_MS


def _goes_on(other: Conversation, *, since: int) -> bool:
    """Whether something else is being talked about: a person has it, or the customer wrote since.

    One that the bot left open long ago is no talk; a merge brings such ones along.
    """
    talked = other.owner.kind is not OwnerKind.BOT or max(other.last_word, other.opened) >= since
    return other.status is ConversationStatus.OPEN and talked


def _waiting(turn: Turn) -> Conversation | None:
    """The newest conversation whose question still takes an answer."""
    asked = (c for c in turn.live.conversations if c.feedback and c.feedback.asked and not c.feedback.ended and turn.now < c.feedback.until)
    return max(asked, key=lambda c: c.feedback.asked if c.feedback else 0, default=None)


def _pressed(payload: str, rated: Conversation) -> int:
    conversation, _, score = payload.removeprefix(SCORED).rpartition(":")
    return int(score) if payload.startswith(SCORED) and conversation == rated.id and score in {"1", "2", "3", "4", "5"} else 0


def _now(turn: Turn, conversation: Conversation) -> Conversation:
    return turn.conversation(conversation.id) or conversation


def _told(turn: Turn, rated: Conversation, feedback: Feedback, *, text: str = "") -> Turn:
    """The turn with the answer as the one fact it ends as."""
    turn = turn.disarm(PREFIX + rated.id).with_conversation(replace(rated, feedback=replace(feedback, ended=turn.now)))
    return turn.fact(TOLD, score=str(feedback.score), text=text[:LINE], conversation=rated.id, agent=feedback.agent)


def _closed_again(conversation: Conversation, feedback: Feedback) -> Conversation:
    """A conversation the answer itself began has nothing left in it; one that was there before goes on."""
    began = conversation.opened >= feedback.asked and conversation.owner.kind is OwnerKind.BOT
    after = replace(conversation, misses=0, lines=(), dialog={})
    return replace(after, status=ConversationStatus.RESOLVED, reason="feedback") if began else after
