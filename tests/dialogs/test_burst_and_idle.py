"""Short lines answered once, and conversations nobody continues."""

from msgspec.structs import replace

from dialogs.idle import IDLE_MS
from hub.model.customers.record import RECORD_BYTES, Conversation, Owner
from hub.model.events.agents import ReleaseAsked
from hub.model.events.event import Said, TimerFired
from hub.model.words import ConversationStatus, OwnerKind
from hub.store.encoding.codec import encode
from tests.dialogs.world import CONVERSATION, NOON, TELEGRAM, answer, fixed, live, now_of, shop, taken

VI = shop().wordings["vi"]
AGENT = Owner(kind=OwnerKind.AGENT, agent="lan")


def test_lines_of_a_burst_are_kept_and_answered_once_together() -> None:
    first = taken(live(), "shop ơi", more=True)
    second = taken(first.live, "cho hỏi phí", more=True)
    last = taken(second.live, "ship bao nhiêu ạ")

    assert ["", "", VI.answers["delivery_fee"]] == [answer(turn) for turn in (first, second, last)]
    assert now_of(second).lines == ("shop ơi", "cho hỏi phí")
    assert now_of(last).lines == ()


def test_two_questions_of_a_burst_are_answered_in_one_message() -> None:
    first = taken(live(), "phí ship bao nhiêu", more=True)

    assert f"{VI.answers['delivery_fee']}\n\n{fixed('vi', 'hours')}" == answer(taken(first.live, "mấy giờ mở cửa"))


def test_a_pressed_button_inside_a_burst_is_not_lost() -> None:
    first = taken(live(), Said(text="2", payload="faq:delivery"), more=True)

    assert VI.answers["delivery"] in answer(taken(first.live, "alo"))


def test_a_burst_that_ends_in_stop_leaves_no_line_for_tomorrow() -> None:
    first = taken(live(), "phí ship bao nhiêu", more=True)

    assert now_of(taken(first.live, "TC")).lines == ()


def test_what_was_asked_before_a_stop_is_not_answered_with_the_line_behind_it() -> None:
    asked = taken(live(), "phí ship bao nhiêu", more=True)
    stopped = taken(asked.live, "TC", more=True)
    last = taken(stopped.live, "mấy giờ mở cửa")

    assert (1, ()) == (len(stopped.deliveries), now_of(stopped).lines)
    assert fixed("vi", "hours") == answer(last)


def test_no_lines_are_kept_for_the_bot_while_a_person_owns_the_conversation() -> None:
    turn = taken(live(replace(CONVERSATION, owner=AGENT, lines=("old",))), "phí ship", more=True)

    assert now_of(turn).lines == ()
    assert turn.deliveries == ()


def test_each_word_sets_the_idle_timer_anew() -> None:
    first = taken(live(), "phí ship")
    second = taken(first.live, "ok")

    assert {name: armed.due for name, armed in first.live.timers.items()} == {"idle:cv-1": NOON + IDLE_MS}
    assert first.live.timers["idle:cv-1"].generation < second.live.timers["idle:cv-1"].generation


def test_a_day_of_silence_resolves_the_bots_conversation_without_a_word() -> None:
    spoken = taken(live(), "phí ship").live

    turn = taken(spoken, TimerFired(name="idle:cv-1", generation=spoken.timers["idle:cv-1"].generation))

    assert (now_of(turn).status, now_of(turn).reason) == (ConversationStatus.RESOLVED, "idle")
    assert (turn.live.timers, turn.deliveries) == ({}, ())
    assert [fact.name for fact in turn.facts] == ["conversation resolved"]


def test_an_outdated_timer_is_nothing() -> None:
    spoken = taken(live(), "phí ship").live
    old = TimerFired(name="idle:cv-1", generation=spoken.timers["idle:cv-1"].generation)
    again = taken(spoken, "phí ship").live

    turn = taken(again, old)

    assert now_of(turn).status is ConversationStatus.OPEN
    assert again == turn.live


def test_a_persons_conversation_is_not_resolved_by_silence() -> None:
    spoken = taken(live(), "phí ship").live
    fired = TimerFired(name="idle:cv-1", generation=spoken.timers["idle:cv-1"].generation)
    claimed = replace(spoken, conversations=(replace(spoken.conversations[0], owner=AGENT),))

    turn = taken(claimed, fired)

    assert now_of(turn).status is ConversationStatus.OPEN
    assert turn.live.timers == {}


def test_a_conversation_given_back_to_the_bot_is_watched_again() -> None:
    assert "idle:cv-1" in taken(live(), ReleaseAsked(agent="lan", conversation="cv-1")).live.timers


def test_the_answer_goes_to_the_thread_the_word_came_by() -> None:
    other = Conversation(id="cv-2", opened=2, owner=AGENT)
    record = replace(live(), conversations=(CONVERSATION, other))

    turn = taken(record, "phí ship bao nhiêu")

    assert [(d.conversation, d.address) for d in turn.deliveries] == [("cv-1", TELEGRAM)]


def test_a_burst_of_long_lines_leaves_most_of_the_record_to_the_rest() -> None:
    record = live()

    for n in range(20):
        record = taken(record, f"{n} " + "👍🏽" * 4_990, more=True).live

    assert len(encode(record)) < RECORD_BYTES / 2
    assert now_of(taken(record, "x")).lines == ()
    assert record.conversations[0].lines[-1].startswith("19 ")
