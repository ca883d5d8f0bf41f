"""LINE against its stand-in: answers by token and pushes, keys against doubles, presses that come back, how an account stands."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from channels.line import channel as line
from hub.engine.clock import SystemClock
from hub.engine.rendering.degrade import degrade, understand
from hub.model.address import Address
from hub.model.channels.ports import File
from hub.model.errors import OutcomeUnknown, Rejected, SendError, TemporaryFailure
from hub.model.events.event import Incoming, Said, Started
from hub.model.messaging.message import Attachment, Button, Card, Choices, MediaKind, Message, QuickReply, Row, Section
from hub.model.messaging.offers import answers_of
from sandbox.faults import FaultKind
from sandbox.line import BOT, Line, stand_in
from sandbox.shown import Bubble, Offer, Pressed, Wrote
from sandbox.stand_in import StandIn
from tests.channels.contract import SECRET, TOKEN, delivery, request, send_all
from tests.doors import Door, hub_door
from tests.phrases import english
from tests.processes import eventually

LAN = "U5f1e3a9b7c2d4e6f8a0b1c2d3e4f5a6b"


@dataclass
class World:
    """An account and its stand-in."""

    channel: line.Line
    provider: Line
    phones: StandIn

    def token_of(self, text: str = "hi") -> str:
        """The reply token of a word just said."""
        self.phones.desk.say(LAN, text)
        return list(self.provider.reply_tokens)[-1]

    @property
    def methods(self) -> list[tuple[str, str]]:
        """What was asked, and what came of it."""
        return [(r.method, "shown" if r.external_id else "not") for r in self.phones.desk.received]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    provider = Line(token=TOKEN, secret=SECRET)
    phones = StandIn(provider, receipts="")
    await phones.start()
    async with ClientSession() as session:
        settings = line.Settings(account="shop", token=TOKEN, secret=SECRET, base_url=phones.base_url)
        yield World(line.Line(settings, session, clock=SystemClock()), provider, phones)
    await phones.stop()


@pytest.fixture
async def hooked() -> AsyncIterator[Door]:
    async with hub_door("/hooks/line/shop") as door:
        yield door


async def test_first_call_answers_by_the_token_and_the_rest_is_pushed(world: World) -> None:
    what = replace(delivery(Message(text="字" * 30_000), to=LAN), reply_token=world.token_of())

    await send_all(world.channel, what)

    assert [("reply", "shown"), ("push", "shown")] == world.methods


async def test_second_answer_to_one_word_is_pushed_without_trying_the_token_again(world: World) -> None:
    token = world.token_of()

    for n in (1, 2):
        await send_all(world.channel, replace(delivery(Message(text="hi"), to=LAN, id=f"dl-{n}"), reply_token=token))

    assert [("reply", "shown"), ("push", "shown")] == world.methods


async def test_token_past_its_time_is_not_tried(world: World) -> None:
    what = replace(delivery(Message(text="hi"), to=LAN), reply_token=world.token_of(), token_until=1)

    await send_all(world.channel, what)

    assert [("push", "shown")] == world.methods


async def test_token_line_does_not_know_costs_one_try_at_once(world: World) -> None:
    what = replace(delivery(Message(text="hi"), to=LAN), reply_token="nobody-has-it")

    with pytest.raises(TemporaryFailure) as failed:
        await send_all(world.channel, what)
    await send_all(world.channel, what)

    assert failed.value.retry_after == 0
    assert [("reply", "not"), ("push", "shown")] == world.methods


async def test_answer_nobody_heard_of_is_shown_once(world: World) -> None:
    what = replace(delivery(Message(text="hi"), to=LAN), reply_token=world.token_of())
    world.phones.fault(FaultKind.RESET_AFTER, method="reply")

    with pytest.raises(OutcomeUnknown):
        await send_all(world.channel, what)
    await send_all(world.channel, what)

    assert ["hi"] == world.phones.desk.texts_of(LAN)


async def test_push_nobody_heard_of_is_shown_once(world: World) -> None:
    what = delivery(Message(text="hi"), to=LAN)
    world.phones.fault(FaultKind.RESET_AFTER, method="push")

    with pytest.raises(OutcomeUnknown):
        await send_all(world.channel, what)
    (told,) = await send_all(world.channel, what)

    assert ["hi"] == world.phones.desk.texts_of(LAN)
    assert world.phones.desk.phone(LAN).bubbles[-1].external_id == told


async def test_two_parts_of_one_delivery_have_keys_of_their_own(world: World) -> None:
    for text in ("one", "two"):
        await send_all(world.channel, delivery(Message(text=text), to=LAN))

    assert ["one", "two"] == world.phones.desk.texts_of(LAN)


async def test_success_that_is_not_lines_proves_nothing(world: World) -> None:
    world.phones.fault(FaultKind.MALFORMED, method="push")

    with pytest.raises(OutcomeUnknown):
        await send_all(world.channel, delivery(Message(text="hi"), to=LAN))


async def test_used_up_month_stops_pushes_and_not_answers(world: World) -> None:
    world.provider.month, world.provider.pushed = 200, 200

    with pytest.raises(Rejected) as failed:
        await send_all(world.channel, delivery(Message(text="hi"), to=LAN))
    await send_all(world.channel, replace(delivery(Message(text="hi"), to=LAN), reply_token=world.token_of()))
    found = await world.channel.look("")

    assert failed.value.failure.value == "quota"
    assert [("push", "not"), ("reply", "shown")] == world.methods
    assert any("200" in problem for problem in english(found.problems))


ROWS = (Row(title="一", payload="r:1"), Row(title="二"))
CARDS = tuple(Card(title=f"C{n}", image="https://a.example/i.jpg", buttons=(Button(title=f"買 {n}", value=f"buy:{n}"),)) for n in range(3))
OFFERS = {
    "quick replies": Message(text="?", quick_replies=tuple(QuickReply(title=f"尺寸 {n}", payload=f"size:{n}") for n in range(12))),
    "bare quick replies": Message(text="?", quick_replies=(QuickReply(title="有"), QuickReply(title="沒有"))),
    "three buttons": Message(text="?", buttons=tuple(Button(title=f"B{n}", value=f"b:{n}") for n in range(3))),
    "nine buttons": Message(text="?", buttons=tuple(Button(title=f"B{n}", value=f"b:{n}") for n in range(9))),
    "long payload": Message(text="?", buttons=(Button(title="長", value="x" * 400), Button(title="短", value="y"))),
    "list": Message(text="?", choices=Choices(button="選", sections=(Section(title="A", rows=ROWS),))),
    "cards": Message(cards=CARDS),
}  # fmt: skip


@pytest.mark.parametrize("name", OFFERS)
async def test_whatever_is_pressed_comes_back_as_the_answer_it_was(world: World, name: str) -> None:
    (message,) = degrade(OFFERS[name], world.channel.capabilities).messages
    await send_all(world.channel, delivery(message, to=LAN))
    offers = [(bubble, offer) for bubble in world.phones.desk.phone(LAN).bubbles for offer in bubble.offers]

    found = [_understood(world, Pressed(phone=world.phones.desk.phone(LAN), bubble=b, offer=o), OFFERS[name]) for b, o in offers]

    assert list(answers_of(OFFERS[name])) == found


def _understood(world: World, act: Pressed, message: Message) -> QuickReply | None:
    (webhook,) = world.provider.webhooks(act)
    asked = request(webhook.body, webhook.headers)
    world.channel.verify(asked)
    (incoming,) = world.channel.parse(asked)
    assert isinstance(incoming, Incoming)
    assert isinstance(incoming.body, Said)
    return understand(incoming.body.payload or incoming.body.text, answers_of(message))


async def test_links_calls_and_copies_are_buttons_too(world: World) -> None:
    from hub.model.messaging.message import ButtonKind

    kinds = {
        ButtonKind.URL: "https://a.example/",
        ButtonKind.CALL: "+886900000000",
        ButtonKind.COPY: "CODE",
        ButtonKind.WEBVIEW: "https://b.example/",
    }
    message = Message(text="?", buttons=tuple(Button(title=kind.value, kind=kind, value=value) for kind, value in kinds.items()))

    await send_all(world.channel, delivery(message, to=LAN))

    assert [
        Offer(title="url", kind="url", value="https://a.example/"),
        Offer(title="call", kind="url", value="tel:+886900000000"),
        Offer(title="copy", kind="url", value="CODE"),
        Offer(title="webview", kind="url", value="https://b.example/"),
    ] == list(world.phones.desk.phone(LAN).bubbles[-1].offers)


async def test_carousel_of_more_bytes_than_one_takes_is_several(world: World) -> None:
    cards = tuple(Card(title=f"{n}", subtitle="字" * 2000) for n in range(12))

    await send_all(world.channel, delivery(Message(cards=cards), to=LAN))

    (pushed,) = world.phones.desk.received
    assert [8, 4] == [len(each["contents"]["contents"]) for each in pushed.params["messages"]]  # type: ignore[attr-defined]


async def test_every_kind_of_media_is_shown_or_linked(world: World) -> None:
    url = "https://a.example/x"
    pieces = (
        Attachment(kind=MediaKind.VIDEO, url=url, preview=f"{url}.jpg"),
        Attachment(kind=MediaKind.AUDIO, url=url, duration_ms=4200),
        Attachment(kind=MediaKind.AUDIO, url=url),
        Attachment(kind=MediaKind.STICKER, sticker_id="1988", package_id="446"),
        Attachment(kind=MediaKind.LOCATION, latitude=25.03, longitude=121.56),
        Attachment(kind=MediaKind.IMAGE, url="http://a.example/x"),
    )

    await send_all(world.channel, delivery(Message(attachments=pieces), to=LAN))

    told = [each for r in world.phones.desk.received for each in r.params["messages"]]  # type: ignore[attr-defined]
    assert [
        {"type": "video", "originalContentUrl": url, "previewImageUrl": f"{url}.jpg"},
        {"type": "audio", "originalContentUrl": url, "duration": 4200},
        {"type": "text", "text": url},
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {"type": "location", "title": "25.03, 121.56", "address": "25.03, 121.56", "latitude": 25.03, "longitude": 121.56},
        {"type": "text", "text": "http://a.example/x"},
    ] == told


class Shelf:
    """One sound of 4.2 s, in either form a file may have, and one that tells nothing."""

    async def read(self, attachment: Attachment) -> File:
        """The file behind the address."""
        short = b"\0" * 12 + (1000).to_bytes(4, "big") + (4200).to_bytes(4, "big")
        long = b"\1" + b"\0" * 19 + (44100).to_bytes(4, "big") + (185220).to_bytes(8, "big")
        told = {"/media/short": b"mvhd" + short, "/media/long": b"mvhd" + long, "/media/cut": b"mvhd\0\0"}
        if attachment.url not in told:
            raise Rejected("not here")
        return File(content=b"\0\0\0\x1cftypM4A " + told[attachment.url], mime_type="audio/mp4", name="a.m4a")


async def test_sounds_of_ours_are_measured_and_named_by_their_public_address(world: World) -> None:
    settings = line.Settings(account="shop", token=TOKEN, secret=SECRET, base_url=world.phones.base_url, public_url="https://shop.example")
    async with ClientSession() as session:
        channel = line.Line(settings, session, clock=SystemClock())
        names = ("short", "long", "cut", "none")
        pieces = tuple(Attachment(kind=MediaKind.VOICE, url=f"/media/{name}") for name in names)

        await send_all(channel, await channel.prepare(delivery(Message(attachments=pieces), to=LAN), Shelf()))

    (pushed,) = world.phones.desk.received
    assert [
        {"type": "audio", "originalContentUrl": "https://shop.example/media/short", "duration": 4200},
        {"type": "audio", "originalContentUrl": "https://shop.example/media/long", "duration": 4200},
        {"type": "text", "text": "https://shop.example/media/cut"},
        {"type": "text", "text": "https://shop.example/media/none"},
    ] == pushed.params["messages"]


async def test_customers_picture_is_fetched_where_it_is_said_to_lie(world: World) -> None:
    world.phones.desk.media["530"] = (b"\x89PNG", "image/png")

    found = await world.channel.locate(Attachment(kind=MediaKind.IMAGE, media_id="530"))

    async with ClientSession() as session, session.get(found.url, headers=found.headers) as answer:
        assert b"\x89PNG" == await answer.read()


async def test_typing_is_shown_to_a_person_and_asked_of_no_group(world: World) -> None:
    for to in (LAN, "C9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b4a"):
        await world.channel.typing(Address(channel="line", account="shop", id=to))

    assert [LAN] == [phone.id for phone in world.phones.desk.phones.values() if phone.typing_until]


async def test_connecting_sets_the_hook_tries_it_and_tells_who_it_is(world: World, hooked: Door) -> None:
    hook, arrived = hooked

    found = await world.channel.connect(hook)
    world.phones.desk.say(LAN, "hi")
    await eventually(lambda: len(arrived) == 2)

    assert ("Sandbox @000sandbox", hook, ()) == (found.name, found.hook, found.problems)
    assert [[], ["hi"]] == [[_text(each) for each in world.channel.parse(request(body, {}))] for body in arrived]


async def test_hook_nobody_reaches_is_a_problem_and_is_told(world: World) -> None:
    unreached = await world.channel.connect("http://127.0.0.1:9/hooks/line/shop")
    seen = await world.channel.look("https://shop.example/hooks/line/shop")

    assert "could not reach" in english(unreached.problems)[0]
    assert "http://127.0.0.1:9/hooks/line/shop" == seen.hook


async def test_look_before_any_hook_was_set_says_what_to_do(world: World) -> None:
    found = await world.channel.look("https://shop.example/hooks/line/shop")

    assert ("", True) == (found.hook, found.tells_hook)
    assert any("Use webhook" in click for click in english(found.clicks))


async def test_revoked_token_is_told_by_the_look() -> None:
    phones = stand_in(token="another", secret=SECRET)
    await phones.start()
    async with ClientSession() as session:
        channel = line.Line(
            line.Settings(account="shop", token=TOKEN, secret=SECRET, base_url=phones.base_url), session, clock=SystemClock()
        )

        with pytest.raises(SendError) as failed:
            await channel.look("")

    await phones.stop()
    assert ("401", "auth") == (failed.value.code, failed.value.failure.value)


async def test_link_from_the_web_chat_opens_line_and_tells_there_who_comes(world: World) -> None:
    unknown = world.channel.start_link("go-0123456789abcdef")
    await world.channel.look("")
    world.phones.desk.say(LAN, "hi")

    (webhook,) = world.provider.webhooks(Wrote(phone=world.phones.desk.phone(LAN), bubble=Bubble(n=1, text="go-0123456789abcdef")))
    (found,) = world.channel.parse(request(webhook.body, webhook.headers))

    assert ("", "https://line.me/R/oaMessage/%40000sandbox/?go-x") == (unknown, world.channel.start_link("go-x"))
    assert isinstance(found, Incoming)
    assert isinstance(found.body, Started)
    assert ("go-0123456789abcdef", LAN) == (found.body.ref, found.address.id)


def _text(found: object) -> str:
    assert isinstance(found, Incoming)
    assert isinstance(found.body, Said)
    assert BOT == found.recipient
    return found.body.text
