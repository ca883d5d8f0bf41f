"""Messenger and Instagram webhooks with anything anywhere: one odd element is told by its names, the others are heard."""

import json
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.errors import Unparseable
from hub.model.events import Incoming, Said
from sandbox.messaging import INSTAGRAM, MESSENGER
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

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "mid", "payload", "type", "url", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def spots(of: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - JSON
    """Every place in a body: what holds it, and under which key."""
    keys = list(of) if isinstance(of, dict) else list(range(len(of))) if isinstance(of, list) else []
    return [(of, key) for key in keys] + [deeper for key in keys for deeper in spots(of[key])]


@given(data=st.data())
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_known_webhooks_with_anything_anywhere_only_meet_the_one_refusal(data: st.DataObject) -> None:
    kind, body = data.draw(st.sampled_from(BODIES))
    body = json.loads(json.dumps(body))
    where, key = data.draw(st.sampled_from(spots(body)))
    where[key] = data.draw(anything)

    try:
        found = CHANNELS[kind].parse(request(msgspec.json.encode(body), {}))
    except Unparseable:
        return

    assert msgspec.msgpack.encode(found)
    assert all(isinstance(event.at, int) for event in found if isinstance(event, Incoming))


@given(broken=anything, place=st.integers(min_value=0, max_value=2))
def test_one_broken_element_costs_no_other(broken: object, place: int) -> None:
    words: list[object] = [
        {"sender": {"id": "5"}, "recipient": {"id": "1"}, "timestamp": 1, "message": {"mid": f"m{n}", "text": str(n)}} for n in range(2)
    ]
    words.insert(place, broken)
    body = {"object": "page", "entry": [{"id": "1", "time": 1, "messaging": words}]}

    found = CHANNELS[MESSENGER].parse(request(msgspec.json.encode(body), {}))

    assert ["0", "1"] == [event.body.text for event in found if isinstance(event, Incoming) and isinstance(event.body, Said)]
