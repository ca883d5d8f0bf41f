"""Zalo and Viber through the whole house: words and presses in, answers out, receipts, STOP, a person at Zalo, tokens that turn over."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
import msgspec
import pytest
import pytest_asyncio

from config.settings.load import load_settings
from hub.model.words import OwnerKind
from sandbox.shown import Media
from sandbox.stand_in import StandIn
from sandbox.viber import Viber
from sandbox.zalo import APP, OA, Zalo
from sandbox.zalo_shown import person_wrote
from tests.processes import eventually, folder, free_port
from tests.whole.conftest import errors_logged
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS, HOURS_ASKED, QUIET_S, House, stand_ins

pytestmark = pytest.mark.asyncio(loop_scope="module")

OA_SECRET, BOT_TOKEN = "oa-secret", "4d2fab5d0a1b2c3d-1111222233334444"


@dataclass
class Street:
    """A house with a Zalo account, whose access token has ended, and a Viber bot."""

    house: House
    zalo: StandIn
    viber: StandIn
    provider: Zalo

    async def answered(self, phones: StandIn, who: str, *, at_least: int = 1) -> list[str]:
        """What the customer was sent, once it is so much."""
        await eventually(lambda: len(phones.desk.texts_of(who)) >= at_least, what="the answer")
        return phones.desk.texts_of(who)

    def somebody(self) -> str:
        """An id nobody had yet, as long as Zalo's are."""
        return f"77120000000{self.house.somebody()}"


def accounts(zalo: StandIn, viber: StandIn) -> str:
    """Both as hub.toml has them."""
    return (
        f'[[account]]\nchannel = "zalo"\nname = "oa"\nsecret = "{OA_SECRET}"\napp_id = "{APP}"\noa_id = "{OA}"\n'
        f'token = "at-ended"\nrefresh_token = "rt-0"\napp_secret = "app-secret"\nbase_url = "{zalo.base_url}"\n'
        f'[[account]]\nchannel = "viber"\nname = "bot"\ntoken = "{BOT_TOKEN}"\nsender_name = "Tea"\nwelcome_message = "Chào bạn"\n'
        f'base_url = "{viber.base_url}"\n'
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street() -> AsyncIterator[Street]:
    provider = Zalo(secret=OA_SECRET, token="at-none-has-this")
    zalo, viber = StandIn(provider), StandIn(Viber(token=BOT_TOKEN))
    with folder() as place, ground(Topology.EMBEDDED) as below, errors_logged() as errors:
        async with AsyncExitStack() as stack:
            outside = await stack.enter_async_context(stand_ins())
            for one in (zalo, viber):
                await one.start()
                stack.push_async_callback(one.stop)
            port = free_port()
            top = f'port = {port}\npublic_url = "http://127.0.0.1:{port}"\nburst_seconds = {QUIET_S}\n'
            (place / "hub.toml").write_text(top + outside.toml() + accounts(zalo, viber))
            settings = load_settings({"HUB_DATA": str(place / "data")}, folder=place)
            house = House(below, settings, outside)
            stack.push_async_callback(house.close)
            await house.start(await stack.enter_async_context(aiohttp.ClientSession()))
            zalo.desk.hook(f"{house.caller.base}/hooks/zalo/oa")
            viber.desk.hook(f"{house.caller.base}/hooks/viber/bot")
            yield Street(house, zalo, viber, provider)
    assert [] == errors


async def test_a_word_on_zalo_is_answered_under_a_token_renewed_once_and_kept_sealed(street: Street) -> None:
    who, keys, links = street.somebody(), street.house.process.store.keys, street.house.process.store.links

    street.zalo.desk.say(who, HOURS_ASKED, name="Lan")
    (answer,) = await street.answered(street.zalo, who)
    record = await street.house.caller.record(await street.house.customer("zalo", "oa", who))
    kept = await links.call(keys.token("zalo", "oa")[0], "GET", keys.token("zalo", "oa")[0])

    assert HOURS in answer
    assert "Lan" == record.profile["name"].value
    assert (1, "at-1") == (street.provider.renewals, street.provider.token)
    assert isinstance(kept, bytes)
    assert b"rt-1" not in kept


async def test_a_press_on_zalo_means_what_stands_on_it(street: Street) -> None:
    who = street.somebody()
    street.zalo.desk.say(who, "xin chao")
    await street.answered(street.zalo, who)
    greeting = street.zalo.desk.phone(who).bubbles[-1]

    delivery = next(offer.id for offer in greeting.offers if "delivery" in offer.id)
    street.zalo.desk.press(who, greeting.n, delivery)

    assert "1–2 ngày" in (await street.answered(street.zalo, who, at_least=2))[-1]


async def test_what_zalo_reads_is_read_on_the_timeline(street: Street) -> None:
    who = street.somebody()
    street.zalo.desk.say(who, HOURS_ASKED)
    await street.answered(street.zalo, who)
    customer = await street.house.customer("zalo", "oa", who)

    street.zalo.desk.read(who)

    async def read() -> bool:
        return "read" in {line.state for line in await street.house.caller.lines(customer)}

    await eventually(read, what="the receipt")


@pytest.mark.parametrize("channel", ["zalo", "viber"])
async def test_stop_is_understood(street: Street, channel: str) -> None:
    phones, account = (street.zalo, "oa") if channel == "zalo" else (street.viber, "bot")
    who = street.somebody()

    phones.desk.say(who, "STOP")
    await street.answered(phones, who)

    customer = await street.house.customer(channel, account, who)
    consents = (await street.house.caller.record(customer)).consents
    assert [(channel, "refused")] == [(consent.channel, consent.state.value) for consent in consents]


async def test_a_person_who_answers_at_zalo_takes_over_and_the_bot_is_silent(street: Street) -> None:
    who = street.somebody()
    street.zalo.desk.say(who, HOURS_ASKED)
    await street.answered(street.zalo, who)
    customer = await street.house.customer("zalo", "oa", who)

    street.zalo.desk.bringing.bring(who, street.provider.signed(person_wrote(who, "Dạ để em", oa=OA, admin="88", msg_id=f"p-{who}")))

    async def taken() -> bool:
        return OwnerKind.AGENT in {c.owner.kind for c in (await street.house.caller.record(customer)).conversations}

    await eventually(taken, what="the takeover")
    assert "Dạ để em" in {line.entry.text for line in await street.house.caller.lines(customer)}


async def test_who_opens_viber_is_greeted_by_the_answer_and_then_answered_like_anybody(street: Street) -> None:
    who = street.somebody()
    attempts = street.viber.desk.bringing.attempts

    street.viber.desk.follow(who, name="Lan", ref="qr-1")
    await eventually(lambda: any(a.chat == who for a in attempts), what="the callback")
    greeted = next(a for a in attempts if a.chat == who)
    street.viber.desk.say(who, HOURS_ASKED)
    answers = await street.answered(street.viber, who)

    assert "Chào bạn" == msgspec.json.decode(greeted.answer)["text"]
    assert [True] == [HOURS in answer for answer in answers]


async def test_who_leaves_viber_refuses_advertisements_by_that(street: Street) -> None:
    who = street.somebody()
    street.viber.desk.say(who, HOURS_ASKED)
    await street.answered(street.viber, who)
    customer = await street.house.customer("viber", "bot", who)

    street.viber.desk.block(who)

    async def refused() -> bool:
        return ["refused"] == [c.state.value for c in (await street.house.caller.record(customer)).consents]

    await eventually(refused, what="the opt-out")


@pytest.mark.parametrize("channel", ["zalo", "viber"])
async def test_a_picture_that_comes_in_stands_on_the_timeline(street: Street, channel: str) -> None:
    phones, account = (street.zalo, "oa") if channel == "zalo" else (street.viber, "bot")
    who = street.somebody()

    phones.desk.say(who, "màu này ạ", media=(Media(kind="image", url="https://photo.example/4.jpg", name="4.jpg"),))
    await street.answered(phones, who)
    customer = await street.house.customer(channel, account, who)

    async def shown() -> bool:
        lines = await street.house.caller.lines(customer)
        return [("màu này ạ", ["https://photo.example/4.jpg"])] == [
            (line.entry.text, [piece.url for piece in line.entry.attachments]) for line in lines if line.entry.attachments
        ]

    await eventually(shown, what="the picture")


async def test_who_follows_on_zalo_is_greeted_and_has_allowed_news(street: Street) -> None:
    who = street.somebody()

    street.zalo.desk.follow(who)
    await street.answered(street.zalo, who)

    customer = await street.house.customer("zalo", "oa", who)
    consents = (await street.house.caller.record(customer)).consents
    assert [("zalo", "given")] == [(consent.channel, consent.state.value) for consent in consents]
