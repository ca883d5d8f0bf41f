"""What Meta tells an account of itself."""

import pytest
from msgspec import json

from hub.model.alerts.alert import AlertKind
from hub.model.channels.abilities import Warned
from hub.model.failure import Failure
from sandbox.messaging import INSTAGRAM, MESSENGER
from tests.channels.contract import request
from tests.channels.messaging_world import built

PAGE = "1000000001"
CHANNELS = {
    MESSENGER: built(MESSENGER, None, "https://graph.example", page_id=PAGE),  # type: ignore[arg-type]
    INSTAGRAM: built(INSTAGRAM, None, "https://graph.example", instagram_account_id=PAGE),  # type: ignore[arg-type]
}


def told(kind: str, *elements: object) -> tuple[Warned, ...]:
    body = {"object": {MESSENGER: "page", INSTAGRAM: "instagram"}[kind], "entry": [{"id": PAGE, "time": 1, "messaging": list(elements)}]}
    asked = request(json.encode(body), {})
    assert [] == CHANNELS[kind].parse(asked)
    return CHANNELS[kind].warned(asked)


@pytest.mark.parametrize("kind", [MESSENGER, INSTAGRAM])
@pytest.mark.parametrize(
    ("action", "failure", "alert"),
    [
        ("block", Failure.POLICY, AlertKind.RESTRICTED),
        ("warning", Failure.QUALITY, AlertKind.QUALITY),
        ("unblock", None, AlertKind.RESTRICTED),
        ("something new", None, None),
    ],
)
def test_what_is_enforced_is_told_with_its_meaning_and_reason(
    kind: str, action: str, failure: Failure | None, alert: AlertKind | None
) -> None:
    enforced = {"action": action, "reason": "Too many messages of one kind."}

    found = told(kind, {"recipient": {"id": PAGE}, "timestamp": 1458692752478, "policy_enforcement": enforced})

    expected = Warned(
        recipient=PAGE, code=action, failure=failure, reason="Too many messages of one kind.", kind=alert, at=1458692752478
    )  # fmt: skip
    assert (expected,) == found


def test_what_is_odd_in_it_costs_nothing_else() -> None:
    block = {"recipient": {"id": PAGE}, "policy_enforcement": {"action": "block"}}

    found = told(MESSENGER, {"policy_enforcement": {"action": 7, "reason": ["x"]}}, block)

    assert ["", "block"] == [one.code for one in found]
    assert [PAGE, PAGE] == [one.recipient for one in found]


@pytest.mark.parametrize("body", [b"", b"no json", b'{"policy_enforcement": 1}', b'{"object": "page", "entry": "policy_enforcement"}'])
def test_a_body_that_cannot_be_read_warns_of_nothing(body: bytes) -> None:
    assert () == CHANNELS[MESSENGER].warned(request(body, {}))
