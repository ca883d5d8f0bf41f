"""WhatsApp's webhooks with anything anywhere: no field breaks the parser, no element costs another."""

import json
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.errors import Unparseable
from hub.model.events.event import Incoming, Said, Unparsed
from tests.channels.anywhere import anything, spots
from tests.channels.contract import request
from tests.channels.kind_whatsapp_cloud import make, webhook

CASES = Path(__file__).parent / "cases" / "whatsapp_cloud"
BODIES = [
    json.loads(case["request"]["body"])
    for case in (json.loads(file.read_text()) for file in sorted(CASES.glob("in_*.json")))
    if case["request"]["method"] == "POST"
]
CHANNEL = make(None, "http://127.0.0.1:1")  # type: ignore[arg-type]

ANYTHING = anything("id", "type", "body", "text", "from", "x")


@given(data=st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_documented_webhooks_with_anything_anywhere_only_meet_the_one_refusal(data: st.DataObject) -> None:
    body = json.loads(json.dumps(data.draw(st.sampled_from(BODIES))))
    where, key = data.draw(st.sampled_from(spots(body)))
    where[key] = data.draw(ANYTHING)

    try:
        found = CHANNEL.parse(request(msgspec.json.encode(body), {}))
    except Unparseable:
        return

    assert msgspec.msgpack.encode(found) is not None
    assert all(event.address.id for event in found if isinstance(event, Incoming))


@given(broken=ANYTHING, place=st.integers(min_value=0, max_value=2))
def test_one_broken_element_costs_no_other(broken: object, place: int) -> None:
    said: list[object] = [{"from": "84912000111", "id": f"m{n}", "type": "text", "text": {"body": str(n)}} for n in range(2)]
    said.insert(place, broken)

    found = CHANNEL.parse(request(webhook("messages", {"messages": said}), {}))

    assert ["0", "1"] == [event.body.text for event in found if isinstance(event, Incoming) and isinstance(event.body, Said)]
    assert 1 == sum(isinstance(event, Unparsed) for event in found)


def test_an_edit_of_a_kind_we_do_not_read_is_kept() -> None:
    edit = {"original_message_id": "m0", "message": {"type": None, "text": {"body": "size L"}}}

    found = CHANNEL.parse(
        request(webhook("messages", {"messages": [{"from": "84912000111", "id": "m1", "type": "edit", "edit": edit}]}), {})
    )

    assert [Unparsed] == [type(event) for event in found]
