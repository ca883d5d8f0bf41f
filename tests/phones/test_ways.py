"""Whole ways on every channel, against the stand-ins over real HTTP; `table.py` says what each ends in on which channel."""

from functools import partial

import pytest

from hub.model.files.lending import LENT
from hub.model.files.wanted import FILE_LINE
from hub.model.messaging.message import MediaKind
from sandbox.shown import Bubble
from tests.phones.table import ANSWERS, TABLE, Picture, Row, Twelve, declared
from tests.phones.world import PUBLIC, WITHIN_S, Channels, Somebody
from tests.pictures import png
from tests.processes import eventually
from tests.whole.world import HOURS, HOURS_ASKED

pytestmark = pytest.mark.asyncio(loop_scope="package")
on_every_channel = pytest.mark.parametrize("kind", list(TABLE))

FEE_ASKED, FEE = "phi ship bao nhieu", "25.000"
ASKED = "Anh/chị muốn hỏi gì ạ?"
TWELVE = (
    ("Phí giao hàng", "delivery_fee"), ("Giờ mở cửa", "hours"), ("Đổi trả", "returns"), ("Thanh toán", "payment"),
    ("Địa chỉ shop", "address"), ("Bảng size", "size"), ("Giặt ủi", "care"),
    ("Chất vải", "material"), ("Bảo hành", "warranty"), ("Tích điểm", "points"),
    ("Xuất hóa đơn", "invoice"), ("Gói quà", "gift"),
)  # fmt: skip
"""Answers offered, and what of the shop's file they ask for; the second asks for the opening hours."""
SECOND = 1
TITLE = TWELVE[SECOND][0]
PICTURE, ANOTHER = png(size=200), png(size=220)
STOPS = {"vi": "DUNG", "en": "STOP", "zh-TW": "停止"}
soon = partial(eventually, within=WITHIN_S)


async def offered(lan: Somebody, count: int) -> Bubble:
    """A customer who wrote and was offered so many answers; the bubble that offers the second one."""
    lan.say(HOURS_ASKED)
    await lan.hears(HOURS)
    replies = [{"title": title, "payload": f"faq:{id_}"} for title, id_ in TWELVE[:count]]
    await lan.nudge(ASKED, purpose="service", quick_replies=replies)
    await lan.hears(ASKED)
    await soon(lambda: any(_offers(bubble) for bubble in lan.shown()), what=f"{count} answers")
    return next(bubble for bubble in lan.shown() if _offers(bubble))


def _offers(bubble: Bubble) -> bool:
    return TITLE in bubble.text or any(TITLE == offer.title for offer in bubble.offers)


@on_every_channel
async def test_the_table_says_what_the_channels_declare(channels: Channels, kind: str) -> None:
    row: Row = TABLE[kind]

    assert (row.twelve, row.press, row.told) == declared(channels.can(kind))


@on_every_channel
async def test_a_word_is_answered_once_and_stands_on_the_timeline(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)

    lan.say(HOURS_ASKED)
    await lan.hears(HOURS)
    lan.say(FEE_ASKED)
    await lan.hears(FEE)

    spoken = [line.entry for line in await lan.lines() if line.entry.kind == "message"]
    assert ["customer", "bot"] * 2 == [entry.who for entry in spoken]
    assert {kind} == {entry.address.channel for entry in spoken if entry.address}
    assert 2 == len(lan.shown())


@on_every_channel
async def test_twelve_answers_stand_on_the_phone_in_their_order(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)

    bubble = await offered(lan, ANSWERS)

    titles = [title for title, _ in TWELVE]
    match TABLE[kind].twelve:
        case Twelve.PRESSED:
            assert titles == [offer.title for offer in bubble.offers]
        case Twelve.NUMBERED:
            assert [f"{n}. {title}" for n, title in enumerate(titles, 1)] == bubble.text.split("\n")[-ANSWERS:]


@pytest.mark.parametrize(("kind", "said"), [(kind, said) for kind in TABLE for said in (str(SECOND + 1), "GIO MO CUA")])
async def test_of_twelve_answers_one_is_chosen_by_its_number_or_its_words(channels: Channels, kind: str, said: str) -> None:
    lan = channels.somebody(kind)
    await offered(lan, ANSWERS)

    before = len(lan.shown())
    lan.say(said)

    await lan.hears(HOURS, after=before)


@pytest.mark.parametrize("kind", [kind for kind, row in TABLE.items() if row.press])
async def test_of_as_many_answers_as_can_be_pressed_one_is_chosen_by_its_button(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)
    bubble = await offered(lan, min(ANSWERS, TABLE[kind].press))

    before = len(lan.shown())
    lan.press(bubble, next(offer for offer in bubble.offers if offer.title == TITLE))

    await lan.hears(HOURS, after=before)


@on_every_channel
async def test_receipts_climb_as_far_as_the_provider_tells(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)
    lan.say(HOURS_ASKED)
    bubble = await lan.hears(HOURS)

    lan.side.look(lan.chat, bubble.n)
    lan.say(FEE_ASKED)
    await lan.hears(FEE)

    async def told() -> bool:
        return await lan.state(HOURS) is TABLE[kind].told

    await soon(told, what=TABLE[kind].told)


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
async def test_a_picture_comes_in_and_is_kept_to_the_last_byte(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)
    lan.say(HOURS_ASKED)
    await lan.hears(HOURS)

    lan.side.picture(lan.chat, PICTURE)

    found: list[str] = []

    async def kept() -> bool:
        lines = [line.entry for line in await lan.lines()]
        urls = [entry.detail.get("url", "") for entry in lines if entry.kind == FILE_LINE]
        urls += [piece.url for entry in lines for piece in entry.attachments if piece.kind is MediaKind.IMAGE]
        found[:] = [url for url in urls if url.startswith("/media/")]
        return bool(found)

    await soon(kept, what="the picture")
    assert [""] == [line.entry.text for line in await lan.lines() if line.entry.attachments]
    caller = channels.house.caller
    async with caller.http.get(caller.base + found[0], headers=caller.token) as answer:
        assert (200, PICTURE) == (answer.status, await answer.read())


@on_every_channel
async def test_a_file_of_the_hubs_own_is_shown_on_the_phone_to_the_last_byte(channels: Channels, kind: str) -> None:
    lan = channels.somebody(kind)
    person = await lan.met()

    await person.says("Mẫu này ạ", attachments=[await person.keeps("ao.png", ANOTHER)])

    await lan.hears("Mẫu này ạ")
    at_provider = f"{lan.side.base_url}/"

    def shown() -> list[str]:
        return [piece.url for bubble in lan.shown() for piece in bubble.media if piece.url.startswith(at_provider)]

    await soon(lambda: len(shown()) == 1, what=f"the picture on {kind}: {lan.shown()}")
    async with channels.house.caller.http.get(shown()[0]) as answer:
        assert (200, ANOTHER) == (answer.status, await answer.read())
    lent = any(f"{PUBLIC}{LENT}".encode() in asked.told for asked in lan.side.asked(lan.chat))
    assert (TABLE[kind].picture is Picture.FETCHED) is lent
