"""Comments that ask for something are answered by rule: in private through the gate, and in public; what none answers waits."""

import unicodedata
from collections.abc import Mapping

from msgspec.structs import replace

from hub.engine.turns.comments import acted, found, words
from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Live, Owner
from hub.model.events.event import Commented, NudgeAsked
from hub.model.messaging.comments import COMMENT_LINE, CommentAct, CommentVerb, KeptComment, private_until
from hub.model.turns.turn import OWNER_CHANGED, Turn
from hub.model.words import ConversationStatus, Origin, OwnerKind, Purpose
from hub.nudges.checks import CHECKS, Asked, decisive
from hub.nudges.comment_rules import CommentRule, Once
from hub.nudges.judging import refuse
from hub.nudges.policy import Policy
from hub.nudges.rules import SWITCHES, Rules, switches_of
from hub.nudges.verdict import Check, Judged, Outcome, refused
from hub.nudges.wording import language_of

_VIETNAMESE = frozenset("\u0309\u0323\u031bđ")
"""Marks that no other language of our customers has: hook above, dot below, horn, and the barred d."""


class AnswersComments:
    """Answers each comment at most once, never one that a person has in hand; stands behind the step that puts it in its place."""

    name = "comment rules"

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """How the switches stand, where a rule may answer."""
        body, address = turn.event.body, turn.event.address
        added = isinstance(body, Commented) and body.verb == "add" and address is not None and isinstance(turn.record, Live)
        return (SWITCHES,) if added and self._rules.comments.rules else ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the comment answered, or waiting for a person."""
        body, address = turn.event.body, turn.event.address
        if not isinstance(body, Commented) or address is None or not isinstance(turn.record, Live):
            return turn
        # One that was told before left no line in this turn.
        fresh = any(line.kind == COMMENT_LINE and line.external_id == body.comment for line in turn.timeline)
        known = found(turn.live, body.comment) if fresh else None
        if known is None:
            return turn
        home, kept = known
        rule = self._rules.comments.rule_for(body.text, account=f"{address.channel}/{address.account}", post=body.post)
        if rule is None or _with_person(turn.live, home, address):
            return self._waits(turn, home, body)
        if rule.once is Once.POST and any(one.private for one in home.comments):
            return turn.fact("comment answered before", rule=rule.name, conversation=home.id)
        return self._answered(turn, rule, home, kept)

    def _answered(self, turn: Turn, rule: CommentRule, home: Conversation, kept: KeptComment) -> Turn:
        to, comment = turn.event.address, turn.event.body
        if to is None or not isinstance(comment, Commented):
            return turn
        private = _text(turn, rule.private, self._rules.policy)
        nudge = NudgeAsked(message=words(private), purpose=Purpose.REPLY, not_after=private_until(kept), key=f"comment/{kept.id}")
        no = self._judged(turn, nudge, to, kept)
        if no is not None:
            return self._waits(refuse(turn, nudge, no), home, comment)
        done = {CommentVerb.PRIVATE: private, CommentVerb.ANSWER: _text(turn, rule.public, self._rules.policy)}
        for verb, text in done.items():
            if text:
                act = CommentAct(verb=verb, comment=kept.id, message=words(text))
                turn = acted(turn, act, home=home, to=to, origin=Origin.NUDGE, who="bot", rule=rule.name)
        return turn.fact("nudge allowed", key=nudge.key, channel=to.channel, rule=rule.name).done()

    def _judged(self, turn: Turn, nudge: NudgeAsked, to: Address, kept: KeptComment) -> Judged | None:
        """What forbids it. A reply skips what protects from advertising; but what answers by itself must stop at the kill switch."""
        policy, stopped = self._rules.policy, switches_of(turn).stopped
        ask = Asked(record=turn.live, nudge=nudge, now=turn.now, policy=policy, to=to, message=nudge.message, stopped=stopped, comment=kept)
        if CHECKS[Check.KILL_SWITCH](ask).verdict is not Outcome.PASS:
            return refused(Check.KILL_SWITCH, "kill_switch")
        verdict = decisive(ask)
        return None if verdict.verdict is Outcome.PASS else verdict

    def _waits(self, turn: Turn, home: Conversation, comment: Commented) -> Turn:
        """Into the queue, where it says something a person could answer."""
        says = any(letter.isalnum() for letter in comment.text) or comment.attachments
        if not self._rules.comments.wait or not says or home.owner.kind is not OwnerKind.BOT:
            return turn
        # Nobody has taken over yet, so what a rule said to an earlier comment still goes: the epoch stays.
        waiting = replace(home, owner=Owner(kind=OwnerKind.QUEUE), since=turn.now)
        queue, bot = OwnerKind.QUEUE.value, OwnerKind.BOT.value
        turn = turn.with_conversation(waiting).note("fact", "system", f"owner {queue}", conversation=home.id)
        return turn.fact(OWNER_CHANGED, conversation=home.id, owner=queue, epoch=str(home.epoch), was=bot)


def _with_person(record: Live, home: Conversation, address: Address) -> bool:
    """Whether a person speaks with the customer, here or on the same thread in private: then nothing speaks beside them."""
    theirs = (c for c in record.conversations if c.status is ConversationStatus.OPEN and c.owner.kind is OwnerKind.AGENT)
    return any(c.id == home.id or address in c.threads for c in theirs)


def _text(turn: Turn, texts: Mapping[str, str], policy: Policy) -> str:
    """The rule's words in the language of the comment, where its letters tell, else as the gate would write to them; '' where none are."""
    written = turn.event.body.text if isinstance(turn.event.body, Commented) else ""
    languages = (_by_letters(written), language_of(turn.live, policy), policy.language)
    found = next((texts[one] for one in languages if texts.get(one)), "") or next(iter(texts.values()), "")
    name = turn.live.profile["name"].value if "name" in turn.live.profile else ""
    # Where nobody told a name, the greeting goes without.
    found = found if name else found.replace(" {name}", "")
    return found.replace("{name}", name).replace("{shop}", policy.shop).strip()


def _by_letters(text: str) -> str:
    """The language whose own letters stand in a text; '' where none do."""
    if any("\u4e00" <= letter <= "\u9fff" for letter in text):
        return "zh-TW"
    return "vi" if _VIETNAMESE.intersection(unicodedata.normalize("NFD", text).lower()) else ""
