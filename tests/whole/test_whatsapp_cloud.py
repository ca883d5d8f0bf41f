"""WhatsApp's own through the whole house: the challenge, ids without numbers, wishes, the business app, a number that changes hands."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio

from channels.whatsapp_cloud.channel import Settings, WhatsAppCloud
from config.settings.load import load_settings
from hub.model.words import OwnerKind
from sandbox.shown import Json, Media
from sandbox.stand_in import StandIn
from sandbox.whatsapp_cloud import WhatsApp
from tests.processes import eventually, folder, free_port
from tests.whole.conftest import errors_logged
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS, HOURS_ASKED, QUIET_S, House, stand_ins

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN, SECRET, WORDS, NUMBER = "EAAtoken", "app-secret", "words-of-ours", "204000000000001"


@dataclass
class Line:
    """A house with one WhatsApp number."""

    house: House
    phones: StandIn
    provider: WhatsApp

    async def answered(self, who: str, *, at_least: int = 1) -> list[str]:
        """What the customer was sent, once it is so much."""
        await eventually(lambda: len(self.phones.desk.texts_of(who)) >= at_least, what="the answer")
        return self.phones.desk.texts_of(who)

    async def customer(self, who: str) -> str:
        return await self.house.customer("whatsapp_cloud", "shop", who)

    def somebody(self) -> str:
        """A number nobody had yet."""
        return f"8491200{self.house.somebody()}"

    def tell(self, who: str, field: str, value: Json) -> None:
        """Have WhatsApp tell what no phone does."""
        self.phones.desk.bringing.bring(who, self.provider.signed(value, field=field))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line() -> AsyncIterator[Line]:
    provider = WhatsApp(token=TOKEN, secret=SECRET, number=NUMBER)
    phones = StandIn(provider)
    with folder() as place, ground(Topology.EMBEDDED) as below, errors_logged() as errors:
        async with AsyncExitStack() as stack:
            outside = await stack.enter_async_context(stand_ins())
            await phones.start()
            stack.push_async_callback(phones.stop)
            port, at = free_port(), f"{phones.base_url}/v25.0"
            top = f'port = {port}\npublic_url = "http://127.0.0.1:{port}"\nburst_seconds = {QUIET_S}\n'
            account = (
                f'[[account]]\nchannel = "whatsapp_cloud"\nname = "shop"\ntoken = "{TOKEN}"\nsecret = "{SECRET}"\nbase_url = "{at}"\n'
                f'verify_token = "{WORDS}"\nphone_number_id = "{NUMBER}"\nrate_per_second = 500\nrate_per_address = 50\n'
            )
            (place / "hub.toml").write_text(top + outside.toml() + account)
            house = House(below, load_settings({"HUB_DATA": str(place / "data")}, folder=place), outside)
            stack.push_async_callback(house.close)
            http = await stack.enter_async_context(aiohttp.ClientSession())
            await house.start(http)
            settings = Settings(account="shop", token=TOKEN, secret=SECRET, verify_token=WORDS, phone_number_id=NUMBER, base_url=at)
            await WhatsAppCloud(settings, http).connect(f"{house.caller.base}/hooks/whatsapp_cloud/shop")
            yield Line(house, phones, provider)
    assert [] == errors


async def test_whatsapp_brings_its_events_once_our_door_has_echoed_its_challenge(line: Line) -> None:
    assert line.phones.desk.bringing.hook == f"{line.house.caller.base}/hooks/whatsapp_cloud/shop"

    async with line.house.caller.http.get(f"{line.phones.desk.bringing.hook}?hub.verify_token=other&hub.challenge=7") as answer:
        assert 403 == answer.status


async def test_somebody_without_a_number_is_answered_by_their_id(line: Line) -> None:
    who = f"VN.4001{line.house.somebody()}"

    line.phones.desk.say(who, HOURS_ASKED, name="Minh")

    assert HOURS in (await line.answered(who))[0]


async def consents(line: Line, who: str) -> list[tuple[str, str]]:
    """What the customer allows, by channel."""
    record = await line.house.caller.record(await line.customer(who))
    return [(consent.channel, consent.state.value) for consent in record.consents]


async def test_advertisements_stopped_in_whatsapps_own_settings_are_stopped_here(line: Line) -> None:
    who = line.somebody()
    line.phones.desk.say(who, HOURS_ASKED)
    await line.answered(who)

    wish = {"wa_id": who, "category": "marketing_messages", "value": "stop", "timestamp": 1760000000}
    line.tell(who, "user_preferences", {"user_preferences": [wish]})

    async def refused() -> bool:
        return [("whatsapp_cloud", "refused")] == await consents(line, who)

    await eventually(refused, what="the opt-out")


async def test_a_person_who_answers_in_the_business_app_takes_over(line: Line) -> None:
    who = line.somebody()
    line.phones.desk.say(who, HOURS_ASKED)
    await line.answered(who)
    customer = await line.customer(who)

    echo = {
        "from": "15550100",
        "to": who,
        "id": f"wamid.app-{who}",
        "timestamp": "1760000000",
        "type": "text",
        "text": {"body": "Dạ để em"},
    }
    line.tell(who, "smb_message_echoes", {"message_echoes": [echo]})

    async def taken() -> bool:
        return OwnerKind.AGENT in {c.owner.kind for c in (await line.house.caller.record(customer)).conversations}

    await eventually(taken, what="the takeover")
    assert "Dạ để em" in {entry.entry.text for entry in await line.house.caller.lines(customer)}


async def test_a_picture_that_comes_in_stands_on_the_timeline_with_its_words(line: Line) -> None:
    who, desk = line.somebody(), line.phones.desk
    desk.media["m-1"] = (b"\xff\xd8\xff\xe0 picture", "image/jpeg")

    desk.say(who, "màu này ạ", media=(Media(kind="image", url=f"{desk.base_url}/_sandbox/media/m-1", mime_type="image/jpeg"),))
    await line.answered(who)

    shown = [entry.entry for entry in await line.house.caller.lines(await line.customer(who)) if entry.entry.attachments]
    assert [("màu này ạ", ["m-1"])] == [(entry.text, [piece.media_id for piece in entry.attachments]) for entry in shown]


async def test_who_changes_their_number_is_the_same_customer(line: Line) -> None:
    before, after = line.somebody(), line.somebody()
    line.phones.desk.say(before, HOURS_ASKED)
    await line.answered(before)
    customer = await line.customer(before)

    moved = {"type": "user_changed_number", "wa_id": after, "body": f"User Lan changed from {before} to {after}"}
    line.tell(
        before, "messages", {"messages": [{"from": before, "id": f"wamid.{after}", "timestamp": "1", "type": "system", "system": moved}]}
    )

    async def known() -> bool:
        return after in {address.id for address in (await line.house.caller.record(customer)).addresses}

    await eventually(known, what="the new number")
    line.phones.desk.say(after, HOURS_ASKED)

    assert HOURS in (await line.answered(after))[0]
    assert customer == await line.customer(after)


async def claimed(line: Line, who: str) -> str:
    """A customer whose conversation a person has."""
    line.phones.desk.say(who, HOURS_ASKED)
    await line.answered(who)
    customer = await line.customer(who)
    await line.house.caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "an"})
    return customer


async def test_four_answers_of_a_person_are_a_list(line: Line) -> None:
    who = line.somebody()
    customer = await claimed(line, who)

    offered = [{"title": f"Kiểu {n}"} for n in range(1, 5)]
    await line.house.caller.ask("POST", f"/api/customers/{customer}/say", {"agent": "an", "text": "Kiểu nào ạ?", "quick_replies": offered})
    await line.answered(who, at_least=2)

    shown = line.phones.desk.phone(who).bubbles[-1]
    assert ["Kiểu 1", "Kiểu 2", "Kiểu 3", "Kiểu 4"] == [offer.title for offer in shown.offers if offer.kind == "row"]


async def test_a_picture_of_a_person_goes_out_with_its_words(line: Line) -> None:
    who = line.somebody()
    customer = await claimed(line, who)

    picture = {"kind": "image", "url": "https://shop.example/ao-01.jpg", "mime_type": "image/jpeg"}
    await line.house.caller.ask("POST", f"/api/customers/{customer}/say", {"agent": "an", "text": "Mẫu đây ạ", "attachments": [picture]})
    await line.answered(who, at_least=2)

    sent = line.phones.desk.phone(who).bubbles[-1]
    assert ("Mẫu đây ạ", ["https://shop.example/ao-01.jpg"]) == (sent.text, [piece.url for piece in sent.media])
