"""The channel whose provider is ourselves, and the frames at its border."""

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.engine.turns.amending import changing, opened
from hub.model.address import Address
from hub.model.channels.ports import Inbound
from hub.model.errors import BadSignature, Rejected, TemporaryFailure, Unparseable
from hub.model.events.event import Incoming, Said
from hub.model.failure import Failure
from hub.model.messaging.amending import Amendment, AmendVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, MediaKind, Message, QuickReply
from hub.model.webchat.chat import Hello, Say, Seen, Typing, frame_of, said, session_address, session_token, shown
from hub.model.words import Origin, Purpose
from tests.webchat.world import ACCOUNT, KEY, Hub

ADDRESS = Address(channel="webchat", account=ACCOUNT, id="s1")


def delivery(message: Message, *, id_: str = "dl-1") -> Delivery:
    return Delivery(
        id=id_,
        customer="cu-1",
        conversation="cv-1",
        address=ADDRESS,
        message=message,
        purpose=Purpose.REPLY,
        origin=Origin.AGENT,
        created=7,
    )


def request(body: bytes, *, token: str = "") -> Inbound:
    return Inbound(method="WS", url="", path_query="/chat/ws", headers={"x-chat-session": token or session_token(ADDRESS, KEY)}, body=body)


async def test_sending_appends_one_entry_however_often_it_is_sent() -> None:
    hub = Hub()
    picture = Attachment(kind=MediaKind.IMAGE, url="https://shop.example/a.jpg", name="dress")
    sent = delivery(Message(text="hi", quick_replies=(QuickReply(title="Yes", payload="y"),), attachments=(picture,)))
    (call,) = hub.channel.render(sent)

    receipts = [await hub.channel.send(call, sent) for _ in range(2)]

    entries = [shown(cursor, raw) for cursor, raw in await hub.log.read(ADDRESS, "", 10)]
    assert ["dl-1", "dl-1"] == [receipt.external_id for receipt in receipts]
    assert [("dl-1", "agent", "hi", 7)] == [(entry.id, entry.who, entry.text, entry.at) for entry in entries]
    assert [("https://shop.example/a.jpg", "dress")] == [(link.url, link.name) for entry in entries for link in entry.links]


async def test_a_store_that_is_away_means_the_same_call_may_go_again() -> None:
    hub = Hub()
    hub.log.away = True
    sent = delivery(Message(text="hi"))

    with pytest.raises(TemporaryFailure):
        await hub.channel.send(hub.channel.render(sent)[0], sent)


async def test_an_empty_message_is_rejected() -> None:
    hub = Hub()
    sent = delivery(Message(attachments=(Attachment(kind=MediaKind.IMAGE, media_id="m1"),)))
    (call,) = hub.channel.render(sent)

    assert ("image has no address",) == call.warnings
    with pytest.raises(Rejected):
        await hub.channel.send(call, sent)


def test_a_frame_of_a_page_becomes_what_the_customer_said() -> None:
    body = b'{"type":"say","id":"m1","text":"hi","payload":"order","language":"en","unknown":[1]}'

    events = Hub().channel.parse(request(body))

    expected = Said(text="hi", payload="order", external_id="m1", language="en")
    assert [Incoming(address=ADDRESS, body=expected, dedupe_id="s1:m1", at=5)] == events


@pytest.mark.parametrize("body", [b'{"type":"read","upto":"1-2"}', b'{"type":"typing"}', b'{"type":"hello"}'])
def test_frames_that_concern_the_connection_only_are_no_events(body: bytes) -> None:
    assert [] == Hub().channel.parse(request(body))


def test_a_frame_of_nobodys_session_is_refused() -> None:
    with pytest.raises(BadSignature):
        Hub().channel.parse(request(b'{"type":"say","id":"m1","text":"hi"}', token="s1.forged"))


@given(
    st.one_of(st.text(), st.binary(), st.recursive(st.none() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)).map(str))
)
@example('{"type":"say","id":"a","text":"\\ud800"}')
@example('{"type":"say","id":"a\\n","text":"x"}')
@example('{"type":"say","id":"' + "a" * 65 + '","text":"x"}')
@example('{"type":"say","id":"a","text":"' + "x" * 8001 + '"}')
@example('{"type":"read","upto":"99999999999999999999-1"}')
@example('{"type":"say","id":"a","text":' + "[" * 30_000)
@example(b"\xff\xfe")
def test_no_frame_whatsoever_does_more_than_be_refused(raw: str | bytes) -> None:
    with pytest.raises(Unparseable):
        frame_of(raw)


@given(st.text(max_size=100), st.text(max_size=50), st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True))
def test_every_frame_a_page_can_write_is_understood_and_can_be_stored(text: str, payload: str, id_: str) -> None:
    frame = frame_of(msgspec.json.encode({"type": "say", "id": id_, "text": text, "payload": payload}))

    assert isinstance(frame, Say)
    incoming = said(frame, address=ADDRESS, at=1)
    assert incoming == msgspec.msgpack.decode(msgspec.msgpack.encode(incoming), type=Incoming)
    assert text.replace("\0", "") == frame.text


def test_the_other_frames_are_understood() -> None:
    frames = ['{"type":"hello","session":"s.x","cursor":"1-2","read":"1"}', '{"type":"read","upto":"1-2"}', '{"type":"typing"}']

    assert [Hello(session="s.x", cursor="1-2", read="1"), Seen(upto="1-2"), Typing()] == [frame_of(frame) for frame in frames]


def test_an_error_names_fields_and_never_repeats_what_was_sent() -> None:
    with pytest.raises(Unparseable) as refused:
        frame_of('{"type":"my-secret"}')

    assert "my-secret" not in str(refused.value)


@given(st.text())
def test_a_token_that_was_not_issued_opens_nothing(token: str) -> None:
    with pytest.raises(BadSignature):
        session_address(token, account=ACCOUNT, key=KEY)


async def test_a_correction_stands_in_the_place_of_the_old_words_and_a_recall_leaves_nothing_of_them() -> None:
    hub = Hub()
    sent = delivery(Message(text="old", quick_replies=(QuickReply(title="Yes"),)))
    await hub.channel.send(hub.channel.render(sent)[0], sent)

    told = []
    for text in ("new", ""):
        verb = AmendVerb.CORRECT if text else AmendVerb.RECALL
        message = Message(text=text, quick_replies=sent.message.quick_replies) if text else Message()
        amends = Amendment(verb=verb, target="dl-1", ids=("dl-1",), at=7, message=message)
        what = opened(replace(sent, id=f"dl-{verb.value}", message=Message(), amends=amends))
        for call in changing(hub.channel, what) * 2:
            await hub.channel.amend(call, what)
        told += [shown(cursor, raw) for cursor, raw in await hub.log.read(ADDRESS, "", 10)]

    assert [("dl-1", "new", 7, "dl-1", True, False), ("dl-1", "", 7, "", False, True)] == [
        (entry.id, entry.text, entry.at, entry.delivery, entry.edited, entry.gone) for entry in told
    ]


async def test_what_the_page_shows_no_more_cannot_be_corrected_but_is_taken_back_already() -> None:
    hub = Hub()
    gone = Amendment(verb=AmendVerb.RECALL, target="dl-1", ids=("dl-1",), at=7)
    recall = replace(delivery(Message()), id="dl-2", amends=gone)
    correct = opened(replace(recall, amends=replace(gone, verb=AmendVerb.CORRECT, message=Message(text="new"))))

    await hub.channel.amend(changing(hub.channel, recall)[0], recall)
    with pytest.raises(Rejected) as refused:
        await hub.channel.amend(changing(hub.channel, correct)[0], correct)

    assert Failure.UNCHANGEABLE is refused.value.failure
