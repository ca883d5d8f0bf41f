"""WhatsApp's Cloud API beyond its cases: files, groups, gaps, links, reading and typing, the window."""

from collections.abc import AsyncIterator
from urllib.parse import unquote

import msgspec
import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from channels.whatsapp_cloud.channel import WhatsAppCloud
from channels.whatsapp_cloud.template import problems_of
from hub.model.address import Address
from hub.model.channels.ports import File, Inbound
from hub.model.errors import Rejected, TemporaryFailure
from hub.model.events.event import Incoming, Said, Started
from hub.model.failure import Failure
from hub.model.messaging.message import Attachment, Card, Component, MediaKind, Message, Parameter, Template
from sandbox.faults import FaultKind
from sandbox.shown import Media
from sandbox.stand_in import StandIn
from sandbox.whatsapp_cloud import WhatsApp
from tests.channels.contract import SECRET, TOKEN, delivery
from tests.channels.kind_whatsapp_cloud import NUMBER, read_of, webhook
from tests.channels.whatsapp_world import SETTINGS, TO, number_at, served, unconnected
from tests.processes import eventually

AT = Address(channel="whatsapp_cloud", account="shop", id=TO)


class Album:
    """Holds one picture, whatever is asked for."""

    async def read(self, attachment: Attachment) -> File:
        return File(content=b"\x89PNG picture", mime_type="image/png", name="ao.png")


class Nothing:
    """Has no file at all."""

    async def read(self, attachment: Attachment) -> File:
        raise Rejected("gone", failure=Failure.MEDIA)


@pytest.fixture
def whatsapp() -> WhatsApp:
    return WhatsApp(token=TOKEN, secret=SECRET, number=NUMBER)


@pytest.fixture
async def stand_in(whatsapp: WhatsApp) -> AsyncIterator[StandIn]:
    async with served(whatsapp) as stand_in:
        yield stand_in


@pytest.fixture
async def channel(stand_in: StandIn) -> AsyncIterator[WhatsAppCloud]:
    async with number_at(stand_in) as channel:
        yield channel


# --- files ---


async def test_file_that_only_we_can_reach_is_uploaded_and_sent_by_its_id(channel: WhatsAppCloud, stand_in: StandIn) -> None:
    for url in ("/media/f1", "", "http://127.0.0.1:8080/media/f1", "http://nas.local/f1", "http://[", "file:///etc/hosts"):
        picture = Attachment(kind=MediaKind.IMAGE, url=url, mime_type="image/png")

        prepared = await channel.prepare(delivery(Message(attachments=(picture,)), to=TO), Album())
        (call,) = channel.render(prepared)
        await channel.send(call, prepared)

        (uploaded,) = prepared.message.attachments
        assert {"id": uploaded.media_id} == call.params["image"]
        assert (b"\x89PNG picture", "image/png") == stand_in.desk.media[uploaded.media_id]
    assert 6 == len(stand_in.desk.phones[TO].bubbles)


async def test_public_file_goes_as_its_address_and_an_uploaded_one_is_not_uploaded_again(channel: WhatsAppCloud) -> None:
    there = Attachment(kind=MediaKind.IMAGE, url="https://shop.example/a.png")
    kept = Attachment(kind=MediaKind.FILE, media_id="7001")
    place = Attachment(kind=MediaKind.LOCATION, latitude=1.0, longitude=2.0)
    message = delivery(Message(attachments=(there, kept, place)), to=TO)

    assert message == await channel.prepare(message, Nothing())


async def test_pictures_of_cards_and_templates_that_only_we_can_reach_are_uploaded_too(channel: WhatsAppCloud, stand_in: StandIn) -> None:
    gap = Parameter(value="/media/f1", kind="image")
    template = Template(name="t", language="vi", components=(Component(kind="header", parameters=(gap,)),))
    cards = tuple(Card(title=title, image="/media/f1", url="https://shop.example") for title in ("Áo", "Quần"))

    for message in (Message(cards=cards), Message(template=template)):
        prepared = await channel.prepare(delivery(message, to=TO), Album())
        for call in channel.render(prepared):
            assert (await channel.send(call, prepared)).external_id

    assert 3 == len(stand_in.desk.media)
    again = await channel.prepare(prepared, Nothing())
    assert prepared == again


async def test_file_nobody_has_is_refused_and_a_refused_upload_is_a_decision(channel: WhatsAppCloud, stand_in: StandIn) -> None:
    message = delivery(Message(attachments=(Attachment(kind=MediaKind.IMAGE, url="/media/f1"),)), to=TO)
    with pytest.raises(Rejected, match="gone"):
        await channel.prepare(message, Nothing())

    stand_in.fault(FaultKind.ERROR, method="media", status=503)

    with pytest.raises(TemporaryFailure):
        await channel.prepare(message, Album())


async def test_customers_file_is_fetched_with_our_token(channel: WhatsAppCloud, stand_in: StandIn) -> None:
    stand_in.desk.media["7001"] = (b"film", "video/mp4")

    found = await channel.locate(Attachment(kind=MediaKind.VIDEO, media_id="7001"))

    assert ("video/mp4", 4) == (found.mime_type, found.size)
    async with ClientSession() as session, session.get(found.url, headers=found.headers) as fetched:
        assert b"film" == await fetched.read()
    async with ClientSession() as session, session.get(found.url) as refused:
        assert 401 == refused.status


async def test_file_without_an_id_or_no_longer_there_is_refused(channel: WhatsAppCloud) -> None:
    with pytest.raises(Rejected):
        await channel.locate(Attachment(kind=MediaKind.IMAGE))
    with pytest.raises(Rejected):
        await channel.locate(Attachment(kind=MediaKind.IMAGE, media_id="7999"))


# --- what only the channel itself can tell ---


def heard_in_a_group(text: str, **context: str) -> Said:
    message = {"from": TO, "group_id": "G1", "id": "1", "type": "text", "text": {"body": text}, "context": {"id": "wamid.9", **context}}
    asked = Inbound(method="POST", url="", path_query="", headers={}, body=webhook("messages", {"messages": [message]}))
    (found,) = unconnected().parse(asked)
    assert isinstance(found, Incoming)
    assert isinstance(found.body, Said)
    return found.body


def test_in_a_group_we_are_meant_where_our_number_or_our_message_is_named() -> None:
    meant = [heard_in_a_group("@15550100 còn không?"), heard_in_a_group("còn không?", **{"from": "+1 555-0100"})]
    others = [heard_in_a_group("còn không?", **{"from": "84912000222"}), heard_in_a_group("gọi 15550100 nhé"), heard_in_a_group("hi")]

    assert [(True, "group", TO)] * 2 == [(said.mentioned, said.chat_type, said.author) for said in meant]
    assert [False] * 3 == [said.mentioned for said in others]


def test_gap_takes_four_spaces_in_a_row_and_no_more() -> None:
    def wrong(words: str) -> list[str]:
        body = Component(kind="body", parameters=(Parameter(value=words),))
        return list(problems_of(Template(name="t", language="vi", components=(body,))))

    assert [] == wrong("a    b")
    assert all(wrong(words) for words in ("a     b", "a\tb", "a\nb", "a\r", " "))


async def test_id_we_wrote_to_is_no_new_one(channel: WhatsAppCloud) -> None:
    for to in (TO, "VN.40011"):
        sent = delivery(Message(text="hi"), to=to)

        assert "" == (await channel.send(channel.render(sent)[0], sent)).identity


def test_link_from_the_web_chat_opens_a_chat_whose_first_words_say_who_comes() -> None:
    channel = WhatsAppCloud(replace(SETTINGS, phone_number="+84 24 3999 0001"), None)  # type: ignore[arg-type]

    link = channel.start_link("go-s1a2B3_c-4")
    said = {"from": TO, "id": "1", "type": "text", "text": {"body": unquote(link.partition("?text=")[2])}}
    asked = Inbound(method="POST", url="", path_query="", headers={}, body=webhook("messages", {"messages": [said]}))
    (found,) = channel.parse(asked)

    assert link.startswith("https://wa.me/842439990001?text=")
    assert isinstance(found, Incoming)
    assert Started(ref="go-s1a2B3_c-4", external_id="1") == found.body
    assert "" == unconnected().start_link("go-1")


# --- reading and typing ---


async def test_message_is_marked_read_and_typing_shown_under_it(channel: WhatsAppCloud, stand_in: StandIn, whatsapp: WhatsApp) -> None:
    said = stand_in.desk.say(TO, "shop ơi")

    await channel.mark_read(AT, said.external_id)
    await channel.typing(AT, said.external_id)
    await channel.typing(AT)

    assert [said.external_id] * 2 == whatsapp.read
    assert [said.external_id] == whatsapp.typing


async def test_what_cannot_be_marked_is_a_decision(channel: WhatsAppCloud) -> None:
    with pytest.raises(Rejected):
        await channel.mark_read(AT, "wamid.nobody's")


async def test_window_is_closed_until_the_customer_writes(whatsapp: WhatsApp) -> None:
    whatsapp._windowed = True  # noqa: SLF001 - as WhatsApp itself is
    stand_in = StandIn(whatsapp, receipts="")
    await stand_in.start()
    try:
        async with ClientSession() as session:
            channel = WhatsAppCloud(replace(SETTINGS, base_url=f"{stand_in.base_url}/v25.0"), session)
            sent = delivery(Message(text="hi"), to=TO)
            with pytest.raises(Exception, match="Re-engagement message") as closed:
                await channel.send(channel.render(sent)[0], sent)
            assert "131047" == closed.value.code  # type: ignore[attr-defined]

            stand_in.desk.say(TO, "shop ơi")

            assert (await channel.send(channel.render(sent)[0], sent)).external_id
    finally:
        await stand_in.stop()


async def test_receipts_and_media_of_the_stand_in_are_read_by_the_channel(stand_in: StandIn, channel: WhatsAppCloud) -> None:
    desk = stand_in.desk
    desk.media["7001"] = (b"film", "video/mp4")
    desk.say(TO, "Xem này", media=(Media(kind="video", url=f"{desk.base_url}/_sandbox/media/7001", mime_type="video/mp4"),))

    await eventually(lambda: desk.bringing.pending == 1)
    (webhook,) = desk.bringing._waiting[TO]  # noqa: SLF001 - what it would bring
    asked = read_of(webhook)
    channel.verify(asked)
    (found,) = channel.parse(asked)

    assert isinstance(found, Incoming)
    assert isinstance(found.body, Said)
    assert ("Xem này", "7001") == (found.body.text, found.body.attachments[0].media_id)
    assert "video/mp4" == msgspec.to_builtins(found.body.attachments[0])["mime_type"]
