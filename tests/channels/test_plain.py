"""The plain JSON channel for a shop's own app."""

import msgspec
import pytest

from channels.plain import SIGNATURE_HEADER, Plain, Settings, signature
from hub.model.errors import RecipientGone, SettingsError, Throttled
from hub.model.events.event import Incoming, OptedOut, Receipt, Said, Started, Unparsed
from hub.model.messaging.message import Attachment, MediaKind, Message, QuickReply
from hub.model.words import DeliveryState, Purpose
from sandbox.faults import FaultKind
from sandbox.plain import PlainStandIn
from tests.channels.contract import SECRET, delivery, request


def read(body: object) -> list[Incoming | Unparsed]:
    raw = msgspec.json.encode(body)
    channel = Plain(Settings(account="app", secret=SECRET, base_url="https://app.example/in"), None)  # type: ignore[arg-type]
    asked = request(raw, {SIGNATURE_HEADER: signature(SECRET.encode(), raw)})
    channel.verify(asked)
    return channel.parse(asked)


def test_broken_element_of_a_list_spares_the_others() -> None:
    found = read([{"id": "1", "from": "a", "text": "một"}, {"id": "2", "text": "no sender"}, 7, {"id": 3, "from": 4, "text": "ba"}])

    assert [Incoming, Unparsed, Unparsed, Incoming] == [type(one) for one in found]
    assert ["1", "3"] == [one.dedupe_id for one in found if isinstance(one, Incoming)]


def test_each_type_becomes_its_event() -> None:
    bodies = [
        one.body
        for one in read(
            [
                {"id": "1", "from": "a", "text": "?", "payload": "size:m", "reply_to": "dl-9"},
                {"id": "2", "from": "a", "type": "start", "ref": "cart"},
                {"id": "3", "from": "a", "type": "stop", "reason": "uninstalled"},
                {"from": "a", "type": "receipt", "ids": ["dl-1", "dl-2"], "state": "read"},
                {"id": "4", "from": "a", "attachments": [{"kind": "image", "url": "https://a.example/1.jpg"}]},
            ]
        )
        if isinstance(one, Incoming)
    ]

    assert [
        Said(text="?", payload="size:m", source="button", external_id="1", in_reply_to="dl-9"),
        Started(ref="cart", external_id="2"),
        OptedOut(reason="uninstalled"),
        Receipt(external_ids=("dl-1", "dl-2"), state=DeliveryState.READ),
        Said(attachments=(Attachment(kind=MediaKind.IMAGE, url="https://a.example/1.jpg"),), external_id="4"),
    ] == bodies


def test_receipt_without_ids_or_with_an_unknown_state_is_not_understood() -> None:
    for odd in ({"state": "read"}, {"ids": ["dl-1"], "state": "framed"}, {"ids": ["dl-1"], "state": "sending"}):
        (found,) = read({"from": "a", "type": "receipt", **odd})
        assert isinstance(found, Unparsed)


async def test_message_is_signed_and_carries_its_own_id_and_purpose() -> None:
    from aiohttp import ClientSession

    stand_in = PlainStandIn(secret=SECRET)
    await stand_in.start()
    try:
        async with ClientSession() as session:
            channel = Plain(Settings(account="app", secret=SECRET, base_url=stand_in.base_url), session)
            what = delivery(Message(text="từ " * 4000, quick_replies=(QuickReply(title="Có"),)), purpose=Purpose.MARKETING)
            calls = channel.render(what)
            sent = [(await channel.send(call, what)).external_id for call in calls]
    finally:
        await stand_in.stop()

    assert ["dl-1", "dl-1.1"] == sent
    assert ["dl-1", "dl-1.1"] == [taken.id for taken in stand_in.received]
    assert {"marketing"} == {taken.purpose for taken in stand_in.received}
    assert [False, True] == ["quick_replies" in call.params for call in calls]


@pytest.mark.parametrize(("status", "ends"), [(410, RecipientGone), (429, Throttled), (409, None)])
async def test_apps_own_statuses(status: int, ends: type[Exception] | None) -> None:
    from aiohttp import ClientSession

    stand_in = PlainStandIn()
    await stand_in.start()
    stand_in.fault(FaultKind.ERROR, status=status)
    try:
        async with ClientSession() as session:
            channel = Plain(Settings(account="app", secret=SECRET, base_url=stand_in.base_url), session)
            (call,) = channel.render(what := delivery(Message(text="hi")))
            if ends is None:
                assert "dl-1" == (await channel.send(call, what)).external_id
                return
            with pytest.raises(ends):
                await channel.send(call, what)
    finally:
        await stand_in.stop()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (Settings(account="app", secret="short", base_url="https://a.example"), "secret needs 16"),
        (Settings(account="app", secret=SECRET, base_url="a.example"), "base_url must"),
    ],
    ids=["secret", "address"],
)
def test_wrong_setting_is_told_at_once(settings: Settings, word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        Plain(settings, None)  # type: ignore[arg-type]

    assert settings.secret not in repr(settings)
