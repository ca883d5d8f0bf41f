"""STOP, START and HELP in three languages, and what a provider says of an opt-out."""

import pytest
from msgspec.structs import replace

from hub.model.customers.cart import STOP
from hub.model.customers.record import Consent, Owner
from hub.model.events.event import DeliveryEnded, OptedOut, Said
from hub.model.words import ConsentState, DeliveryState, Origin, OwnerKind, Purpose
from tests.dialogs.world import CONVERSATION, NOON, TELEGRAM, answer, live, now_of, shop, taken, urgent

STOPS = [
    "STOP",
    "stop",
    " Stop. ",
    "ＳＴＯＰ",
    "/stop",
    "“STOP”",
    "S\u200bTOP",
    "Unsubscribe!",
    "TC",
    "tc",
    "Từ chối",
    "tu choi",
    "TỪ CHỐI",
    "tu\u031b\u0300 cho\u0302\u0301i",
    "hủy",
    "huỷ",
    "HUY",
    "dừng",
    "DUNG",
    "ngừng",
    "ngung",
    "dừng lại ạ".removesuffix(" ạ"),
    "đừng gửi nữa",
    "Đừng gui nua",
    "停止",
    "退訂。",
    "取消訂閱",
]
NOT_STOPS = [
    "đúng",
    "Đúng",
    "dùng",
    "đừng",
    "please stop by the shop",
    "stop sending me the wrong size",
    "hủy đơn hàng giúp mình",
    "hùy hoại",
    "can you cancel my order",
    "停止營業了嗎",
    "取消訂單",
    "the end",
    "",
    "…",
]


@pytest.mark.parametrize("word", STOPS)
def test_stop_refuses_marketing_on_that_channel_and_is_confirmed(word: str) -> None:
    turn = taken(live(), word)

    assert [(c.state, c.channel, c.purpose, c.basis, c.at) for c in turn.live.consents] == [
        (ConsentState.REFUSED, "telegram", Purpose.MARKETING, "word", NOON)
    ]
    assert word.strip() in turn.live.consents[0].proof
    assert "2027-01-15T08:00:00+00:00" in turn.live.consents[0].proof
    assert [(d.purpose, d.origin, d.address) for d in turn.deliveries] == [(Purpose.SYSTEM, Origin.SYSTEM, TELEGRAM)]


@pytest.mark.parametrize("words", NOT_STOPS)
def test_what_only_looks_like_stop_refuses_nothing(words: str) -> None:
    assert taken(live(), words).live.consents == ()


@pytest.mark.parametrize("word", ["START", "start!", "Đăng ký", "dang ky", "bắt đầu", "開始", "訂閱"])
def test_start_allows_marketing_again(word: str) -> None:
    refused = taken(live(), "STOP").live

    turn = taken(refused, word)

    assert [c.state for c in turn.live.consents] == [ConsentState.GIVEN]


@pytest.mark.parametrize("word", ["yes", "đồng ý", "có", "ok", "好", "/start"])
def test_a_yes_to_something_else_is_never_taken_for_consent(word: str) -> None:
    assert taken(live(), word).live.consents == ()


@pytest.mark.parametrize(("word", "expected"), [("HELP", "STOP"), ("trợ giúp", "gặp nhân viên"), ("幫助", "真人客服")])
def test_help_tells_how_to_stop_and_how_to_reach_a_person(word: str, expected: str) -> None:
    language = {"HELP": "en", "trợ giúp": "vi", "幫助": "zh-TW"}[word]

    turn = taken(live(language=language), word)

    assert shop().wordings[language].say.help == answer(turn)
    assert expected in answer(turn)
    assert turn.live.consents == ()


@pytest.mark.parametrize("owner", [Owner(kind=OwnerKind.AGENT, agent="lan"), Owner(kind=OwnerKind.QUEUE)])
def test_stop_is_confirmed_even_while_a_person_owns_the_conversation(owner: Owner) -> None:
    turn = taken(live(replace(CONVERSATION, owner=owner)), "STOP")

    assert [d.origin for d in turn.deliveries] == [Origin.SYSTEM]
    assert owner == now_of(turn).owner


def test_stop_is_heard_before_any_conversation_exists() -> None:
    turn = taken(live(None), "STOP")

    assert [c.state for c in turn.live.consents] == [ConsentState.REFUSED]
    assert len(turn.deliveries) == 1


def test_stop_in_a_burst_is_not_delayed() -> None:
    turn = taken(live(), "TC", more=True)

    assert len(turn.deliveries) == 1
    assert urgent()(turn.event)


def test_stop_by_its_button_is_not_delayed_either() -> None:
    turn = taken(live(), Said(text="", payload=STOP), more=True)

    assert len(turn.deliveries) == 1
    assert urgent()(turn.event)


def test_a_group_that_talks_among_itself_does_not_opt_out() -> None:
    turn = taken(live(), Said(text="stop", mentioned=False))

    assert turn.live.consents == ()
    assert turn.deliveries == ()


def test_a_second_stop_keeps_the_first_proof_and_is_confirmed_again() -> None:
    first = taken(live(), "STOP").live
    later = taken(first, "tc")

    assert first.consents == later.live.consents
    assert len(later.deliveries) == 1


def test_a_refusal_on_one_channel_leaves_the_others_alone() -> None:
    given = Consent(channel="zalo", purpose=Purpose.MARKETING, state=ConsentState.GIVEN, basis="form", proof="p", at=1)

    turn = taken(replace(live(), consents=(given,)), "STOP")

    assert {c.channel: c.state for c in turn.live.consents} == {"zalo": ConsentState.GIVEN, "telegram": ConsentState.REFUSED}


@pytest.mark.parametrize(
    "body",
    [
        OptedOut(reason="blocked"),
        DeliveryEnded(delivery="dl-1", state=DeliveryState.FAILED, opted_out=True, reason="blocked", address=TELEGRAM),
    ],
)
def test_an_opt_out_told_by_the_provider_counts_and_nothing_is_sent(body: OptedOut | DeliveryEnded) -> None:
    turn = taken(live(), body)

    assert [(c.state, c.basis, c.proof) for c in turn.live.consents] == [(ConsentState.REFUSED, "provider", "blocked")]
    assert turn.deliveries == ()
    assert [fact.name for fact in turn.facts] == ["consent changed"]
