"""The gate as tables: every purpose × check, every reason of every check, their order, and the words for each."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from hub.model.address import Address
from hub.model.channels.window import WindowRule
from hub.model.customers.cart import Cart, CartLine
from hub.model.customers.record import UNHAPPY, Consent, Conversation, Fact, Live, Owner
from hub.model.customers.runs import Run, RunState, RunStep, SentNudge
from hub.model.events.event import NudgeAsked
from hub.model.messaging.message import Message
from hub.model.words import ConsentState, OwnerKind, Purpose
from hub.nudges.checks import CHECKS, Asked, decisive, every
from hub.nudges.judging import asked_of
from hub.nudges.local import minute_at, next_at, zone_named
from hub.nudges.policy import DAY_MS, HOUR_MS, MINUTE_MS, Basis, Caps, Policy
from hub.nudges.purposes import APPLIES
from hub.nudges.reasons import REASONS
from hub.nudges.rules import Rules, Switches
from hub.nudges.verdict import Check, Outcome
from tests.nudges.world import MORNING, PAGE, PHONE, POLICY, SAIGON, USER, journeys

NOW = MORNING
RUN = Run(id="run-1", journey="cart-recovery", key="c1", step="first", entered=NOW - HOUR_MS)
SHIRT = CartLine(product="p1", name="Áo linen", price="290000", at=NOW - 2 * HOUR_MS)
CART = Cart(id="c1", lines=(SHIRT,), total="290000", currency="VND", updated=NOW - 2 * HOUR_MS, seen=NOW - 2 * HOUR_MS, address=PAGE)
TALK = Conversation(id="co-1", opened=1, threads=(PAGE,), last_thread=PAGE, last_word=NOW - HOUR_MS)
WELL = Live(id="cu-1", created=1, addresses=(PAGE,), conversations=(TALK,), cart=CART, runs=(RUN,))
NUDGE = NudgeAsked(message=Message(), key="run-1/first", not_after=NOW + HOUR_MS)
NIGHT = NOW + 13 * HOUR_MS
"""23:00."""

SMS = Address(channel="twilio_sms", account="main", id="+84901234567")
ON_SMS = replace(WELL, addresses=(SMS,), cart=replace(CART, address=SMS), conversations=(replace(TALK, threads=(SMS,)),))
SENT = SentNudge(key="x", at=NOW - HOUR_MS, channel="webchat", priority=0, delivery="dl-x")


def asked(
    record: Live = WELL, *, nudge: NudgeAsked = NUDGE, now: int = NOW, policy: Policy = POLICY, switches: Switches | None = None
) -> Asked:
    return asked_of(record, nudge, now=now, rules=Rules(policy=policy, book=journeys()), switches=switches or Switches())


def said(state: ConsentState, *, basis: str = "word", channel: str = "webchat") -> Live:
    return replace(WELL, consents=(Consent(channel=channel, purpose=Purpose.MARKETING, state=state, basis=basis, proof="", at=1),))


def owned(kind: OwnerKind) -> Live:
    return replace(WELL, conversations=(replace(TALK, owner=Owner(kind=kind, agent="lan")),))


def running(**changes: object) -> Live:
    return replace(WELL, runs=(replace(RUN, **changes),))


def sends(*sent: SentNudge) -> Live:
    return replace(WELL, sends=sent)


NO: Mapping[str, tuple[Asked, Check, Outcome]] = {
    "kill_switch": (asked(switches=Switches(stopped=True)), Check.KILL_SWITCH, Outcome.DEFER),
    "switched_off": (asked(switches=Switches(journeys={"cart-recovery": False})), Check.LIVE, Outcome.REFUSE),
    "unknown_journey": (asked(running(journey="gone"), switches=Switches(journeys={"gone": True})), Check.LIVE, Outcome.REFUSE),
    "goal_met": (asked(replace(WELL, cart=replace(CART, ended=NOW, end="ordered"))), Check.GOAL, Outcome.REFUSE),
    "run_ended": (asked(running(state=RunState.ENDED, end="replied")), Check.GOAL, Outcome.REFUSE),
    "cart_empty": (asked(replace(WELL, cart=replace(CART, lines=()))), Check.GOAL, Outcome.REFUSE),
    "expired": (asked(now=NOW + 2 * HOUR_MS), Check.NOT_AFTER, Outcome.REFUSE),
    "no_address": (
        asked(replace(WELL, addresses=(USER,), conversations=(), cart=replace(CART, address=USER))),
        Check.PRESENT,
        Outcome.REFUSE,
    ),
    "suppressed": (asked(said(ConsentState.REFUSED, basis="provider")), Check.SUPPRESSED, Outcome.REFUSE),
    "consent_refused": (asked(said(ConsentState.REFUSED)), Check.CONSENT, Outcome.REFUSE),
    "consent_missing": (asked(replace(WELL, conversations=())), Check.CONSENT, Outcome.REFUSE),
    "only_first_without_consent": (
        asked(running(told=(RunStep(step="first", at=1, outcome="sent"),)), nudge=replace(NUDGE, key="run-1/second")),
        Check.CONSENT,
        Outcome.REFUSE,
    ),
    "law_hours": (asked(now=NIGHT, nudge=replace(NUDGE, not_after=0), policy=replace(POLICY, country="VN")), Check.LAW, Outcome.DEFER),
    "law_sms_day": (
        asked(
            replace(ON_SMS, sends=tuple(replace(SENT, channel="twilio_sms", key=str(n)) for n in range(3))),
            policy=replace(POLICY, country="VN", accounts=None, caps=Caps()),
        ),
        Check.LAW,
        Outcome.DEFER,
    ),
    "quiet_hours": (asked(now=NIGHT, nudge=replace(NUDGE, not_after=0)), Check.QUIET_HOURS, Outcome.DEFER),
    "with_person": (asked(owned(OwnerKind.AGENT)), Check.DIALOG, Outcome.DEFER),
    "unhappy": (asked(replace(WELL, profile={UNHAPPY: Fact(value="1", source="x", at=1)})), Check.DIALOG, Outcome.REFUSE),
    "live_dialog": (
        asked(replace(WELL, conversations=(replace(TALK, last_word=NOW - MINUTE_MS),))),
        Check.DIALOG,
        Outcome.DEFER,
    ),
    "shopping_now": (asked(replace(WELL, cart=replace(CART, seen=NOW - MINUTE_MS))), Check.DIALOG, Outcome.DEFER),
    "holdout": (asked(running(holdout=True)), Check.HOLDOUT, Outcome.REFUSE),
    "higher_priority": (asked(sends(replace(SENT, priority=90))), Check.PRIORITY, Outcome.DEFER),
    "cap_channel_day": (asked(sends(SENT, replace(SENT, key="y"))), Check.CAPS, Outcome.DEFER),
    "cap_day": (asked(sends(*(replace(SENT, key=str(n), channel=f"c{n}") for n in range(3)))), Check.CAPS, Outcome.DEFER),
    "cap_week": (
        asked(sends(*(replace(SENT, key=str(n), channel=f"c{n}", at=NOW - (n + 1) * DAY_MS) for n in range(6)))),
        Check.CAPS,
        Outcome.DEFER,
    ),
    "window_closed": (
        asked(policy=replace(POLICY, windows=dict.fromkeys(("webchat", "x"), WindowRule(hours=1))), now=NOW + 1),
        Check.WINDOW,
        Outcome.REFUSE,
    ),
    "variable_missing": (asked(policy=replace(POLICY, link="")), Check.VARIABLES, Outcome.REFUSE),
}
"""Reason → somebody it holds for, the check that says so, and what it says."""


@pytest.mark.parametrize("reason", NO)
def test_each_reason_is_given_by_its_check_and_decides(reason: str) -> None:
    ask, check, outcome = NO[reason]

    found = decisive(ask)

    assert (check, outcome, reason) == (found.check, found.verdict, found.reason)
    assert outcome is not Outcome.DEFER or found.until > ask.now
    assert every(ask)[list(CHECKS).index(check)] == found


def test_somebody_with_nothing_against_it_is_written_to() -> None:
    found = every(asked())

    assert {Outcome.PASS} == {one.verdict for one in found}
    assert ["conversation"] == [one.reason for one in found if one.check is Check.CONSENT]


def test_the_checks_stand_in_the_order_of_the_design() -> None:
    assert [
        "kill_switch", "live", "goal", "not_after", "present", "suppressed", "consent", "law", "quiet_hours", "dialog", "holdout",
        "priority", "caps", "budget", "window", "variables", "coupon", "channel",
    ] == [check.value for check in CHECKS] == [check.value for check in Check]  # fmt: skip


SKIPS = {
    Purpose.MARKETING: set(),
    Purpose.SERVICE: {"consent", "law", "dialog", "holdout", "priority", "caps", "budget", "coupon"},
    Purpose.SYSTEM: {"consent", "law", "dialog", "holdout", "priority", "caps", "budget", "coupon", "quiet_hours"},
}


@pytest.mark.parametrize("purpose", SKIPS)
def test_what_a_purpose_need_not_pass(purpose: Purpose) -> None:
    told = every(asked(nudge=replace(NUDGE, purpose=purpose)))

    assert SKIPS[purpose] == {one.check.value for one in told if one.verdict is Outcome.SKIP}
    assert {Check.KILL_SWITCH, Check.SUPPRESSED, Check.WINDOW} <= APPLIES[purpose]


@pytest.mark.parametrize("reason", NO)
def test_service_is_stopped_by_nothing_that_protects_from_advertising(reason: str) -> None:
    ask, check, _ = NO[reason]
    service = asked_of(
        ask.record, replace(ask.nudge, purpose=Purpose.SERVICE), now=ask.now, rules=Rules(policy=ask.policy, book=journeys()),
        switches=Switches(stopped=ask.stopped, journeys={"cart-recovery": not ask.off, "gone": True}),
    )  # fmt: skip

    found = decisive(service)

    assert (found.reason == reason) == (check in APPLIES[Purpose.SERVICE])


def test_every_reason_has_words_in_three_languages() -> None:
    assert set(NO) <= set(REASONS)
    for words in REASONS.values():
        assert {"en", "vi", "zh-TW"} == set(words)
        assert all(words.values())
        assert "!" not in "".join(words.values())


def test_after_a_yes_no_further_word_is_needed_and_after_asking_for_it_neither() -> None:
    later = replace(NUDGE, key="run-1/second")
    told = (RunStep(step="first", at=1, outcome="sent"),)

    given = decisive(asked(replace(said(ConsentState.GIVEN), runs=(replace(RUN, told=told),)), nudge=later))
    invited = decisive(asked(running(told=told, invited=True), nudge=later))

    assert (Outcome.PASS, Outcome.PASS) == (given.verdict, invited.verdict)


@pytest.mark.parametrize("basis", list(Basis))
def test_outside_of_journeys_the_setting_says_what_a_marketing_message_needs(basis: Basis) -> None:
    own = NudgeAsked(message=Message(text="sale"), key="spring")

    found = decisive(asked(replace(WELL, runs=()), nudge=own, policy=replace(POLICY, consent=basis)))

    assert (Outcome.PASS if basis is Basis.CONVERSATION else Outcome.REFUSE) is found.verdict


def test_a_message_judged_again_does_not_count_against_itself() -> None:
    own = (replace(SENT, key=NUDGE.key), replace(SENT, key="y"))

    assert Outcome.PASS is decisive(asked(sends(*own))).verdict


def test_no_message_goes_to_an_address_of_the_shop_or_of_an_account_that_is_not_connected() -> None:
    nowhere = replace(WELL, addresses=(USER, replace(PHONE, account="other")), conversations=(), cart=replace(CART, address=USER))

    assert "no_address" == decisive(asked(nowhere)).reason


def test_a_page_that_was_closed_long_ago_gives_way_to_a_phone() -> None:
    both = replace(TALK, threads=(PAGE, PHONE), last_word=NOW - 30 * HOUR_MS)
    record = replace(WELL, addresses=(PAGE, PHONE), conversations=(both,), cart=replace(CART, seen=NOW - 30 * HOUR_MS))

    assert PHONE == asked(record).to
    assert PAGE == asked(replace(record, cart=CART)).to


@pytest.mark.parametrize("zone", [SAIGON, "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham"])
def test_a_local_hour_comes_within_a_day_also_where_clocks_are_changed(zone: str) -> None:
    named = zone_named(zone)
    assert named

    for days in range(370):
        now = NOW + days * DAY_MS
        found = next_at(now, 20 * 60, named)
        assert 0 < found - now <= 25 * HOUR_MS
        assert 20 * 60 == minute_at(found, named)


def test_an_hour_the_clock_skips_comes_right_after_the_skip() -> None:
    paris = zone_named("Europe/Paris")
    assert paris
    before = 1_774_738_800_000  # 2026-03-29 00:00 in Paris; at 2:00 the clock goes to 3:00

    found = next_at(before, 2 * 60 + 30, paris)

    assert 3 * 60 + 30 == minute_at(found, paris)
