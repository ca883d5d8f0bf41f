"""Messenger and Instagram webhooks with anything anywhere: one odd element is told by its names, the others are heard."""

import json
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.errors import Unparseable
from hub.model.events.event import Incoming, Said
from sandbox.messaging import INSTAGRAM, MESSENGER
from tests.channels.anywhere import anything, spots
from tests.channels.contract import request
from tests.channels.messaging_world import built

CASES = Path(__file__).parent / "cases"
BODIES = [
    (kind, json.loads(json.loads(file.read_text())["request"]["body"]))
    for kind in (MESSENGER, INSTAGRAM)
    for file in sorted((CASES / kind).glob("in_*.json"))
    if json.loads(file.read_text())["request"]["method"] == "POST"
]
CHANNELS = {
    MESSENGER: built(MESSENGER, None, "https://graph.example", page_id=""),  # type: ignore[arg-type]
    INSTAGRAM: built(INSTAGRAM, None, "https://graph.example", instagram_account_id=""),  # type: ignore[arg-type]
}

ANYTHING = anything("id", "mid", "payload", "type", "url", "x")


@given(data=st.data())
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_known_webhooks_with_anything_anywhere_only_meet_the_one_refusal(data: st.DataObject) -> None:
    kind, body = data.draw(st.sampled_from(BODIES))
    body = json.loads(json.dumps(body))
    where, key = data.draw(st.sampled_from(spots(body)))
    where[key] = data.draw(ANYTHING)

    try:
        found = CHANNELS[kind].parse(request(msgspec.json.encode(body), {}))
    except Unparseable:
        return

    assert msgspec.msgpack.encode(found)
    assert all(isinstance(event.at, int) for event in found if isinstance(event, Incoming))


@given(broken=ANYTHING, place=st.integers(min_value=0, max_value=2))
def test_one_broken_element_costs_no_other(broken: object, place: int) -> None:
    words: list[object] = [
        {"sender": {"id": "5"}, "recipient": {"id": "1"}, "timestamp": 1, "message": {"mid": f"m{n}", "text": str(n)}} for n in range(2)
    ]
    words.insert(place, broken)
    body = {"object": "page", "entry": [{"id": "1", "time": 1, "messaging": words}]}

    found = CHANNELS[MESSENGER].parse(request(msgspec.json.encode(body), {}))

    assert ["0", "1"] == [event.body.text for event in found if isinstance(event, Incoming) and isinstance(event.body, Said)]
