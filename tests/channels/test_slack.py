"""Slack against its stand-in: messages and threads, files brought and fetched, presses that come back, how an app stands."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from channels.slack import channel as slack
from hub.engine.clock import SystemClock
from hub.engine.rendering.degrade import degrade, understand
from hub.model.channels.ports import File
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected, SettingsError
from hub.model.events.event import Incoming, Reacted, Said
from hub.model.failure import Failure
from hub.model.messaging.message import (
    Attachment,
    Button,
    ButtonKind,
    Card,
    Choices,
    MediaKind,
    Message,
    QuickReply,
    ReplyKind,
    Row,
    Section,
)
from hub.model.messaging.offers import answers_of
from sandbox.faults import FaultKind
from sandbox.shown import Act, Media, Offer, Pressed, Wrote
from sandbox.shown import Reacted as PutReaction
from sandbox.slack import BOT, Slack
from sandbox.stand_in import StandIn
from tests.channels.contract import SECRET, TOKEN, delivery, request, send_all
from tests.phrases import english

MINH, PLACE = "U0MINH", "C0SHARED"


class Shelf:
    """Files of the hub's, by their address."""

    async def read(self, attachment: Attachment) -> File:
        """The one file there is."""
        if "missing" in attachment.url:
            raise Rejected("not here", failure=Failure.MEDIA)
        return File(content=b"%PDF-1.7 " + attachment.url.encode(), mime_type="application/pdf", name=Path(attachment.url).name)


@dataclass
class World:
    """An app and its stand-in."""

    channel: slack.Slack
    provider: Slack
    phones: StandIn

    def told(self, act: Act) -> Incoming:
        """What the hub makes of what is done on a phone."""
        (webhook,) = self.provider.webhooks(act)
        asked = request(webhook.body, {key.lower(): value for key, value in webhook.headers.items()})
        self.channel.verify(asked)
        (found,) = self.channel.parse(asked)
        assert isinstance(found, Incoming)
        return found


@pytest.fixture
async def world() -> AsyncIterator[World]:
    provider = Slack(token=TOKEN, secret=SECRET)
    phones = StandIn(provider, receipts="")
    await phones.start()
    async with ClientSession() as session:
        settings = slack.Settings(account="shop", token=TOKEN, secret=SECRET, base_url=phones.base_url)
        yield World(slack.Slack(settings, session, clock=SystemClock()), provider, phones)
    await phones.stop()


def test_the_librarys_own_check_agrees_with_the_signature() -> None:
    from slack_sdk.signature import SignatureVerifier

    body, at = '{"text": "đơn 😀"}', "1760000000"

    class Then:
        """The moment it was signed."""

        def now(self) -> float:
            """In seconds."""
            return 1760000000.0

    verifier = SignatureVerifier(SECRET, clock=Then())  # type: ignore[arg-type] # the library asks a clock of its own class

    assert verifier.is_valid(body, at, slack.signature(SECRET.encode(), at, body.encode()))


OFFERS = {
    "quick replies": Message(text="?", quick_replies=tuple(QuickReply(title=f"Cỡ {n}", payload=f"size:{n}") for n in range(12))),
    "buttons": Message(text="?", buttons=tuple(Button(title=f"B{n}", value=f"b:{n}") for n in range(9))),
    "both": Message(text="?", buttons=(Button(title="A", value="a"),), quick_replies=(QuickReply(title="B"),)),
    "long payload": Message(text="?", buttons=(Button(title="dài", value="x" * 3000), Button(title="ngắn", value="y"))),
    "list": Message(
        text="?", choices=Choices(button="Chọn", sections=(Section(title="A", rows=(Row(title="một", payload="r:1"), Row(title="hai"))),))
    ),
    "list of one section": Message(text="?", choices=Choices(button="", sections=(Section(rows=(Row(title="một", payload="p" * 200),)),))),
    "cards": Message(cards=tuple(Card(title=f"C{n}", buttons=(Button(title=f"Mua {n}", value=f"buy:{n}"),)) for n in range(3))),
    "thirty": Message(text="?", quick_replies=tuple(QuickReply(title=f"Mẫu {n}", payload=f"m:{n}") for n in range(30))),
}


@pytest.mark.parametrize("name", OFFERS)
async def test_whatever_is_pressed_comes_back_as_the_answer_it_was(world: World, name: str) -> None:
    (message,) = degrade(OFFERS[name], world.channel.capabilities).messages
    await send_all(world.channel, delivery(message, to=MINH))
    phone = world.phones.desk.phone(MINH)

    found = [world.told(Pressed(phone=phone, bubble=b, offer=o)) for b in phone.bubbles for o in b.offers]

    assert {(MINH, phone.bubbles[-1].external_id)} == {(each.address.id, getattr(each.body, "in_reply_to", "")) for each in found}
    assert sorted(answers_of(OFFERS[name]), key=str) == sorted((_understood(each, OFFERS[name]) for each in found), key=str)


def _understood(found: Incoming, message: Message) -> QuickReply | None:
    assert isinstance(found.body, Said)
    return understand(found.body.payload or found.body.text, answers_of(message))


async def test_buttons_that_open_an_address_say_nothing_when_pressed(world: World) -> None:
    message = Message(
        text="?",
        buttons=(Button(title="Web", kind=ButtonKind.URL, value="https://a.example/"),),
        quick_replies=(QuickReply(title="Bản đồ", kind=ReplyKind.URL, extra="https://b.example/"),),
    )

    await send_all(world.channel, delivery(message, to=MINH))

    phone = world.phones.desk.phone(MINH)
    assert [
        Offer(title="Web", id="open:0|", kind="url", value="https://a.example/"),
        Offer(title="Bản đồ", id="open:1|", kind="url", value="https://b.example/"),
    ] == list(phone.bubbles[-1].offers)
    for offer in phone.bubbles[-1].offers:
        (webhook,) = world.provider.webhooks(Pressed(phone=phone, bubble=phone.bubbles[-1], offer=offer))
        assert [] == world.channel.parse(request(webhook.body, {}))


async def test_only_the_last_of_several_parts_has_the_buttons_and_all_stand_in_the_thread(world: World) -> None:
    message = Message(text="chữ " * 2000, quick_replies=(QuickReply(title="Có"),), reply_to="1760000000.000100")

    sent = await send_all(world.channel, delivery(message, to=PLACE))

    bubbles = world.phones.desk.phone(PLACE).bubbles
    assert [b.external_id for b in bubbles] == sent
    assert [0, 0, 1] == [len(b.offers) for b in bubbles]
    assert {"1760000000.000100"} == {b.reply_to for b in bubbles}
    assert ["chữ"] * 2000 == " ".join(b.text for b in bubbles).split()


async def test_more_blocks_than_a_message_holds_are_two(world: World) -> None:
    cards = tuple(Card(title=f"C{n}", buttons=(Button(title="Mua", value=f"buy:{n}"),)) for n in range(30))

    await send_all(world.channel, delivery(Message(text="Hàng mới", cards=cards), to=PLACE))

    assert [50, 11] == [len(r.params["blocks"]) for r in world.phones.desk.received]  # type: ignore[arg-type]


async def test_files_are_brought_unseen_and_shown_with_their_words_in_one_call(world: World) -> None:
    pieces = tuple(Attachment(kind=MediaKind.FILE, url=f"https://shop.example/{n}.pdf") for n in (1, 2))
    asked = delivery(Message(text="Hoá đơn <mới>", attachments=pieces), to=PLACE)

    prepared = await world.channel.prepare(asked, Shelf())
    unseen = list(world.phones.desk.phone(PLACE).bubbles)
    await send_all(world.channel, prepared)

    (shared,) = world.phones.desk.received
    (bubble,) = world.phones.desk.phone(PLACE).bubbles
    assert [] == unseen
    assert ("files.completeUploadExternal", PLACE, "Hoá đơn <mới>") == (shared.method, shared.params["channel_id"], bubble.text)
    assert ["1.pdf", "2.pdf"] == [piece.name for piece in bubble.media]
    assert [b"%PDF-1.7 https://shop.example/1.pdf", b"%PDF-1.7 https://shop.example/2.pdf"] == [
        world.phones.desk.media[piece.file_id][0] for piece in prepared.message.attachments
    ]


async def test_file_for_a_person_and_buttons_are_two_calls(world: World) -> None:
    pieces = (Attachment(kind=MediaKind.FILE, url="https://shop.example/1.pdf"),)
    asked = delivery(Message(text="Được chưa ạ?", attachments=pieces, quick_replies=(QuickReply(title="Có"),)), to=MINH)

    await send_all(world.channel, await world.channel.prepare(asked, Shelf()))

    shared, posted = world.phones.desk.received
    assert (MINH, "", "Được chưa ạ?") == (shared.params["channels"], shared.text, posted.text)


async def test_file_that_is_not_to_be_had_goes_as_its_link_and_pictures_stay_where_they_are(world: World) -> None:
    pieces = (
        Attachment(kind=MediaKind.FILE, url="https://shop.example/missing.pdf", name="Hoá đơn"),
        Attachment(kind=MediaKind.IMAGE, url="https://shop.example/a.jpg"),
    )

    prepared = await world.channel.prepare(delivery(Message(attachments=pieces), to=PLACE), Shelf())
    calls = world.channel.render(prepared)
    await send_all(world.channel, prepared)

    (bubble,) = world.phones.desk.phone(PLACE).bubbles
    assert pieces == prepared.message.attachments
    assert ("the file could not be uploaded to Slack, so its link is sent",) == calls[0].warnings
    assert ("Hoá đơn: https://shop.example/missing.pdf", ["https://shop.example/a.jpg"]) == (bubble.text, [m.url for m in bubble.media])


async def test_customers_file_is_fetched_with_the_token_and_not_without(world: World) -> None:
    world.phones.desk.media["F1"] = (b"\x89PNG", "image/png")
    bubble = world.phones.desk.say(
        MINH, "ảnh đây", media=(Media(kind="image", url=f"{world.phones.base_url}/_sandbox/media/F1", mime_type="image/png"),)
    )
    said = world.told(Wrote(phone=world.phones.desk.phone(MINH), bubble=bubble)).body
    assert isinstance(said, Said)

    found = await world.channel.locate(said.attachments[0])
    asked = await world.channel.locate(Attachment(kind=MediaKind.IMAGE, file_id="F1"))

    assert (MediaKind.IMAGE, found.url, "image/png") == (said.attachments[0].kind, asked.url, asked.mime_type)
    async with ClientSession() as session:
        async with session.get(found.url, headers=found.headers) as answer:
            assert (b"\x89PNG", "image/png") == (await answer.read(), answer.content_type)
        async with session.get(found.url) as answer:
            assert (200, "text/html") == (answer.status, answer.content_type)


@pytest.mark.parametrize(
    "url", ["https://evil.example/f", "https://slack.com.evil.example/f", "http://files.slack.com/f", "https://notslack.com/f"]
)
async def test_token_goes_to_slack_only(world: World, url: str) -> None:
    with pytest.raises(Rejected):
        await world.channel.locate(Attachment(kind=MediaKind.FILE, file_id="F1", media_id=url))


async def test_what_is_said_and_liked_on_the_phone_is_understood(world: World) -> None:
    phone = world.phones.desk.phone(MINH, "Minh")
    await send_all(world.channel, delivery(Message(text="Chào anh"), to=MINH))
    bubble = world.phones.desk.say(MINH, "1 < 2 & 3")

    said, liked = (
        world.told(Wrote(phone=phone, bubble=bubble)),
        world.told(PutReaction(phone=phone, bubble=phone.bubbles[0], emoji="heart")),
    )

    assert isinstance(said.body, Said)
    assert (MINH, "1 < 2 & 3", bubble.external_id) == (said.address.id, said.body.text, said.body.external_id)
    assert Reacted(target=phone.bubbles[0].external_id, emoji="heart") == liked.body


async def test_who_the_app_is_tells_a_channels_word_to_it_from_others(world: World) -> None:
    event = b'{"type": "message", "channel": "C1", "user": "U1", "ts": "1.1", "text": "<@%b> hi"}' % BOT.encode()
    asked = request(b'{"type": "event_callback", "event_id": "Ev1", "event": %b}' % event, {})

    before = world.channel.parse(asked)
    found = await world.channel.look("")
    after = world.channel.parse(asked)

    assert ("Sandbox, shop", ()) == (found.name, found.problems)
    assert [False, True] == [one.body.mentioned for one in (*before, *after) if isinstance(one, Incoming) and isinstance(one.body, Said)]


async def test_missing_scopes_are_a_problem_and_connecting_says_what_to_click(world: World) -> None:
    world.provider.scopes = "chat:write,im:history"

    found = await world.channel.connect("https://shop.example/hooks/slack/shop")

    assert "files:read" in english(found.problems)[0]
    assert 2 == sum("https://shop.example/hooks/slack/shop" in click for click in english(found.clicks))


async def test_success_that_is_not_slacks_proves_nothing(world: World) -> None:
    world.phones.fault(FaultKind.MALFORMED, method="chat.postMessage")

    with pytest.raises(OutcomeUnknown) as failed:
        await send_all(world.channel, delivery(Message(text="hi"), to=MINH))

    assert Failure.UNPARSEABLE is failed.value.failure


async def test_token_of_another_app_stops_the_account(world: World) -> None:
    async with ClientSession() as session:
        settings = slack.Settings(account="shop", token="xoxb-other", secret=SECRET, base_url=world.phones.base_url)
        channel = slack.Slack(settings, session, clock=SystemClock())

        for attempt in (channel.look(""), send_all(channel, delivery(Message(text="hi"), to=MINH))):
            with pytest.raises(Misconfigured):
                await attempt


@pytest.mark.parametrize(
    ("token", "secret", "base_url"),
    [("", "s", slack.BASE_URL), ("ü", "s", slack.BASE_URL), ("t", "", slack.BASE_URL), ("t", "s", "slack.com")],
)
def test_settings_that_cannot_be_right_are_refused(token: str, secret: str, base_url: str) -> None:
    settings = slack.Settings(account="shop", token=token, secret=secret, base_url=base_url)

    with pytest.raises(SettingsError, match="slack/shop"):
        slack.Slack(settings, None, clock=SystemClock())  # type: ignore[arg-type]


def test_no_secret_is_in_the_settings_words() -> None:
    settings = slack.Settings(account="shop", token=TOKEN, secret=SECRET)

    assert "Settings(account='shop', base_url='https://slack.com/api')" == repr(replace(settings, bot_user_id="U1"))
