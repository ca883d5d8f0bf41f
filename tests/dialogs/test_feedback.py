"""How did we do: asked once, heard in numbers and words, never in the way."""

import pytest
from msgspec.structs import replace

from dialogs.feedback import AFTER_MS, COMMENT_MS, WINDOW_MS
from dialogs.steps import dialog_steps
from hub.desk.ownership import Ownership
from hub.desk.threads import Threads
from hub.engine.turns.chain import take
from hub.model.customers.record import UNHAPPY, Consent, Conversation, Feedback, Live, Owner
from hub.model.events.agents import ReopenAsked, ResolveAsked
from hub.model.events.event import Body, Said, TimerFired
from hub.model.turns.turn import Turn
from hub.model.words import ConsentState, ConversationStatus, Origin, OwnerKind, Purpose
from tests.dialogs.world import CONVERSATION, NOON, TELEGRAM, answer, live, sheet, shop

EN = shop().wordings["en"].say
LAN = Owner(kind=OwnerKind.AGENT, agent="lan")
CLAIMED = replace(CONVERSATION, owner=LAN, epoch=2, last_word=NOON - 60_000, dialog={"language": "en"})
RESOLVE = ResolveAsked(agent="lan", conversation="cv-1")
TIMER = "csat:cv-1"
PRESSED = "csat:cv-1:"


def step(record: Live, body: Body, *, now: int = 0, more: bool = False, entry: str = "1-1") -> Turn:
    """One turn of the hub's own steps and ours; the first at noon, later ones a minute later."""
    now = now or (NOON if entry == "1-1" else NOON + 60_000)
    address = TELEGRAM if isinstance(body, Said) else None
    turn = replace(sheet(record, body, address=address, more=more, now=now), entry=entry)
    return take((Threads(), Ownership(), *dialog_steps(shop())), turn)


def due(record: Live, *, now: int = NOON + AFTER_MS) -> Turn:
    return step(record, TimerFired(name=TIMER, generation=record.timers[TIMER].generation), now=now, entry="1-2")


def asked(**changes: object) -> Live:
    """A customer who has just been asked."""
    return due(step(live(replace(CLAIMED, **changes), language="en"), RESOLVE).live).live


def rated(turn: Turn) -> Feedback:
    found = next(c.feedback for c in turn.live.conversations if c.id == "cv-1")
    assert found is not None
    return found


def told(turn: Turn) -> list[dict[str, str]]:
    return [fact.detail for fact in turn.facts if fact.name == "Feedback Given"]


def test_some_seconds_after_an_agent_resolved_the_customer_is_asked_on_the_thread_last_used() -> None:
    resolved = step(live(CLAIMED, language="en"), RESOLVE)

    turn = due(resolved.live)

    assert NOON + AFTER_MS == resolved.live.timers[TIMER].due
    assert resolved.deliveries == ()
    (delivery,) = turn.deliveries
    assert (EN.csat_ask, TELEGRAM, Purpose.SERVICE, Origin.BOT) == (
        delivery.message.text,
        delivery.address,
        delivery.purpose,
        delivery.origin,
    )
    assert [f"{PRESSED}{n}" for n in range(1, 6)] == [reply.payload for reply in delivery.message.quick_replies]
    assert (CLAIMED.last_word + WINDOW_MS, 3) == (delivery.not_after, delivery.epoch)
    assert "lan" == rated(turn).agent


def test_taking_the_closing_back_leaves_no_trace() -> None:
    resolved = step(live(CLAIMED), RESOLVE).live

    reopened = step(resolved, ReopenAsked(agent="lan", conversation="cv-1"), entry="1-2")

    assert TIMER not in reopened.live.timers
    assert () == reopened.deliveries


def test_nobody_is_asked_twice_about_one_conversation() -> None:
    record = asked()
    again = replace(record, conversations=(replace(record.conversations[0], status=ConversationStatus.OPEN, owner=LAN),))

    assert TIMER not in step(again, RESOLVE, entry="1-3").live.timers


@pytest.mark.parametrize(
    "consent",
    [
        Consent(channel="*", purpose=Purpose.MARKETING, state=ConsentState.REFUSED, basis="word", proof="", at=1),
        Consent(channel="telegram", purpose=Purpose.SERVICE, state=ConsentState.REFUSED, basis="word", proof="", at=1),
        Consent(channel="telegram", purpose=Purpose.MARKETING, state=ConsentState.REFUSED, basis="provider", proof="", at=1),
    ],
)
def test_who_wants_to_hear_nothing_is_not_asked(consent: Consent) -> None:
    resolved = step(replace(live(CLAIMED), consents=(consent,)), RESOLVE).live

    assert () == due(resolved).deliveries


def test_who_only_wants_no_offers_is_asked() -> None:
    refused = Consent(channel="telegram", purpose=Purpose.MARKETING, state=ConsentState.REFUSED, basis="word", proof="", at=1)

    assert 1 == len(due(step(replace(live(CLAIMED), consents=(refused,)), RESOLVE).live).deliveries)


def test_who_writes_again_before_the_question_is_not_interrupted_and_a_late_question_is_not_put() -> None:
    resolved = step(live(CLAIMED, language="en"), RESOLVE).live
    written = step(resolved, Said(text="one more thing"), entry="1-3").live

    assert () == due(written).deliveries
    assert () == due(resolved, now=CLAIMED.last_word + WINDOW_MS).deliveries


def test_a_conversation_that_fell_asleep_by_itself_is_not_asked_about() -> None:
    record = replace(live(), timers={})
    idle = step(record, Said(text="hello"))

    turn = step(idle.live, TimerFired(name="idle:cv-1", generation=idle.live.timers["idle:cv-1"].generation), now=NOON + 2 * WINDOW_MS)

    assert [("idle", ())] == [(c.reason, tuple(n for n in turn.live.timers if n.startswith("csat"))) for c in turn.live.conversations]


@pytest.mark.parametrize(
    ("said", "score"),
    [
        (Said(text="5 ★", payload=PRESSED + "5"), 5),
        (Said(text="5"), 5),
        (Said(text="năm"), 5),
        (Said(text="nam"), 5),
        (Said(text="tốt"), 4),
        (Said(text="tot"), 4),
        (Said(text="5/5"), 5),
        (Said(text="⭐⭐⭐"), 3),
        (Said(text="3 ★"), 3),
        (Said(text="5⭐"), 5),
        (Said(text="5 sao ⭐"), 5),
        (Said(text="★ ⭐️ 🌟"), 3),
        (Said(text="Excellent!"), 5),
        (Said(text="四分"), 4),
        (Said(text="非常滿意"), 5),
        (Said(text="tệ"), 1),
    ],
)
def test_a_score_is_heard_by_button_number_or_word(said: Said, score: int) -> None:
    turn = step(asked(), said, entry="1-4")

    assert score == rated(turn).score
    assert (EN.csat_low if score <= 2 else EN.csat_why) == answer(turn)
    assert [] == told(turn)


@pytest.mark.parametrize("words", ["opening hours", "where is my order?", "size 38", "hello", "6", "55", "thanks ⭐", "shop ơi ⭐⭐"])
def test_other_words_are_answered_and_no_score(words: str) -> None:
    turn = step(asked(), Said(text=words), entry="1-4")

    assert 0 == rated(turn).score
    assert answer(turn) not in {EN.csat_why, EN.csat_low, EN.csat_thanks}


def test_the_comment_is_thanked_for_and_told_once_with_the_score() -> None:
    scored = step(asked(), Said(text="4"), entry="1-4")

    turn = step(scored.live, Said(text="delivery was a bit slow, but Lan was kind"), entry="1-5")

    assert EN.csat_thanks == answer(turn)
    assert [{"score": "4", "text": "delivery was a bit slow, but Lan was kind", "conversation": "cv-1", "agent": "lan"}] == told(turn)
    assert [ConversationStatus.RESOLVED] * 2 == [c.status for c in turn.live.conversations]
    assert TIMER not in turn.live.timers


def test_a_nod_ends_it_without_words() -> None:
    scored = step(asked(), Said(text="5"), entry="1-4")

    turn = step(scored.live, Said(text="no thanks"), entry="1-5")

    assert [("5", "")] == [(one["score"], one["text"]) for one in told(turn)]


@pytest.mark.parametrize("words", ["how much is shipping?", "where is order 1234", "phí ship bao nhiêu vậy shop", "運費多少？"])
def test_a_new_question_is_answered_and_is_no_comment(words: str) -> None:
    scored = step(asked(), Said(text="5"), entry="1-4")

    turn = step(scored.live, Said(text=words), entry="1-5")

    assert answer(turn) not in {"", EN.csat_thanks}
    assert [("5", "")] == [(one["score"], one["text"]) for one in told(turn)]


def test_without_a_comment_the_score_is_told_after_a_while() -> None:
    scored = step(asked(), Said(text="5"), entry="1-4")

    turn = due(scored.live, now=NOON + AFTER_MS + COMMENT_MS)

    assert [("5", "")] == [(one["score"], one["text"]) for one in told(turn)]
    assert () == turn.deliveries


def test_score_and_comment_in_one_burst_are_both_heard() -> None:
    first = step(asked(), Said(text="2"), more=True, entry="1-4")

    turn = step(first.live, Said(text="nobody called me back"), entry="1-5")

    assert [("2", "nobody called me back")] == [(one["score"], one["text"]) for one in told(turn)]


def test_a_low_score_keeps_offers_silent_and_offers_a_person_until_a_better_one() -> None:
    low = step(asked(), Said(text="1"), entry="1-4")

    assert "1" == low.live.profile[UNHAPPY].value
    assert ["person"] == [reply.payload for reply in low.deliveries[0].message.quick_replies]
    assert OwnerKind.QUEUE == step(low.live, Said(text="yes please"), entry="1-5").live.conversations[-1].owner.kind
    assert UNHAPPY not in step(low.live, Said(payload=PRESSED + "5"), entry="1-6").live.profile


def test_while_a_person_is_with_them_a_pressed_score_counts_and_the_bot_is_silent() -> None:
    record = asked()
    other = Conversation(id="cv-2", opened=NOON + AFTER_MS, owner=LAN, threads=(TELEGRAM,), last_thread=TELEGRAM)
    record = replace(record, conversations=(*record.conversations, other))

    pressed, typed = step(record, Said(payload=PRESSED + "4"), entry="1-4"), step(record, Said(text="4"), entry="1-4")

    assert [(4, ()), (0, ())] == [(rated(turn).score, turn.deliveries) for turn in (pressed, typed)]


def test_a_number_something_else_waits_for_is_no_score_and_an_old_button_says_nothing() -> None:
    record = asked()
    busy = Conversation(id="cv-2", opened=NOON + AFTER_MS, threads=(TELEGRAM,), last_thread=TELEGRAM, dialog={"order_waits": "number"})

    waiting = step(replace(record, conversations=(*record.conversations, busy)), Said(text="5"), entry="1-4")
    old = step(record, Said(payload="csat:cv-0:5"), entry="1-4")
    late = step(record, Said(text="5"), now=NOON + 2 * WINDOW_MS, entry="1-4")

    assert [0, 0, 0] == [rated(turn).score for turn in (waiting, old, late)]
    assert "" == answer(old)


def test_a_hub_that_does_not_ask_asks_nobody() -> None:
    turn = take((Threads(), Ownership(), *dialog_steps(shop(), feedback_ms=0)), sheet(live(CLAIMED), RESOLVE, address=None))

    assert {} == turn.live.timers
