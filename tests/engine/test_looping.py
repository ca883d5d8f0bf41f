"""Two bots that answer each other: what tells a machine, and what becomes of the conversation."""

from collections.abc import Iterable

from msgspec.structs import replace

from hub.desk.looping import ENDED, PACED, PREFIX, SAME, Looping, Loops
from hub.desk.ownership import Ownership
from hub.desk.threads import Threads
from hub.engine.turns.chain import take
from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Live, Owner
from hub.model.events.agents import ClaimAsked, ReleaseAsked
from hub.model.events.event import Body, Event, Said, TimerFired
from hub.model.messaging.message import Message
from hub.model.turns.turn import LOOPING, Step, Turn
from hub.model.words import OwnerKind

AT = Address(channel="telegram", account="shop", id="42")
NOON = 1_800_000_000_000
MINUTE = 60_000
LOOPS = Loops()
SORRY = "Sorry, I did not understand that."


class Answers:
    """A bot that has a word for everything."""

    name = "answers"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        return ()

    def take(self, turn: Turn) -> Turn:
        conversation = turn.conversation("")
        if turn.handled or not isinstance(turn.event.body, Said) or conversation is None or conversation.owner.kind is not OwnerKind.BOT:
            return turn
        return turn.say(Message(text="Is there anything else?"), conversation=conversation, to=AT)


class Talk:
    """One customer and the bot, turn after turn."""

    def __init__(self, loops: Loops = LOOPS, *, bot: Step | None = None) -> None:
        self.record = Live(id="cu-1", created=1)
        self.now = NOON
        self.facts: list[str] = []
        self.lines: list[tuple[str, dict[str, str]]] = []
        self._steps = (Threads(), Ownership(), Looping(loops), bot or Answers())

    def turn(self, body: Body, *, after: int = 0) -> list[str]:
        """What is said in the turn of this, so many ms later."""
        self.now += after
        address = AT if isinstance(body, Said) else None
        event = Event(id="ev-1", subject="customer:cu-1", body=body, address=address, at=self.now)
        turn = take(self._steps, Turn(record=self.record, event=event, entry=f"{self.now}-1", now=self.now))
        self.record = turn.live
        self.facts += [fact.name for fact in turn.facts]
        self.lines += [(line.text, dict(line.detail)) for line in turn.timeline if line.kind == "fact"]
        return [delivery.message.text for delivery in turn.deliveries]

    def says(self, texts: Iterable[str], *, every: int) -> int:
        """How many of these words were answered."""
        return sum(bool(self.turn(Said(text=text), after=every)) for text in texts)

    def quiet(self, minutes: float) -> None:
        """So long nobody says anything, and timers fire that are due by then."""
        self.now += int(minutes * MINUTE)
        for name, armed in list(self.record.timers.items()):
            if armed.due <= self.now and name.startswith(PREFIX):
                self.turn(TimerFired(name=name, generation=armed.generation))

    @property
    def conversation(self) -> Conversation:
        return self.record.conversations[-1]

    @property
    def owner(self) -> OwnerKind:
        return self.conversation.owner.kind


def test_the_twentieth_same_word_within_five_minutes_silences_the_bot() -> None:
    talk = Talk(replace(LOOPS, paced=0))

    answered = talk.says([SORRY] * 40, every=15_000)

    assert 19 == answered
    assert OwnerKind.QUEUE is talk.owner
    assert (SAME, {"count": "20", "minutes": "5"}) in talk.lines
    assert 1 == talk.facts.count(LOOPING)


def test_the_same_words_at_a_persons_pace_are_answered_for_ever() -> None:
    talk = Talk()

    assert 60 == talk.says([SORRY] * 60, every=16_000)
    assert OwnerKind.BOT is talk.owner


def test_words_that_read_the_same_are_the_same() -> None:
    talk = Talk(replace(LOOPS, paced=0))

    answered = talk.says(["Xin chào! Tôi là trợ lý ảo.", "xin chao toi la tro ly ao"] * 10, every=1000)

    assert 19 == answered


def test_a_number_in_a_sentence_makes_no_other_word() -> None:
    talk = Talk(replace(LOOPS, paced=0))

    answered = talk.says([f"You are number {n} in the queue." for n in range(40)], every=1000)

    assert 19 == answered


def test_few_words_at_a_pace_nobody_keeps_up_tell_a_machine_sooner() -> None:
    talk = Talk()

    answered = talk.says(["Hello, how can I help?", SORRY, "Please choose 1 or 2."] * 10, every=3000)

    assert LOOPS.paced - 1 == answered
    assert (PACED, {"count": "12", "minutes": "1"}) in talk.lines


def test_somebody_who_writes_fast_but_not_always_the_same_is_no_machine() -> None:
    talk = Talk()

    answered = talk.says([f"line {'abcdefghijklmnopqrstuvwxyz'[n]}" for n in range(26)], every=500)

    assert 26 == answered


def test_what_was_counted_before_the_while_counts_no_more() -> None:
    talk = Talk(replace(LOOPS, paced=0))
    talk.says([SORRY] * 19, every=1000)

    talk.quiet(5)

    assert 15 == talk.says([SORRY] * 15, every=20_000)


def test_a_silenced_bot_answers_no_repeated_word_but_hears_a_new_one() -> None:
    heard: list[bool] = []

    class Hears(Answers):
        """What stands behind the guard and hears some words whoever has the conversation, as STOP is."""

        def take(self, turn: Turn) -> Turn:
            heard.append(not turn.handled)
            return turn

    talk = Talk(bot=Hears())
    talk.says([SORRY] * 12, every=1000)

    talk.says([SORRY, "STOP", "STOP"], every=1000)

    assert [True] * 11 + [False] + [False, True, False] == heard


def test_a_persons_claim_ends_it_and_the_bot_answers_again_once_released() -> None:
    talk = Talk()
    talk.says([SORRY] * 12, every=1000)

    talk.turn(ClaimAsked(agent="an"), after=1000)
    during = talk.says([SORRY] * 30, every=1000)
    talk.turn(ReleaseAsked(agent="an"), after=1000)
    after = talk.says([SORRY], every=1000)

    assert (0, 1) == (during, after)
    assert 1 == talk.facts.count(LOOPING)


def test_after_a_quiet_while_the_bot_has_it_again() -> None:
    talk = Talk()
    talk.says([SORRY] * 12, every=1000)
    talk.says([SORRY], every=20 * MINUTE)

    talk.quiet(29)
    waiting = talk.owner
    talk.quiet(2)

    assert (OwnerKind.QUEUE, OwnerKind.BOT) == (waiting, talk.owner)
    assert (ENDED, {}) in talk.lines
    assert 1 == talk.says(["Is it open today?"], every=1000)
    assert not [name for name in talk.record.timers if name.startswith(PREFIX)]


def test_a_quiet_while_takes_no_conversation_from_an_agent_or_from_who_asked_for_one() -> None:
    claimed, asked = Talk(), Talk()
    for talk in (claimed, asked):
        talk.says([SORRY] * 11, every=1000)
    asked.record = replace(asked.record, conversations=(replace(asked.conversation, owner=Owner(kind=OwnerKind.QUEUE), since=7),))
    for talk in (claimed, asked):
        talk.says([SORRY], every=1000)
    claimed.turn(ClaimAsked(agent="an"), after=1000)

    for talk in (claimed, asked):
        talk.quiet(31)

    assert (OwnerKind.AGENT, OwnerKind.QUEUE) == (claimed.owner, asked.owner)
    assert asked.conversation.lately is None


def test_the_guard_can_be_switched_off() -> None:
    talk = Talk(replace(LOOPS, same=0))

    assert 50 == talk.says([SORRY] * 50, every=100)
    assert talk.conversation.lately is None
