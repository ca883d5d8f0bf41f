"""Zalo against its stand-in: what is said both ways, templates by number, files, tokens that turn over, how an account stands."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from channels.zalo import channel as zalo
from config.accounts.outside import PassingTokens, alone
from hub.engine.rendering.degrade import degrade, understand
from hub.model.address import Address
from hub.model.channels.ports import File, Token
from hub.model.errors import Misconfigured, Rejected, SettingsError, TemporaryFailure, Throttled, WindowClosed
from hub.model.events.event import Body, Echoed, Incoming, OptedIn, OptedOut, Receipt, Said
from hub.model.messaging.message import (
    Attachment,
    Button,
    ButtonKind,
    Card,
    Component,
    MediaKind,
    Message,
    Parameter,
    QuickReply,
    ReplyKind,
    Template,
)
from hub.model.words import DeliveryState
from sandbox.faults import FaultKind
from sandbox.stand_in import StandIn
from sandbox.zalo import OA, Zalo
from sandbox.zalo_shown import person_wrote
from tests.channels.contract import SECRET, TOKEN, delivery, request, send_all
from tests.channels.kind_zalo import settings
from tests.phrases import english

LAN, PHONE = "7712000000000000031", "84900000012"
PNG, GIF, PDF = b"\x89PNG\r\n\x1a\n" + b"\0" * 64, b"GIF89a\x40\x01\xf0\x00" + b"\0" * 16, b"%PDF-1.7 " + b"\0" * 64


class Folder:
    """Files by the end of their address."""

    async def read(self, attachment: Attachment) -> File:
        name = attachment.url.rpartition("/")[2]
        known = {"sen.png": (PNG, "image/png"), "sen.gif": (GIF, "image/gif"), "gia.pdf": (PDF, "application/pdf")}
        content, mime = known.get(name, (b"\0" * (2 << 20), "image/png"))
        return File(content=content, mime_type=mime, name=name)


@dataclass
class World:
    """An account and its stand-in; what the stand-in would bring is read by the account."""

    channel: zalo.Zalo
    provider: Zalo
    phones: StandIn
    session: ClientSession

    def heard(self, who: str = LAN) -> list[Body]:
        """What all that waits on its way to the hub means, in order."""
        waiting = self.phones.desk.bringing._waiting[who]  # noqa: SLF001 - nobody listens here
        found: list[Body] = []
        for webhook in waiting:
            asked = request(webhook.body, {name.lower(): value for name, value in webhook.headers.items()})
            self.channel.verify(asked)
            found += [one.body for one in self.channel.parse(asked) if isinstance(one, Incoming)]
        waiting.clear()
        return found

    async def say(self, message: Message, *, to: str = LAN) -> list[str]:
        """Degraded, prepared, rendered and sent, as the outbox does it."""
        sent: list[str] = []
        for part in degrade(message, self.channel.capabilities).messages:
            ready = await self.channel.prepare(delivery(part, to=to), Folder())
            sent += await send_all(self.channel, ready)
        return sent

    def renewing(self, tokens: PassingTokens | None = None) -> zalo.Zalo:
        """The account with a refresh token and an access token whose time is over."""
        own = replace(settings(self.phones.base_url), token="at-old", refresh_token="rt-0", app_secret="app-secret")
        outside = alone(self.session)
        object.__setattr__(outside, "tokens", tokens or PassingTokens())
        return zalo.Zalo(own, outside)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    provider = Zalo(secret=SECRET, token=TOKEN)
    phones = StandIn(provider)
    await phones.start()
    async with ClientSession() as session:
        yield World(zalo.Zalo(settings(phones.base_url), alone(session)), provider, phones, session)
    await phones.stop()


async def test_words_go_both_ways_echo_and_receipts_come_back(world: World) -> None:
    world.phones.desk.say(LAN, "Còn trà sen không?")
    (said,) = world.heard()

    (sent,) = await world.say(Message(text="Dạ còn ạ"))
    world.phones.desk.read(LAN)
    echo, *receipts = world.heard()

    assert isinstance(said, Said)
    assert "Còn trà sen không?" == said.text
    assert isinstance(echo, Echoed)
    assert (sent, True) == (echo.external_id, echo.ours)
    assert [(DeliveryState.DELIVERED, (sent,)), (DeliveryState.READ, (sent,))] == [
        (body.state, body.external_ids) for body in receipts if isinstance(body, Receipt)
    ]


async def test_a_person_at_zalo_is_no_program(world: World) -> None:
    webhook = world.provider.signed(person_wrote(LAN, "Dạ để em xem", oa=OA, admin="88", msg_id="o9"))
    asked = request(webhook.body, {name.lower(): value for name, value in webhook.headers.items()})

    (found,) = world.channel.parse(asked)

    assert isinstance(found, Incoming)
    assert isinstance(found.body, Echoed)
    assert (False, "Dạ để em xem", LAN) == (found.body.ours, found.body.text, found.address.id)


@pytest.mark.parametrize(("persons", "ours"), [(False, True), (True, False)])
async def test_whose_an_echo_without_a_name_is_can_be_set(world: World, *, persons: bool, ours: bool) -> None:
    own = zalo.Zalo(replace(settings(world.phones.base_url), persons=persons), alone(world.session))
    webhook = world.provider.signed(person_wrote(LAN, "Chào mừng", oa=OA, admin="", msg_id="o9"))

    (found,) = own.parse(request(webhook.body, webhook.headers))

    assert isinstance(found, Incoming)
    assert isinstance(found.body, Echoed)
    assert ours == found.body.ours


async def test_five_answers_are_pressed_and_understood_and_codes_are_not_shown(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    offered = (*(QuickReply(title=f"Trà số {n}", payload=f"tea-{n}") for n in range(1, 5)), QuickReply(title="Thôi"))
    await world.say(Message(text="Chọn nhé", quick_replies=offered))
    world.heard()
    bubble = world.phones.desk.phone(LAN).bubbles[-1]

    for offer in bubble.offers:
        world.phones.desk.press(LAN, bubble.n, offer.id)

    assert list(offered) == [understand(body.text, offered) for body in world.heard() if isinstance(body, Said)]
    buttons = world.phones.desk.received[-1].params["message"]["attachment"]["payload"]["buttons"]  # type: ignore[index]
    assert ["oa.query.hide"] * 4 + ["oa.query.show"] == [button["type"] for button in buttons]


async def test_twelve_answers_are_numbered(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    offered = tuple(QuickReply(title=f"Trà số {n}", payload=f"tea-{n}") for n in range(1, 13))

    await world.say(Message(text="Chọn nhé", quick_replies=offered))

    assert "12. Trà số 12" in world.phones.desk.texts_of(LAN)[-1]
    assert offered[11] == understand("12", offered)


async def test_cards_links_and_calls_and_a_question_for_details(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    cards = (Card(title="Trà sen", subtitle="120.000 ₫", image="https://tea.example/sen.jpg", url="https://tea.example/sen"),)
    call = Button(title="Gọi", kind=ButtonKind.CALL, value="0900000012")
    ask = QuickReply(title="Cho shop số", kind=ReplyKind.PHONE, image="https://tea.example/logo.png")

    await world.say(Message(text="Mời xem", cards=cards, buttons=(call,)))
    await world.say(Message(text="Để shop giao", quick_replies=(ask,)))

    offers = [(offer.title, offer.kind) for bubble in world.phones.desk.phone(LAN).bubbles for offer in bubble.offers]
    assert [("Trà sen", "url"), ("Gọi", "call"), ("Cho shop số", "location")] == offers
    payload = world.phones.desk.received[1].params["message"]["attachment"]["payload"]  # type: ignore[index]
    assert {"title": "Gọi", "type": "oa.open.phone", "payload": {"phone_code": PHONE}} == payload["buttons"][0]


async def test_files_are_uploaded_and_what_zalo_does_not_take_goes_as_a_link(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    kinds = {"sen.png": MediaKind.IMAGE, "sen.gif": MediaKind.IMAGE, "gia.pdf": MediaKind.FILE, "ghi-am.mp3": MediaKind.AUDIO}

    for name, kind in kinds.items():
        await world.say(Message(attachments=(Attachment(kind=kind, url=f"http://hub.local/media/{name}", filename=name),)))

    assert ["image", "gif", "file"] == list(world.provider.uploads.values())
    elements = [r.params["message"].get("attachment") for r in world.phones.desk.received]  # type: ignore[attr-defined]
    assert {"media_type": "gif", "width": 320, "height": 240} == {
        key: value for key, value in elements[1]["payload"]["elements"][0].items() if key != "attachment_id"
    }
    assert "http://hub.local/media/ghi-am.mp3" in world.phones.desk.texts_of(LAN)[-1]


async def test_a_picture_that_is_too_large_is_refused_before_it_is_sent(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    large = Attachment(kind=MediaKind.IMAGE, url="http://hub.local/media/to.png")

    with pytest.raises(Rejected, match="1 MB"):
        await world.say(Message(attachments=(large,)))

    assert [] == world.phones.taken()


async def test_a_template_by_number_reaches_who_never_wrote_and_is_received(world: World) -> None:
    gaps = Component(kind="body", parameters=(Parameter(name="customer", value="Lan"), Parameter(name="code", value="DH-7")))

    (sent,) = await world.say(Message(text="Đơn DH-7", template=Template(name="t1", components=(gaps,))), to=f"+{PHONE}")
    (received,) = world.heard(PHONE)

    asked = world.phones.desk.received[-1].params
    assert {"customer": "Lan", "code": "DH-7"} == asked["template_data"]
    assert (PHONE, f"{PHONE}.dl1") == (asked["phone"], asked["tracking_id"])
    assert isinstance(received, Receipt)
    assert (DeliveryState.DELIVERED, (sent,)) == (received.state, received.external_ids)


async def test_who_has_not_written_is_outside_the_window_and_follows_opt_in(world: World) -> None:
    with pytest.raises(WindowClosed):
        await world.say(Message(text="Chào"))

    world.phones.desk.follow(LAN)
    await world.say(Message(text="Chào"))
    world.phones.desk.block(LAN)

    heard = [type(body) for body in world.heard()]
    assert (OptedIn, OptedOut) == (heard[0], heard[-1])


@pytest.mark.parametrize(
    ("told", "decision"),
    [
        ("-32 limit", Throttled),
        ("-234 night", Throttled),
        ("-230 window", WindowClosed),
        ("-205 gone", Misconfigured),
        ("-9 new", Rejected),
    ],
)
async def test_codes_under_200_are_decisions(world: World, told: str, decision: type[Exception]) -> None:
    world.phones.desk.say(LAN, "alo")
    world.phones.fault(FaultKind.ERROR, method="message", status=200, description=told)

    with pytest.raises(decision):
        await world.say(Message(text="hi"))


async def test_who_has_written_is_known_by_name_even_where_the_token_must_be_renewed_for_it(world: World) -> None:
    world.phones.desk.say(LAN, "alo", name="Nguyễn Lan")

    person = await world.renewing().who(Address(channel="zalo", account="shop", id=LAN))

    assert ("Nguyễn Lan", 1) == (person.name, world.provider.renewals)


@pytest.mark.parametrize("id", ["group/f414c8f76fa586fbdfb4", "anonymous/a1/c1"])
async def test_groups_and_the_unnamed_are_asked_for_by_no_call(world: World, id: str) -> None:  # noqa: A002 - the field's name
    world.phones.desk.say(LAN, "alo")

    with pytest.raises(Rejected):
        await world.channel.who(Address(channel="zalo", account="shop", id=id))


async def test_a_refused_token_is_renewed_and_the_same_call_goes_again(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    tokens = PassingTokens()
    channel = world.renewing(tokens)

    with pytest.raises(TemporaryFailure, match="renewed"):
        await send_all(channel, delivery(Message(text="Dạ"), to=LAN))
    await send_all(channel, delivery(Message(text="Dạ"), to=LAN))

    kept = await tokens.current("zalo", "shop")
    assert kept
    assert ("at-1", "rt-1", 1) == (kept.access, kept.refresh, world.provider.renewals)
    assert ["Dạ"] == world.phones.desk.texts_of(LAN)


async def test_a_token_near_its_end_is_renewed_beside_its_use(world: World) -> None:
    world.phones.desk.say(LAN, "alo")
    tokens = PassingTokens()
    channel = world.renewing(tokens)
    origin = (await channel._access.current()).origin  # noqa: SLF001 - a test's own
    soon = alone(world.session).clock.now() + 3_600_000

    async def first(_: Token | None) -> Token:
        return Token(access=world.provider.token, refresh="rt-0", until=soon, origin=origin)

    await tokens.renew("zalo", "shop", first)
    try:
        await send_all(channel, delivery(Message(text="Dạ"), to=LAN))
    except TemporaryFailure:
        # The successor came first, and ended the token the call bore: the outbox sends it again at once.
        await send_all(channel, delivery(Message(text="Dạ"), to=LAN))
    await channel.close()

    kept = await tokens.current("zalo", "shop")
    assert kept
    assert ("at-1", 1) == (kept.access, world.provider.renewals)
    assert ["Dạ"] == world.phones.desk.texts_of(LAN)


async def test_a_renewal_asks_for_no_mark_of_the_call_that_met_the_old_token(world: World) -> None:
    from aiohttp import ClientSession as Session

    from hub.engine.clock import SystemClock
    from hub.engine.sending.permit import Permit, PermitConnector, current

    world.phones.desk.say(LAN, "alo")
    asked: list[str] = []

    async def ask() -> str:
        asked.append("mark")
        return "ok"

    async with Session(connector=PermitConnector()) as session:
        world.session = session
        channel = world.renewing()
        permit = Permit(ask, lambda: None, clock=SystemClock())
        before = current.set(permit)
        with pytest.raises(TemporaryFailure, match="renewed"):
            await send_all(channel, delivery(Message(text="Dạ"), to=LAN))
        current.reset(before)
        permit.over()

    assert (["mark"], 1) == (asked, world.provider.renewals)


async def test_how_the_account_stands_and_what_a_person_clicks(world: World) -> None:
    stands = await world.channel.connect("https://shop.example/hooks/zalo/shop")
    elsewhere = zalo.Zalo(replace(settings(world.phones.base_url), oa_id="1"), alone(world.session))

    assert "Sandbox" == stands.name
    assert any("https://shop.example/hooks/zalo/shop" in click for click in english(stands.clicks))
    assert ["refresh_token" in remark for remark in english(stands.remarks)] == [True]
    assert any("oa_id" in problem for problem in english((await elsewhere.look("")).problems))


def test_the_headers_moment_signs_too_and_another_formula_may_be_set() -> None:
    own = settings("https://openapi.zalo.me")
    body = b'{"event_name":"follow","timestamp":"1"}'
    turned = replace(own, oa_id=OA, formula="sha256_hex(oa_id + data + timeStamp + OAsecretKey), header X-ZEvent-Signature")

    zalo.Zalo(own, alone(None)).verify(  # type: ignore[arg-type]
        request(body, {zalo.SIGNATURE_HEADER: f"mac={zalo.signature(own, body, '2')}", zalo.TIMESTAMP_HEADER: "2"})
    )

    assert zalo.signature(own, body, "1") != zalo.signature(turned, body, "1")


def test_a_look_whether_we_are_there_needs_no_signature_and_tells_nothing() -> None:
    channel = zalo.Zalo(settings("https://openapi.zalo.me"), alone(None))  # type: ignore[arg-type]
    asked = replace(request(b"", {}), method="GET")

    channel.verify(asked)

    assert ([], None) == (channel.parse(asked), channel.answer(asked, []))


def test_nobody_calls_a_groups_members_by_what_they_write() -> None:
    channel = zalo.Zalo(settings("https://openapi.zalo.me"), alone(None))  # type: ignore[arg-type]

    (call,) = channel.render(delivery(Message(text="[@grp-5] xem này"), to="group/grp-5"))

    assert {"recipient": {"group_id": "grp-5"}, "message": {"text": "[ @grp-5] xem này"}} == call.params


@pytest.mark.parametrize("to", [LAN, PHONE, "group/grp-5"])
def test_what_cannot_be_sent_there_is_refused_and_not_told_as_sent(to: str) -> None:
    channel = zalo.Zalo(settings("https://openapi.zalo.me"), alone(None))  # type: ignore[arg-type]

    with pytest.raises(Rejected):
        channel.render(delivery(Message(attachments=(Attachment(kind=MediaKind.STICKER),)), to=to))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"secret": ""}, "secret"),
        ({"app_id": ""}, "app_id"),
        ({"token": ""}, "token or refresh_token"),
        ({"refresh_token": "rt"}, "app_secret"),
        ({"formula": "sha256(app_id + timestamp)"}, "signature_formula"),
        ({"formula": "sha256(oa_id + body + secret)"}, "oa_id"),
        ({"base_url": "openapi.zalo.me/"}, "base_url"),
    ],
)
def test_settings_that_cannot_be_right_are_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        zalo.Zalo(replace(settings("https://openapi.zalo.me"), **wrong), alone(None))  # type: ignore[arg-type]
