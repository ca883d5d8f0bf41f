"""Correcting and taking back: what every channel that declares it keeps, and what is Telegram's and Slack's own."""

from collections.abc import AsyncIterator
from typing import cast

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from channels.slack import channel as slack
from channels.telegram.channel import Settings, Telegram
from hub.engine.clock import SystemClock
from hub.engine.turns.amending import changing, opened
from hub.model.channels.abilities import Amends, Prepares
from hub.model.channels.ports import Channel, File
from hub.model.errors import Rejected
from hub.model.failure import Failure
from hub.model.messaging.amending import Amendment, AmendVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Button, MediaKind, Message, QuickReply
from hub.model.words import Origin
from sandbox.slack import Slack
from sandbox.stand_in import StandIn as Phones
from sandbox.telegram.stand_in import TelegramStandIn
from tests.channels.contract import SECRET, TO, TOKEN, Kind, StandIn, delivery, kinds, send_all

MINH, PLACE = "U0MINH", "C0SHARED"
PHOTO = Attachment(kind=MediaKind.IMAGE, url="https://shop.example/p.jpg")
KINDS = kinds()


def agents(message: Message, *, to: str) -> Delivery:
    """What an agent wrote."""
    return replace(delivery(message, to=to), origin=Origin.AGENT)


def amended(sent: Delivery, ids: list[str], text: str = "") -> Delivery:
    """A delivery that corrects it, or (no words) takes it back."""
    verb = AmendVerb.CORRECT if text else AmendVerb.RECALL
    message = replace(sent.message, text=text) if text else Message()
    amends = Amendment(verb=verb, target=sent.id, ids=tuple(ids), at=sent.created, message=message)
    return opened(replace(sent, id="dl-2", message=Message(), amends=amends))


async def made(channel: Channel, what: Delivery) -> None:
    """Make all its calls."""
    for call in changing(channel, what):
        await cast("Amends", channel).amend(call, what)


@pytest.fixture
async def stand_in(kind: Kind) -> AsyncIterator[StandIn]:
    stand_in = kind.stand_in()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_what_a_channel_declares_it_does_and_done_twice_it_is_done(kind: Kind, stand_in: StandIn) -> None:
    async with ClientSession() as session:
        channel = kind.make(session, stand_in.base_url)
        can = channel.capabilities
        assert (can.corrects or can.recalls) == hasattr(channel, "amend")
        sent = agents(Message(text="một"), to=kind.to)
        ids = await send_all(channel, sent) if can.corrects or can.recalls else []
        for text, declared in (("hai", can.corrects), ("", can.recalls)):
            what = amended(sent, ids or ["1"], text)
            if not declared:
                with pytest.raises(Rejected):
                    changing(channel, what)
                continue
            ready = await cast("Prepares", channel).prepare(what, Shelf()) if hasattr(channel, "prepare") else what
            await made(channel, ready)
            await made(channel, ready)


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[Telegram, TelegramStandIn]]:
    stand_in = TelegramStandIn(token=TOKEN)
    await stand_in.start()
    async with ClientSession() as session:
        yield Telegram(Settings(account="shop", token=TOKEN, secret=SECRET, base_url=stand_in.base_url), session), stand_in
    await stand_in.stop()


TelegramWorld = tuple[Telegram, TelegramStandIn]


def on_phone(stand_in: TelegramStandIn) -> list[tuple[object, bool]]:
    """Words and whether they were changed."""
    return [(message["text"], bool(message.get("edited"))) for message in stand_in.world.chat(TO).shown]


async def test_a_long_text_keeps_its_parts_and_each_is_edited(telegram: TelegramWorld) -> None:
    channel, stand_in = telegram
    sent = agents(Message(text="a" * 4096 + "b" * 10), to=TO)
    ids = await send_all(channel, sent)

    await made(channel, amended(sent, ids, "c" * 4096 + "b" * 10))

    assert [("c" * 4096, True), ("b" * 10, False)] == on_phone(stand_in)


async def test_other_words_that_take_more_messages_cannot_take_their_place(telegram: TelegramWorld) -> None:
    channel, _ = telegram
    sent = agents(Message(text="ngắn"), to=TO)

    with pytest.raises(Rejected) as refused:
        changing(channel, amended(sent, ["1"], "x" * 5000))

    assert ("parts", "the new words take 2 messages, the old ones took 1") == (refused.value.code, refused.value.reason)


async def test_words_under_a_picture_are_its_caption(telegram: TelegramWorld) -> None:
    channel, stand_in = telegram
    sent = agents(Message(text="áo đỏ", attachments=(PHOTO,)), to=TO)
    ids = await send_all(channel, sent)

    what = amended(sent, ids, "áo xanh")
    await made(channel, what)

    assert ["editMessageCaption"] == [call.method for call in changing(channel, what)]
    assert [("áo xanh", True)] == on_phone(stand_in)


async def test_buttons_under_a_message_stay_when_its_words_change(telegram: TelegramWorld) -> None:
    channel, stand_in = telegram
    sent = agents(Message(text="chọn", buttons=(Button(title="Có", value="yes"), Button(title="Không", value="no"))), to=TO)
    ids = await send_all(channel, sent)
    before = stand_in.world.chat(TO).messages[-1]["buttons"]

    await made(channel, amended(sent, ids, "chọn một"))

    assert before == stand_in.world.chat(TO).messages[-1]["buttons"] != []


async def test_what_asks_by_keys_is_never_edited_so_it_is_not_tried(telegram: TelegramWorld) -> None:
    channel, _ = telegram
    sent = agents(Message(text="chọn", quick_replies=(QuickReply(title="Có"),)), to=TO)

    with pytest.raises(Rejected) as refused:
        changing(channel, amended(sent, ["1"], "chọn một"))

    assert "keyboard" == refused.value.code


async def test_what_a_person_writes_takes_no_keys_away_for_it_could_not_be_edited_then(telegram: TelegramWorld) -> None:
    channel, _ = telegram

    bots = channel.render(delivery(Message(text="hi"), to=TO))
    persons = channel.render(agents(Message(text="hi"), to=TO))

    assert [True, False] == ["reply_markup" in call.params for call in (*bots, *persons)]


@pytest.mark.parametrize("change", ["can't be deleted for everyone", "to edit not found"])
async def test_what_telegram_lets_nobody_change_any_more_is_told_by_its_own_word(telegram: TelegramWorld, change: str) -> None:
    channel, stand_in = telegram
    sent = agents(Message(text="cũ"), to=TO)
    ids = await send_all(channel, sent)
    stand_in.world.chat(TO).messages[-1] |= {"at": 1} if "deleted" in change else {"deleted": True}

    with pytest.raises(Rejected) as refused:
        await made(channel, amended(sent, ids, "" if "deleted" in change else "mới"))

    assert change in refused.value.reason
    assert Failure.UNCHANGEABLE is refused.value.failure


class Shelf:
    """One file of the hub's."""

    async def read(self, attachment: Attachment) -> File:
        """It."""
        del attachment
        return File(content=b"%PDF-1.7", mime_type="application/pdf", name="bill.pdf")


@pytest.fixture
async def slacks() -> AsyncIterator[tuple[slack.Slack, Slack, Phones]]:
    provider = Slack(token=TOKEN, secret=SECRET)
    phones = Phones(provider, receipts="")
    await phones.start()
    async with ClientSession() as session:
        settings = slack.Settings(account="shop", token=TOKEN, secret=SECRET, base_url=phones.base_url)
        yield slack.Slack(settings, session, clock=SystemClock()), provider, phones
    await phones.stop()


SlackWorld = tuple[slack.Slack, Slack, Phones]


@pytest.mark.parametrize("to", [MINH, PLACE], ids=["person", "channel"])
async def test_slack_shows_the_new_words_and_then_nothing(slacks: SlackWorld, to: str) -> None:
    channel, _, phones = slacks
    sent = agents(Message(text="sai"), to=to)
    ids = await send_all(channel, sent)

    await made(channel, await channel.prepare(amended(sent, ids, "đúng <&>"), Shelf()))
    bubble = phones.desk.phone(to).bubbles[-1]
    shown = (bubble.text, bubble.edited)
    await made(channel, await channel.prepare(amended(sent, ids), Shelf()))

    assert ("đúng <&>", True) == shown
    assert "removed" == bubble.state


async def test_buttons_of_slack_stay_and_the_words_above_them_change(slacks: SlackWorld) -> None:
    channel, _, phones = slacks
    sent = agents(Message(text="chọn", buttons=(Button(title="Có", value="yes"),)), to=PLACE)
    ids = await send_all(channel, sent)

    await made(channel, amended(sent, ids, "chọn một"))

    bubble = phones.desk.phone(PLACE).bubbles[-1]
    assert ("chọn một", ["Có"]) == (bubble.text, [offer.title for offer in bubble.offers])


async def test_a_file_on_slack_is_taken_back_but_not_reworded(slacks: SlackWorld) -> None:
    channel, _, phones = slacks
    sent = agents(Message(text="hóa đơn", attachments=(Attachment(kind=MediaKind.FILE, url="/media/bill.pdf"),)), to=PLACE)
    ready = await channel.prepare(sent, Shelf())
    ids = await send_all(channel, ready)

    with pytest.raises(Rejected) as refused:
        changing(channel, amended(ready, ids, "hóa đơn mới"))
    await made(channel, amended(sent, ids))

    assert "files" == refused.value.code
    assert () == phones.desk.phone(PLACE).bubbles[-1].media


@pytest.mark.parametrize(("word", "text"), [("edit_window_closed", "mới"), ("cant_update_message", "mới"), ("cant_delete_message", "")])
async def test_what_a_workspace_forbids_is_told_by_its_own_word(slacks: SlackWorld, word: str, text: str) -> None:
    channel, provider, _ = slacks
    sent = agents(Message(text="cũ"), to=PLACE)
    ids = await send_all(channel, sent)
    provider.unchangeable = word

    with pytest.raises(Rejected) as refused:
        await made(channel, amended(sent, ids, text))

    assert (word, Failure.UNCHANGEABLE) == (refused.value.code, refused.value.failure)
