"""Viber against its stand-in: what is said both ways, presses that come back, receipts, the welcome, how a bot stands."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from channels.viber import channel as viber
from hub.engine.rendering.degrade import degrade, understand
from hub.model.channels.ports import Reply
from hub.model.errors import Misconfigured, Rejected, SettingsError
from hub.model.events.event import Body, Incoming, OptedOut, Receipt, Said, Started
from hub.model.messaging.message import Attachment, Button, ButtonKind, Card, MediaKind, Message, QuickReply, ReplyKind
from hub.model.words import DeliveryState
from sandbox.shown import Webhook
from sandbox.stand_in import StandIn
from sandbox.viber import Viber
from tests.channels.contract import TOKEN, delivery, request, send_all
from tests.doors import Door, hub_door

LAN = "Xm4u2lQ7pVd0J1kq3AbCdE=="


@dataclass
class World:
    """A bot and its stand-in; what the stand-in would bring is read by the bot."""

    channel: viber.Viber
    phones: StandIn

    def heard(self) -> list[Body]:
        """What all that waits on its way to the hub means, in order."""
        waiting = self.phones.desk.bringing._waiting[LAN]  # noqa: SLF001 - nobody listens here
        found = [self._read(webhook)[0] for webhook in waiting]
        waiting.clear()
        return [body for bodies in found for body in bodies]

    def _read(self, webhook: Webhook) -> tuple[list[Body], Reply | None]:
        asked = request(webhook.body, {name.lower(): value for name, value in webhook.headers.items()})
        self.channel.verify(asked)
        events = self.channel.parse(asked)
        return [one.body for one in events if isinstance(one, Incoming)], self.channel.answer(asked, events)

    async def say(self, message: Message) -> list[str]:
        """Degraded, rendered and sent, as the outbox does it."""
        return [
            id_
            for part in degrade(message, self.channel.capabilities).messages
            for id_ in await send_all(self.channel, delivery(part, to=LAN))
        ]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    phones = StandIn(Viber(token=TOKEN))
    await phones.start()
    async with ClientSession() as session:
        settings = viber.Settings(account="shop", token=TOKEN, welcome="Chào bạn", base_url=phones.base_url)
        yield World(viber.Viber(settings, session), phones)
    await phones.stop()


@pytest.fixture
async def hooked() -> AsyncIterator[Door]:
    async with hub_door("/hooks/viber/shop") as door:
        yield door


async def test_words_go_both_ways_and_receipts_come_back_under_one_token(world: World) -> None:
    world.phones.desk.say(LAN, "Còn trà sen không?", name="Lan")
    (said,) = world.heard()

    (token,) = await world.say(Message(text="Dạ còn ạ"))
    world.phones.desk.read(LAN)
    receipts = [(body.state, body.external_ids) for body in world.heard() if isinstance(body, Receipt)]

    assert isinstance(said, Said)
    assert ("Còn trà sen không?", "Lan") == (said.text, said.name)
    assert [(LAN, "Dạ còn ạ")] == world.phones.taken()
    assert [(DeliveryState.DELIVERED, (token,)), (DeliveryState.READ, (token,))] == receipts


async def test_twelve_answers_are_pressed_and_understood(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    offered = tuple(QuickReply(title=f"Trà số {n}", payload=f"tea-{n}") for n in range(1, 13))
    await world.say(Message(text="Chọn nhé", quick_replies=offered))
    world.heard()
    bubble = world.phones.desk.phone(LAN).bubbles[-1]

    for offer in bubble.offers:
        world.phones.desk.press(LAN, bubble.n, offer.id)

    pressed = [understand(body.text, offered) for body in world.heard() if isinstance(body, Said)]
    assert list(offered) == pressed


async def test_answers_with_the_same_label_are_told_apart(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    offered = (
        QuickReply(title="Mua", payload="buy-1"),
        QuickReply(title="Mua", payload="buy-2"),
        QuickReply(title="Mua", payload="x" * 300),
    )

    await world.say(Message(text="?", quick_replies=offered))

    assert ["Mua", "buy-2", "3"] == [offer.id for offer in world.phones.desk.phone(LAN).bubbles[-1].offers]


async def test_a_phone_number_and_a_place_are_asked_for(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    asked = (QuickReply(title="Gửi số", kind=ReplyKind.PHONE), QuickReply(title="Gửi vị trí", kind=ReplyKind.LOCATION))
    await world.say(Message(text="Gửi cho shop nhé", quick_replies=asked))
    world.heard()
    bubble = world.phones.desk.phone(LAN).bubbles[-1]

    for offer in bubble.offers:
        world.phones.desk.press(LAN, bubble.n, offer.id)

    pieces = [body.attachments[0] for body in world.heard() if isinstance(body, Said)]
    assert ["84900000012", ""] == [piece.phone for piece in pieces]
    assert 10.762639 == pieces[1].latitude


async def test_cards_stand_side_by_side_with_rows_alike(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    cards = (
        Card(title="Trà sen", subtitle="120.000 ₫", image="https://tea.example/sen.jpg", url="https://tea.example/sen"),
        Card(title="Trà đen", buttons=(Button(title="Mua", value="buy-den"),)),
    )

    await world.say(Message(text="Mời chọn", cards=cards, buttons=(Button(title="Web", kind=ButtonKind.URL, value="https://tea.example"),)))

    rich = world.phones.desk.received[-1].params["rich_media"]
    assert isinstance(rich, dict)
    assert [7, 7] == [sum(cell["Rows"] for cell in rich["Buttons"][n : n + 4]) for n in (0, 4)]
    assert "buy-den" in {offer.id for offer in world.phones.desk.phone(LAN).bubbles[-1].offers}


async def test_a_long_text_of_wide_signs_stays_under_thirty_kilobytes(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    offered = tuple(QuickReply(title=f"Trà số {n} – " + "rất ngon " * 9, payload=f"tea-{n}") for n in range(24))

    await world.say(Message(text="😀" * 7000, quick_replies=offered))

    assert 7000 == sum(text.count("😀") for text in world.phones.desk.texts_of(LAN))
    assert max(len(msgspec.json.encode(one.params)) for one in world.phones.desk.received) < 30_000


async def test_who_opens_the_chat_is_greeted_by_the_answer_and_cannot_be_written_to_yet(world: World) -> None:
    world.phones.desk.follow(LAN, name="Lan", ref="qr-1")
    waiting = world.phones.desk.bringing._waiting[LAN]  # noqa: SLF001 - nobody listens here
    (started,), welcome = world._read(waiting[0])  # noqa: SLF001 - a test's own

    with pytest.raises(Rejected) as refused:
        await world.say(Message(text="Chào"))

    assert isinstance(started, Started)
    assert ("qr-1", False) == (started.ref, started.may_answer)
    assert welcome
    assert "Chào bạn" == msgspec.json.decode(welcome.body)["text"]
    assert "6" == refused.value.code


async def test_who_leaves_is_told_and_refused(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    world.phones.desk.block(LAN)

    assert OptedOut in [type(body) for body in world.heard()]
    with pytest.raises(Rejected):
        await world.say(Message(text="Chào"))


async def test_connecting_sets_the_webhook_that_viber_looks_at_first(world: World, hooked: Door) -> None:
    hook, arrived = hooked

    before = await world.channel.look(hook)
    stands = await world.channel.connect(hook)

    assert ("", True) == (before.hook, before.tells_hook)
    assert (hook, "Sandbox", ()) == (stands.hook, stands.name, stands.problems)
    assert ["webhook"] == [msgspec.json.decode(body)["event"] for body in arrived]
    assert "viber://pa?chatURI=sandboxshop&context=abc" == world.channel.start_link("abc")


async def test_a_wrong_token_stops_the_account(world: World) -> None:
    settings = replace(world.channel._settings, token="another")  # noqa: SLF001 - a test's own
    other = viber.Viber(settings, world.channel._session)  # noqa: SLF001 - a test's own

    with pytest.raises(Misconfigured) as refused:
        await other.look("https://shop.example/hooks/viber/shop")

    assert "2" == refused.value.code


def test_what_cannot_be_sent_is_refused_and_not_told_as_sent() -> None:
    channel = viber.Viber(viber.Settings(account="shop", token=TOKEN), None)  # type: ignore[arg-type]

    with pytest.raises(Rejected):
        channel.render(delivery(Message(attachments=(Attachment(kind=MediaKind.STICKER),)), to=LAN))


@pytest.mark.parametrize(("settings", "named"), [({"token": ""}, "token"), ({"base_url": "chatapi.viber.com"}, "base_url")])
def test_settings_that_cannot_be_right_are_named(settings: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        viber.Viber(viber.Settings(**{"account": "shop", "token": TOKEN, **settings}), None)  # type: ignore[arg-type]
