"""What holds on every channel alike: words, answers offered, receipts, STOP, a busy provider, pictures."""

from functools import partial
from itertools import pairwise

import pytest

from hub.model.message import MediaKind
from hub.model.words import DeliveryState
from sandbox.faults import FaultKind
from sandbox.plugged import PLUGS
from sandbox.shown import Bubble, Media
from tests.phones.world import WITHIN_S, Channels, Somebody
from tests.processes import eventually
from tests.whole.world import HOURS, HOURS_ASKED

pytestmark = pytest.mark.asyncio(loop_scope="package")
on_every_channel = pytest.mark.parametrize("kind", list(PLUGS))

ASKED = "Anh/chị muốn hỏi gì ạ?"
TWELVE = (
    ("Phí giao hàng", "delivery_fee"), ("Giờ mở cửa", "hours"), ("Đổi trả", "returns"), ("Thanh toán", "payment"),
    ("Địa chỉ shop", "address"), ("Bảng size", "size"), ("Giặt ủi", "care"),
    ("Chất vải", "material"), ("Bảo hành", "warranty"), ("Tích điểm", "points"),
    ("Xuất hóa đơn", "invoice"), ("Gói quà", "gift"),
)  # fmt: skip
"""Answers offered, and what of the shop's file they ask for; the second asks for the opening hours."""
SECOND = 1
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060f8cf00000301010018dd8db00000000049454e44ae426082"
)
soon = partial(eventually, within=WITHIN_S)
STOPS = {"vi": "DUNG", "en": "STOP", "zh-TW": "停止"}


async def offered(lan: Somebody) -> Bubble:
    """A customer who wrote and was offered twelve answers; the bubble that offers the second one."""
    lan.say(HOURS_ASKED)
    await lan.hears(HOURS)
    replies = [{"title": title, "payload": f"faq:{id_}"} for title, id_ in TWELVE]
    await lan.nudge(ASKED, purpose="service", quick_replies=replies)
    await lan.hears(ASKED)
    title = TWELVE[SECOND][0]
    await soon(lambda: any(_offers(bubble, title) for bubble in lan.shown()), what="twelve answers")
    return next(bubble for bubble in lan.shown() if _offers(bubble, title))


def _offers(bubble: Bubble, title: str) -> bool:
    return title in bubble.text or any(title == offer.title for offer in bubble.offers)


@on_every_channel
async def test_a_word_is_answered_once_and_stands_on_the_timeline(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)

    lan.say(HOURS_ASKED)
    await lan.hears(HOURS)
    lan.say("phi ship bao nhieu")
    await lan.hears("25.000")

    spoken = [line.entry for line in await lan.lines() if line.entry.kind == "message"]
    assert ["customer", "bot"] * 2 == [entry.who for entry in spoken]
    assert {kind} == {entry.address.channel for entry in spoken if entry.address}
    assert 2 == len(lan.shown())


@pytest.mark.parametrize(("kind", "said"), [(kind, said) for said in ("2", "GIO MO CUA") for kind in PLUGS])
async def test_of_twelve_answers_offered_one_is_chosen_by_number_or_by_its_words(channels: Channels, kind: str, said: str) -> None:
    lan = channels.somebody(kind)
    await offered(lan)
    before = len(lan.shown())

    lan.say(said)

    await soon(lambda: any(HOURS in text for text in lan.heard()[before:]), what=f"the answer to {said}, heard {lan.heard()}")


@on_every_channel
async def test_of_twelve_answers_offered_one_is_chosen_by_its_button(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)
    bubble = await offered(lan)
    before = len(lan.shown())
    offer = next((one for one in bubble.offers if one.title == TWELVE[SECOND][0]), None)
    if offer is None:
        can = channels.can(kind)
        assert max(can.quick_replies, can.buttons, can.rows) < len(TWELVE)
        return

    lan.press(bubble, offer)

    await soon(lambda: any(HOURS in text for text in lan.heard()[before:]), what=f"the answer to the button, heard {lan.heard()}")


@on_every_channel
async def test_receipts_climb_to_read_where_the_provider_tells_it(channels: Channels, kind: str) -> None:
    lan, can = channels.somebody(kind), channels.can(kind)
    lan.say(HOURS_ASKED)
    bubble = await lan.hears(HOURS)

    async def so(wanted: DeliveryState) -> bool:
        return await lan.state(HOURS) is wanted

    await soon(lambda: so(DeliveryState.SENT), what="sent")
    lan.desk.arrive(lan.chat, bubble.n)
    lan.desk.read(lan.chat)
    lan.say("phi ship bao nhieu")
    await lan.hears("25.000")
    wanted = DeliveryState.READ if can.read_receipts else DeliveryState.DELIVERED if can.receipts else DeliveryState.SENT

    await soon(lambda: so(wanted), what=f"{wanted}")


@on_every_channel
@pytest.mark.parametrize("language", list(STOPS))
async def test_stop_is_confirmed_and_no_marketing_follows(channels: Channels, kind: str, language: str) -> None:
    lan = channels.somebody(kind)
    lan.say(HOURS_ASKED, language=language)
    await lan.hears(HOURS)
    before = len(lan.shown())

    lan.say(STOPS[language], language=language)
    await soon(lambda: len(lan.shown()) > before, what="the confirmation")
    customer = await lan.customer()
    await lan.nudge("Giỏ hàng đang chờ", key="after stop")

    await soon(lambda: channels.house.has_fact(customer, "nudge refused", key="after stop"), what="the refusal")
    assert before + 1 == len(lan.shown())


@on_every_channel
async def test_a_provider_that_is_busy_loses_nothing_and_is_left_alone_as_long_as_it_said(channels: Channels, kind: str) -> None:
    lan, wait = channels.somebody(kind), 1
    lan.say(HOURS_ASKED)
    await lan.hears(HOURS)
    await channels.house.caller.ask("POST", f"/api/customers/{await lan.customer()}/claim", {"agent": "huong"})
    lan.desk.fault(FaultKind.THROTTLE, chat=lan.chat, times=2, retry_after=wait)
    first, words = len(lan.desk.received), [f"tin số {n}" for n in range(1, 6)]

    for text in words:
        await channels.house.caller.ask("POST", f"/api/customers/{await lan.customer()}/say", {"agent": "huong", "text": text})
    await lan.hears(words[-1], within=20.0)

    tried = [entry for entry in lan.desk.received[first:] if entry.to == lan.chat and entry.text in words]
    refused = [entry for entry in tried if not entry.taken]
    assert words == lan.heard()[1:]
    assert 2 == len(refused)
    assert all(later.at - earlier.at >= wait * 0.95 for earlier, later in pairwise(tried) if not earlier.taken)


def shown(lan: Somebody) -> str:
    """All that stands on the phone, with where its media are."""
    return "\n".join([*lan.heard(), *(piece.url for bubble in lan.shown() for piece in bubble.media)])


@on_every_channel
async def test_a_picture_comes_in_and_stands_on_the_timeline(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)
    lan.desk.media["photo-1"] = (PICTURE, "image/png")
    photo = Media(kind="image", url=f"{lan.desk.base_url}/_sandbox/media/photo-1", name="ao.png", mime_type="image/png")

    lan.say(HOURS_ASKED)
    await lan.hears(HOURS)

    lan.say("", media=(photo,))

    async def pictures() -> bool:
        kinds = [[piece.kind for piece in line.entry.attachments] for line in await lan.lines()]
        return [[MediaKind.IMAGE]] == [found for found in kinds if found]

    await soon(pictures, what="the picture")


@pytest.mark.parametrize("kind", [kind for kind in PLUGS if kind != "email"])
async def test_a_picture_goes_out_and_is_shown_or_led_to(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)
    lan.say(HOURS_ASKED)
    await lan.hears(HOURS)
    agent = {"agent": "huong"}
    customer = await lan.customer()
    await channels.house.caller.ask("POST", f"/api/customers/{customer}/claim", agent)
    picture = {"kind": "image", "url": "https://shop.example/pictures/dress.png", "mime_type": "image/png"}

    await channels.house.caller.ask("POST", f"/api/customers/{customer}/say", {**agent, "text": "Mẫu này ạ", "attachments": [picture]})

    await lan.hears("Mẫu này ạ")
    await soon(lambda: picture["url"] in shown(lan), what=f"the picture, shown {shown(lan)}")
