"""What WhatsApp tells of an account, its number and its templates, in the shapes of its reference."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.whatsapp_cloud.enforced import Ours, warned
from hub.model.alerts.alert import AlertKind
from hub.model.channels.abilities import Warned
from hub.model.failure import Failure
from tests.channels.anywhere import anything, spots
from tests.channels.contract import request

BUSINESS, NUMBER, DIGITS = "102290129340398", "106540352242922", "15550783881"
OURS = Ours(number=NUMBER, business=BUSINESS, digits=DIGITS)
AT = 1_739_321_024_000


def body(field: str, value: object, *, business: str = BUSINESS) -> dict[str, Any]:
    change = {"field": field, "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": business, "time": AT // 1000, "changes": [change]}]}


def told(field: str, value: object, *, business: str = BUSINESS, ours: Ours = OURS) -> tuple[Warned, ...]:
    return warned(request(msgspec.json.encode(body(field, value, business=business)), {}), ours)


def template(event: str, reason: str = "NONE") -> dict[str, object]:
    return {
        "event": event, "message_template_id": 1689556908129832, "message_template_name": "order_confirmation",
        "message_template_language": "en-US", "reason": reason,
    }  # fmt: skip


def quality(event: str) -> dict[str, object]:
    return {"display_phone_number": DIGITS, "event": event, "current_limit": "TIER_250"}


RESTRICTIONS = {
    "event": "ACCOUNT_RESTRICTION",
    "restriction_info": [
        {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": "2026-04-19T13:59:20+0000"},
        {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1776607160},
    ],
}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}, ["restricted policy_block"]),
        ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}, ["quality quality_limit"]),
        ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, ["restricted", "quality"]),
        ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SCAM"}}, ["quality quality_limit"]),
        ("account_update", {"event": "ACCOUNT_DELETED"}, ["restricted policy_block"]),
        ("account_update", {"event": "ACCOUNT_RECONNECTED"}, ["restricted"]),
        ("account_update", {"event": "VOLUME_BASED_PRICING_TIER_UPDATE"}, []),
        ("account_update", RESTRICTIONS, ["quality quality_limit", "restricted policy_block"]),
        ("phone_number_quality_update", quality("FLAGGED"), ["quality quality_limit"]),
        ("phone_number_quality_update", quality("UNFLAGGED"), ["quality"]),
        ("phone_number_quality_update", quality("ONBOARDING"), []),
        ("message_template_status_update", template("PAUSED"), ["template template"]),
        ("message_template_status_update", template("REJECTED", "SCAM"), ["template template"]),
        ("message_template_status_update", template("APPROVED"), ["template"]),
        ("message_template_status_update", template("LOCKED"), []),
    ],
)
def test_what_is_enforced_and_what_is_taken_back(field: str, value: object, expected: list[str]) -> None:
    found = told(field, value)

    assert expected == [" ".join(filter(None, (str(one.kind), one.failure.value if one.failure else ""))) for one in found]
    assert {(NUMBER, AT)} >= {(one.recipient, one.at) for one in found}


def test_a_restriction_tells_its_end_in_either_spelling() -> None:
    assert [1776607160_000] * 2 == [one.until for one in told("account_update", RESTRICTIONS)]


def test_a_template_is_told_by_its_name_and_known_by_its_id() -> None:
    (paused,) = told("message_template_status_update", template("REJECTED", "INVALID_FORMAT"))

    assert ("1689556908129832", "order_confirmation (en-US): INVALID_FORMAT", Failure.TEMPLATE, AlertKind.TEMPLATE) == (
        paused.about, paused.reason, paused.failure, paused.kind,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "business", "recipient"),
    [
        (OURS, "4711", "4711"),
        (Ours(number=NUMBER), "4711", ""),
        (Ours(number=NUMBER, business="4711"), "4711", NUMBER),
    ],
)
def test_what_is_said_of_another_business_is_not_ours(ours: Ours, business: str, recipient: str) -> None:
    found = told("account_update", {"event": "ACCOUNT_DELETED"}, business=business, ours=ours)

    assert [recipient] == [one.recipient for one in found]


def test_another_number_of_our_business_is_not_ours() -> None:
    assert [DIGITS] == [one.recipient for one in told("phone_number_quality_update", quality("FLAGGED"), ours=Ours(number="1", digits="7"))]


@given(data=st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_anything_anywhere_in_it_breaks_nothing(data: st.DataObject) -> None:
    given_body = data.draw(
        st.sampled_from([
            body("account_update", RESTRICTIONS),
            body("phone_number_quality_update", quality("FLAGGED")),
            body("message_template_status_update", template("PAUSED")),
        ])
    )  # fmt: skip
    copied = msgspec.json.decode(msgspec.json.encode(given_body))
    where, key = data.draw(st.sampled_from(spots(copied)))
    where[key] = data.draw(anything("account_update", "event", "FLAGGED", "x"))

    found = warned(request(msgspec.json.encode(copied), {}), OURS)

    assert msgspec.msgpack.encode(found) is not None
