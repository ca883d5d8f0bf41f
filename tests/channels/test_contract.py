"""What every channel keeps, whoever its provider is."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from hub.engine.rendering.degrade import degrade
from hub.model.channels.ports import Channel
from hub.model.errors import BadSignature, HubError, Misconfigured, OutcomeUnknown, SendError, TemporaryFailure, Throttled, Unparseable
from hub.model.events.event import Incoming, Said, Unparsed
from hub.model.messaging.message import Message, QuickReply
from sandbox.faults import FaultKind
from tests.channels.contract import SECRET, TOKEN, WRONG_ANSWERS, Kind, StandIn, delivery, kinds, request, send_all
from tests.processes import free_port

KINDS = kinds()
every_channel = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
every_session_channel = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.over_session], ids=lambda kind: kind.name)
every_open_channel = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.unknown], ids=lambda kind: kind.name)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def stand_in(kind: Kind) -> AsyncIterator[StandIn]:
    stand_in = kind.stand_in()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
def channel(kind: Kind, session: ClientSession, stand_in: StandIn) -> Channel:
    return kind.make(session, stand_in.base_url)


def without_network(kind: Kind) -> Channel:
    """A channel that only verifies and parses; its session would fail at the first call."""
    return kind.make(None, "http://127.0.0.1:1")  # type: ignore[arg-type]


@every_channel
def test_signed_request_is_let_in_and_read(kind: Kind) -> None:
    channel = without_network(kind)
    asked = request(kind.known, kind.sign(kind.known))

    channel.verify(asked)
    (found,) = channel.parse(asked)

    assert isinstance(found, Incoming)
    assert isinstance(found.body, Said)
    assert found.body.text == "shop ơi"
    assert (channel.kind, "shop", kind.to) == (found.address.channel, found.address.account, found.address.id)
    assert kind.at == found.at
    assert found.dedupe_id


@every_channel
def test_missing_and_wrong_signatures_are_refused(kind: Kind) -> None:
    channel = without_network(kind)
    signed = kind.sign(kind.known)

    for header, right in signed.items():
        without = {name: value for name, value in signed.items() if name != header}
        for wrong in ({}, {header: ""}, {header: "x" + right[1:]}, {header: right + "x"}, {header: "é\udc80"}, {"x-other": right}):
            with pytest.raises(BadSignature) as refused:
                channel.verify(request(kind.known, {**without, **wrong}))
            assert SECRET not in str(refused.value)
            assert right not in str(refused.value)


@every_channel
def test_body_that_was_tampered_with_is_refused(kind: Kind) -> None:
    if kind.sign(b"{}") == kind.sign(b"[]"):
        # A secret in a header proves who sends, not what (Telegram, mail by webhook): nothing to tamper with.
        return
    channel = without_network(kind)

    with pytest.raises(BadSignature):
        channel.verify(request(kind.known.replace(b"shop", b"SHOP", 1), kind.sign(kind.known)))


@every_open_channel
def test_event_nobody_knows_is_named_by_its_fields_and_not_by_its_values(kind: Kind) -> None:
    channel = without_network(kind)

    assert kind.unknown
    (found,) = channel.parse(request(kind.unknown, kind.sign(kind.unknown)))

    assert isinstance(found, Unparsed)
    assert "hush" not in str(found)
    assert found.fields


@every_channel
@given(body=st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode)))
def test_whatever_bytes_come_only_the_two_refusals_leave(kind: Kind, body: bytes) -> None:
    only_refusals_leave(kind, body)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@every_channel
@given(data=st.data())
def test_known_events_with_anything_in_any_field_only_meet_the_two_refusals(kind: Kind, data: st.DataObject) -> None:
    if not kind.known.startswith(b"{"):
        at = data.draw(st.integers(0, len(kind.known)))
        only_refusals_leave(kind, kind.known[:at] + data.draw(st.binary(max_size=20)) + kind.known[at + data.draw(st.integers(0, 20)) :])
        return
    event = msgspec.json.decode(kind.known)
    where, key = data.draw(st.sampled_from(list(_spots(event))))
    where[key] = data.draw(_json)

    only_refusals_leave(kind, msgspec.json.encode(event))


def _spots(inside: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - decoded JSON
    """Every place of a decoded event, however deep."""
    keys = range(len(inside)) if isinstance(inside, list) else inside if isinstance(inside, dict) else ()
    for key in keys:
        yield inside, key
        yield from _spots(inside[key])


@every_channel
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"update_id": 1e999, "from": 1e999}',
        b'{"from": "\xff\xfe"}',
        b'{"from": "\\ud800"}',
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b'{"id": "x", "from": {"a": [1, 2, 3]}}',
        b'{"message": {"chat": {"id": "\\u0000\\u202e"}, "message_id": 0, "text": "\\u0000"}}',
    ],
    ids=["empty", "null", "deep list", "deep object", "too large", "broken utf-8", "lone surrogate", "5000 digits", "types", "nul, bidi"],
)
def test_hostile_bodies_only_meet_the_two_refusals(kind: Kind, body: bytes) -> None:
    only_refusals_leave(kind, body)


def only_refusals_leave(kind: Kind, body: bytes) -> None:
    channel = without_network(kind)
    asked = request(body, kind.sign(body))
    try:
        channel.verify(asked)
        found = channel.parse(asked)
    except (BadSignature, Unparseable):
        return
    msgspec.msgpack.encode(found)


@every_channel
async def test_message_arrives_as_written_and_its_id_comes_back(kind: Kind, channel: Channel, stand_in: StandIn) -> None:
    message = Message(text="Xin chào 👋", quick_replies=(QuickReply(title="Có", payload="yes"),))
    message = degrade(message, channel.capabilities).messages[-1]

    sent = await send_all(channel, delivery(message, to=kind.to))

    assert len(sent) == 1
    assert sent[0]
    assert [(kind.to, message.text)] == stand_in.taken()


@every_channel
@pytest.mark.parametrize(("fault", "decision"), WRONG_ANSWERS)
async def test_each_way_to_fail_is_its_decision(kind: Kind, channel: Channel, stand_in: StandIn, fault: FaultKind, decision: str) -> None:
    stand_in.fault(fault, method=kind.method)

    with pytest.raises(SendError) as failed:
        await send_all(channel, delivery(Message(text="hi"), to=kind.to))

    assert type(failed.value).__name__ == kind.decisions.get(fault.value, decision)


@every_channel
@pytest.mark.parametrize(
    ("status", "decision"),
    [(503, TemporaryFailure), (500, OutcomeUnknown), (502, OutcomeUnknown), (401, Misconfigured), (429, Throttled)],
)
async def test_statuses_are_decided_alike(kind: Kind, channel: Channel, stand_in: StandIn, status: int, decision: type[SendError]) -> None:
    stand_in.fault(FaultKind.ERROR, method=kind.method, status=status, description="no")

    with pytest.raises(SendError) as failed:
        await send_all(channel, delivery(Message(text="hi"), to=kind.to))

    assert type(failed.value).__name__ == kind.decisions.get(str(status), decision.__name__)
    assert failed.value.code


@every_channel
async def test_provider_says_how_long_to_wait(kind: Kind, channel: Channel, stand_in: StandIn) -> None:
    stand_in.fault(FaultKind.THROTTLE, method=kind.method, retry_after=17)

    with pytest.raises(Throttled) as failed:
        await send_all(channel, delivery(Message(text="hi"), to=kind.to))

    assert failed.value.retry_after == 17


@every_channel
async def test_nothing_has_left_where_nobody_listens(kind: Kind, session: ClientSession) -> None:
    channel = kind.make(session, f"http://127.0.0.1:{free_port()}")

    with pytest.raises(TemporaryFailure) as failed:
        await send_all(channel, delivery(Message(text="hi"), to=kind.to))

    assert TOKEN not in told_by(failed.value)
    assert SECRET not in told_by(failed.value)


@every_channel
async def test_no_secret_is_in_any_error(kind: Kind, channel: Channel, stand_in: StandIn) -> None:
    for fault in (FaultKind.RESET_BEFORE, FaultKind.ERROR, FaultKind.THROTTLE):
        stand_in.fault(fault, method=kind.method)
        with pytest.raises(HubError) as failed:
            await send_all(channel, delivery(Message(text="hi"), to=kind.to))
        assert TOKEN not in told_by(failed.value)
        assert SECRET not in told_by(failed.value)


def told_by(error: BaseException) -> str:
    """All a log could print of an error: its whole traceback, with the errors it chains."""
    import traceback

    return "".join(traceback.format_exception(error)) + repr(error)


class Refused(HubError):
    """What an outbox raises at the connection."""


@every_session_channel
async def test_what_the_session_raises_at_the_connection_goes_through_untouched(kind: Kind, stand_in: StandIn) -> None:
    from aiohttp import TCPConnector
    from aiohttp.connector import Connection

    class Stopped(TCPConnector):
        async def connect(self, *args: object, **kwargs: object) -> Connection:
            raise Refused("taken over")

    async with ClientSession(connector=Stopped()) as session:
        channel = kind.make(session, stand_in.base_url)

        with pytest.raises(Refused, match="taken over"):
            await send_all(channel, delivery(Message(text="hi"), to=kind.to))

    assert [] == stand_in.taken()
