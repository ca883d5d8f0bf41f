"""May this be sent now, at what price, and if not, what instead: each provider's rule as a table."""

import pytest

from channels.windows import RULES
from hub.model.channels.window import HOUR_MS, Heard, Leave, Wanted, Way, WindowRule, may_send

WORD = 1_760_000_000_000
HEARD = Heard(at=WORD)


def ask(channel: str, hours: float, heard: Heard = HEARD, **what: bool) -> Leave:
    """The answer so many hours after the customer's word."""
    return may_send(RULES.get(channel, WindowRule()), heard, Wanted(now=WORD + int(hours * HOUR_MS), **what))


@pytest.mark.parametrize("channel", ["telegram", "viber", "slack", "email", "webchat"])
def test_where_a_provider_sets_no_window_a_shop_may_write_at_any_time(channel: str) -> None:
    assert Leave(way=Way.FREE) == ask(channel, 10_000, Heard())


@pytest.mark.parametrize(
    ("channel", "hours", "way"),
    [
        ("whatsapp_cloud", 23.9, Way.FREE),
        ("whatsapp_cloud", 24.1, Way.CLOSED),
        ("messenger", 23.9, Way.FREE),
        ("messenger", 24.1, Way.CLOSED),
        ("zalo", 47.9, Way.FREE),
        ("zalo", 48.1, Way.PAID),
        ("zalo", 167.9, Way.PAID),
        ("zalo", 168.1, Way.CLOSED),
        ("line", 0.1, Way.PAID),
        ("twilio_sms", 0.1, Way.PAID),
    ],
)
def test_free_answers_end_when_the_provider_says(channel: str, hours: float, way: Way) -> None:
    assert way is ask(channel, hours).way


def test_outside_of_the_window_a_template_goes_for_money_and_is_what_is_offered_instead() -> None:
    assert ("template",) == ask("whatsapp_cloud", 30).instead
    assert Leave(way=Way.PAID, category="utility") == ask("whatsapp_cloud", 30, template=True)
    assert Leave(way=Way.PAID, category="marketing") == ask("whatsapp_cloud", 1, template=True, marketing=True)
    assert Way.FREE is ask("whatsapp_cloud", 1, template=True).way


def test_word_that_came_by_an_advertisement_makes_everything_free_for_three_days() -> None:
    by_ad = Heard(at=WORD, ad_at=WORD)

    assert Leave(way=Way.FREE, until=WORD + 72 * HOUR_MS) == ask("whatsapp_cloud", 71, by_ad, template=True, marketing=True)
    assert Way.CLOSED is ask("whatsapp_cloud", 73, by_ad).way


def test_person_may_answer_for_a_week_where_the_provider_has_a_tag_for_it() -> None:
    assert Leave(way=Way.TAGGED, until=WORD + 168 * HOUR_MS, tag="HUMAN_AGENT") == ask("instagram", 100, by_person=True)
    assert Way.CLOSED is ask("instagram", 100).way
    assert Way.CLOSED is ask("instagram", 169, by_person=True).way


def test_messages_are_counted_where_the_provider_counts_them() -> None:
    rule, wanted = WindowRule(hours=48, most=8, paid="transaction"), Wanted(now=WORD + HOUR_MS)

    assert Leave(way=Way.FREE, until=WORD + 48 * HOUR_MS, left=1) == may_send(rule, Heard(at=WORD, sent=7), wanted)
    assert Leave(way=Way.PAID, category="transaction") == may_send(rule, Heard(at=WORD, sent=8), wanted)


def test_messages_for_money_end_too_and_a_template_is_what_is_left() -> None:
    assert Leave(way=Way.PAID, until=WORD + 168 * HOUR_MS, category="consultation") == ask("zalo", 100)
    assert Leave(way=Way.CLOSED, instead=("template",)) == ask("zalo", 169)
    assert Leave(way=Way.CLOSED, instead=("template",)) == ask("zalo", 0, Heard())


def test_answer_by_the_provider_s_own_leave_costs_nothing() -> None:
    assert Leave(way=Way.FREE) == ask("line", 0.001, answering=True)


def test_who_never_wrote_has_opened_no_window() -> None:
    assert Way.CLOSED is ask("whatsapp_cloud", 0, Heard()).way
    assert Way.CLOSED is ask("messenger", 0, Heard(), by_person=True).way
