"""Messenger and Instagram beyond what all channels keep: files, signals, comments, how an account stands, whose events are whose."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from channels import http
from channels.kinds import AccountSetup
from channels.meta import graph
from channels.meta.errors import CODES
from config.accounts.kinds import kind_of
from config.accounts.outside import alone
from hub.model.address import Address
from hub.model.channels.ports import File
from hub.model.errors import Misconfigured, RecipientGone, Rejected, SettingsError, WindowClosed
from hub.model.events.event import Commented, Echoed, Incoming, Receipt, Said, Unparsed
from hub.model.messaging.comments import CommentAct, CommentVerb
from hub.model.messaging.message import Attachment, Button, Card, MediaKind, Message, QuickReply
from hub.model.words import DeliveryState
from sandbox.messaging import INSTAGRAM, MESSENGER
from tests.channels.contract import SECRET, TOKEN, delivery, request, send_all
from tests.channels.messaging_world import APP, PAGE, PERSON, VERIFY, World, a_world, built
from tests.phrases import english

both = pytest.mark.parametrize("kind", [MESSENGER, INSTAGRAM])
TO = Address(channel="x", account="shop", id=PERSON)
PICTURE = Attachment(kind=MediaKind.IMAGE, url="http://127.0.0.1:1/media/fi_1", filename="ao.png", mime_type="image/png")


class OurFiles:
    """The hub's own files: one picture."""

    async def read(self, attachment: Attachment) -> File:
        """The picture."""
        return File(content=b"\x89PNG\r\n\x1a\nao", mime_type="image/png", name=attachment.filename)


@pytest.fixture
async def world(kind: str) -> AsyncIterator[World]:
    async with a_world(kind) as world:
        yield world


@both
async def test_file_that_only_this_network_knows_is_brought_to_meta_and_shown(world: World) -> None:
    what = delivery(Message(attachments=(PICTURE,)), to=PERSON)

    prepared = await world.channel.prepare(what, OurFiles())
    (sent,) = await send_all(world.channel, prepared)

    (bubble,) = world.desk.phone(PERSON).bubbles
    assert sent == bubble.external_id
    assert ("image", b"\x89PNG\r\n\x1a\nao") == (bubble.media[0].kind, world.desk.media[bubble.media[0].url.rpartition("/")[2]][0])


@both
async def test_file_with_an_address_of_its_own_is_left_to_meta(world: World) -> None:
    what = delivery(Message(attachments=(Attachment(kind=MediaKind.IMAGE, url="https://shop.example/1.jpg"),)), to=PERSON)

    assert what == await world.channel.prepare(what, OurFiles())


@both
async def test_typing_and_reading_are_signals_and_no_messages(world: World) -> None:
    await world.channel.typing(TO)
    await world.channel.mark_read(TO, "m_1")

    assert ["typing_on", "mark_seen"] == [entry.params["sender_action"] for entry in world.desk.received]
    assert world.desk.phone(PERSON).typing_until > 0
    assert [] == world.desk.taken()


@both
async def test_who_somebody_is_can_be_asked_and_who_is_not_known_is_refused(world: World, kind: str) -> None:
    world.desk.phone(PERSON, "Lan")

    found = await world.channel.who(TO)
    with pytest.raises(Rejected):
        await world.channel.who(Address(channel="x", account="shop", id="99"))

    assert ("Lan", "lan" if kind == INSTAGRAM else "") == (found.name, found.username)
    assert found.picture


@both
async def test_everything_that_can_be_offered_is_taken_and_comes_back_when_pressed(world: World) -> None:
    card = Card(title="Áo dài", subtitle="450.000 ₫", buttons=(Button(title="Mua", value="buy:1"),))
    asked = Message(text="Mời chị xem", cards=(card,), quick_replies=(QuickReply(title="Thêm", payload="more"),))

    await send_all(world.channel, delivery(asked, to=PERSON))
    await send_all(world.channel, delivery(Message(text="Theo dõi đơn", buttons=(Button(title="Huỷ", value="cancel"),)), to=PERSON))
    for bubble in world.desk.phone(PERSON).bubbles:
        for offer in bubble.offers:
            world.desk.press(PERSON, bubble.n, offer.id)

    pressed = await world.all_heard(Said, 3)
    assert [("Mua", "buy:1"), ("Thêm", "more"), ("Huỷ", "cancel")] == [(said.text, said.payload) for said in pressed]


@both
async def test_own_words_come_back_as_an_echo_and_are_known_as_ours(world: World) -> None:
    (sent,) = await send_all(world.channel, delivery(Message(text="Dạ còn ạ"), to=PERSON))

    assert [Echoed(text="Dạ còn ạ", external_id=sent, ours=True, app=APP)] == await world.all_heard(Echoed)
    assert {PERSON} == {event.address.id for event in world.heard if isinstance(event, Incoming)}


@both
async def test_what_was_read_is_told(world: World, kind: str) -> None:
    (sent,) = await send_all(world.channel, delivery(Message(text="Dạ"), to=PERSON))

    world.desk.read(PERSON)

    receipts = await world.all_heard(Receipt, 1 if kind == INSTAGRAM else 2)
    assert ([] if kind == INSTAGRAM else [(sent,)]) == [r.external_ids for r in receipts if r.state is DeliveryState.DELIVERED]
    assert [(sent,) if kind == INSTAGRAM else ()] == [r.external_ids for r in receipts if r.state is DeliveryState.READ]
    assert receipts[-1].watermark > 0


@both
async def test_person_who_blocked_us_and_a_window_that_closed_are_their_decisions(world: World) -> None:
    what = delivery(Message(text="hi"), to=PERSON)

    world.desk.phone(PERSON).blocked = True
    with pytest.raises(RecipientGone):
        await send_all(world.channel, what)
    world.desk.phone(PERSON).blocked = False
    world.meta.closed.add(PERSON)
    with pytest.raises(WindowClosed):
        await send_all(world.channel, what)

    tagged = msgspec.structs.replace(what, tag="HUMAN_AGENT")
    assert await send_all(world.channel, tagged)


@both
async def test_comment_is_answered_for_all_and_once_in_private(world: World) -> None:
    made = world.meta.wall.write(PERSON, "Giá bao nhiêu?")
    act = CommentAct(verb=CommentVerb.ANSWER, comment=made.id, message=Message(text="Shop đã nhắn riêng ạ"), id="dl_1")

    for verb in (CommentVerb.ANSWER, CommentVerb.PRIVATE):
        (call,) = world.channel.render_comment(msgspec.structs.replace(act, verb=verb))
        sent = await world.channel.act(call)
    with pytest.raises(Rejected) as refused:
        await world.channel.act(call)

    await world.all_heard(Echoed)
    assert [("Giá bao nhiêu?", made.id)] == [(comment.text, comment.comment) for comment in await world.all_heard(Commented)]
    assert (PERSON, "Shop đã nhắn riêng ạ") == (sent.identity, world.desk.texts_of(PERSON)[0])
    assert ["Giá bao nhiêu?", "Shop đã nhắn riêng ạ"] == [comment.text for comment in world.meta.wall.comments.values()]
    assert "10900" == refused.value.code


@both
async def test_comment_is_hidden_and_shown_again(world: World) -> None:
    made = world.meta.wall.write(PERSON, "spam")
    hidden = []

    for verb in (CommentVerb.HIDE, CommentVerb.SHOW):
        (call,) = world.channel.render_comment(CommentAct(verb=verb, comment=made.id))
        await world.channel.act(call)
        hidden.append(made.hidden)

    assert [True, False] == hidden


@pytest.mark.parametrize("kind", [MESSENGER])
async def test_comment_is_liked_on_a_page(world: World) -> None:
    made = world.meta.wall.write(PERSON, "đẹp quá")

    (call,) = world.channel.render_comment(CommentAct(verb=CommentVerb.LIKE, comment=made.id))
    await world.channel.act(call)

    assert made.liked


@both
def test_private_answer_that_takes_two_messages_and_an_empty_public_one_are_refused(kind: str) -> None:
    channel = built(kind, None, "https://graph.example")  # type: ignore[arg-type]
    long = CommentAct(verb=CommentVerb.PRIVATE, comment="1_2", message=Message(text="dài " * 1000))

    for act in (long, CommentAct(verb=CommentVerb.ANSWER, comment="1_2")):
        with pytest.raises(Rejected):
            channel.render_comment(act)


@pytest.mark.parametrize("kind", [MESSENGER])
async def test_page_is_connected_without_a_click_where_the_app_is_known(world: World) -> None:
    before = await world.channel.look(world.hook)

    after = await world.channel.connect(world.hook)

    assert ("", True, True) == (before.hook, before.tells_hook, "messages" in before.missing)
    assert ("Shop", world.hook, (), ()) == (after.name, after.hook, after.problems, after.clicks)
    assert after.until == 4_102_444_800_000
    assert "feed" in world.meta.fields
    world.desk.say(PERSON, "alo")
    assert ["alo"] == [said.text for said in await world.all_heard(Said)]


@pytest.mark.parametrize("kind", [INSTAGRAM])
async def test_instagram_tells_what_is_left_to_click(world: World) -> None:
    after = await world.channel.connect(world.hook)

    assert ("shop", (), ()) == (after.name, after.problems, after.missing)
    assert any(world.hook in click and VERIFY in click for click in english(after.clicks))


@pytest.mark.parametrize("kind", [INSTAGRAM])
async def test_page_without_an_instagram_account_is_told(world: World) -> None:
    world.meta.linked = False

    found = await world.channel.look(world.hook)

    assert any("No Instagram account" in problem for problem in english(found.problems))


@both
async def test_token_of_another_account_is_told(world: World, kind: str) -> None:
    own = "page_id" if kind == MESSENGER else "instagram_account_id"
    channel = built(kind, world.session, world.desk.base_url, **{own: "77"})

    found = await channel.look(world.hook)

    assert any("77" in problem for problem in english(found.problems))


@both
async def test_wrong_token_stops_the_account(world: World, kind: str) -> None:
    channel = built(kind, world.session, world.desk.base_url, token="another")

    with pytest.raises(Misconfigured) as refused:
        await channel.look(world.hook)

    assert "190" == refused.value.code


@both
async def test_app_that_demands_a_proof_of_its_secret_gets_it(world: World, kind: str) -> None:
    world.meta.asks_proof = True
    with pytest.raises(Misconfigured):
        await send_all(world.channel, delivery(Message(text="hi"), to=PERSON))

    values = {"token": TOKEN, "secret": SECRET, "verify_token": VERIFY, "appsecret_proof": "yes"}
    setup = AccountSetup(channel=kind, name="shop", values=values, base_url=world.desk.base_url)
    proving = kind_of(kind).build(setup, alone(world.session))

    assert await send_all(proving, delivery(Message(text="hi"), to=PERSON))


@both
@pytest.mark.parametrize("key", ["token", "secret", "verify_token"])
def test_unset_field_is_named_with_its_remedy(kind: str, key: str) -> None:
    with pytest.raises(SettingsError, match=f"{kind}/shop: {key} is not set; "):
        built(kind, None, "https://graph.example", **{key: ""})  # type: ignore[arg-type]


@both
def test_settings_never_show_their_secrets(kind: str) -> None:
    channel = built(kind, None, "https://graph.example")  # type: ignore[arg-type]

    shown = repr(channel._settings)  # noqa: SLF001

    assert [] == [secret for secret in (TOKEN, SECRET, VERIFY) if secret in shown]


@pytest.mark.parametrize(
    ("kind", "values", "link"),
    [
        (MESSENGER, {}, f"https://m.me/{PAGE}?ref=go-abc"),
        (MESSENGER, {"page_id": ""}, ""),
        (INSTAGRAM, {"username": "shop"}, "https://ig.me/m/shop?ref=go-abc"),
        (INSTAGRAM, {}, ""),
    ],
)
def test_link_leads_from_the_web_chat_into_this_one(kind: str, values: dict[str, str], link: str) -> None:
    channel = built(kind, None, "https://graph.example", **values)  # type: ignore[arg-type]

    assert link == channel.start_link("go-abc")


def test_instagram_account_is_known_by_either_of_its_ids() -> None:
    channel = built(INSTAGRAM, None, "https://graph.example")  # type: ignore[arg-type]
    mine = {"sender": {"id": "5"}, "recipient": {"id": PAGE}, "timestamp": 1, "message": {"mid": "a", "text": "x"}}
    body = {
        "object": "instagram",
        "entry": [{"id": "0", "messaging": [mine]}, {"id": "8", "messaging": [{**mine, "recipient": {"id": "8"}}]}],
    }

    found = channel.parse(request(msgspec.json.encode(body), {}))

    assert [Incoming, Unparsed] == [type(event) for event in found]


@pytest.mark.parametrize("key", CODES)
def test_every_code_is_its_decision_with_graphs_own_words(key: int | tuple[int, int]) -> None:
    code, sub = key if isinstance(key, tuple) else (key, 0)
    body = msgspec.json.encode({"error": {"message": "no", "code": code, "error_subcode": sub}})

    decision = graph.decide(http.Answer(status=400, body=body), CODES)

    assert type(decision) is CODES[key].error
    assert decision is not None
    assert (str(code), "no", CODES[key].failure) == (decision.code, decision.reason, decision.failure)
