"""Typing signs and read marks as the providers get them, and ids they tell with an answer: a whole hub, stand-ins over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio

from config.settings.load import load_settings
from hub.model.inbox.feed import FeedTyping
from hub.web.api.shapes.channels import LogPage
from sandbox.faults import Fault, FaultKind
from sandbox.line import Line as LineProvider
from sandbox.messaging import MESSENGER, provider_and_stand_in
from sandbox.stand_in import StandIn
from sandbox.whatsapp_cloud import WhatsApp
from tests.processes import eventually, folder, free_port
from tests.whole.console import Console
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS, HOURS_ASKED, PERSON_ASKED, QUIET_S, House, stand_ins

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOKEN, SECRET, NUMBER = "token-of-ours", "app-secret", "204000000000001"
PASSWORD = "đường về nhà 47"
SLOW_S = 1.2
SHOP, QUIET, LINE = "whatsapp_cloud/shop", "messenger/quiet", "line/shop"


@dataclass
class Shop:
    """The house and its phones: WhatsApp, LINE, a Page that wants gestures and one that wants no read marks."""

    house: House
    whatsapp: WhatsApp
    phones: dict[str, StandIn]

    def asked(self, place: str, who: str, method: str) -> list[dict[str, object]]:
        """What the provider was asked for that customer, by its own name of the call."""
        return [received.params for received in self.phones[place].desk.received if received.to == who and received.method == method]

    async def answered(self, place: str, who: str, text: str = HOURS_ASKED, *, least: int = 1) -> None:
        """The customer writes and is answered."""
        desk = self.phones[place].desk
        desk.say(who, text)
        await eventually(lambda: len(desk.texts_of(who)) >= least, what="the answer")

    async def customer(self, place: str, who: str) -> str:
        """Whose that phone is."""
        channel, account = place.split("/")
        return await self.house.customer(channel, account, who)

    def counted(self, kind: str, outcome: str) -> int:
        """How often that came of a gesture."""
        return self.house.process.counters.gestures[kind, outcome]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Shop]:
    whatsapp = WhatsApp(token=TOKEN, secret=SECRET, number=NUMBER)
    phones = {
        SHOP: StandIn(whatsapp, receipts=""),
        LINE: StandIn(LineProvider(token=TOKEN, secret=SECRET), receipts=""),
        "messenger/shop": provider_and_stand_in(MESSENGER, token=TOKEN, secret=SECRET, receipts="")[1],
        QUIET: provider_and_stand_in(MESSENGER, token=TOKEN, secret=SECRET, receipts="")[1],
    }
    async with AsyncExitStack() as stack:
        place, below = stack.enter_context(folder()), stack.enter_context(ground(Topology.EMBEDDED))
        outside = await stack.enter_async_context(stand_ins())
        for one in phones.values():
            await one.start()
            stack.push_async_callback(one.stop)
        port = free_port()
        top = f'port = {port}\npublic_url = "http://127.0.0.1:{port}"\nburst_seconds = {QUIET_S}\n'
        (place / "hub.toml").write_text(top + outside.toml() + "".join(account(at, one) for at, one in phones.items()))
        house = House(below, load_settings({"HUB_DATA": str(place / "data")}, folder=place), outside)
        stack.push_async_callback(house.close)
        await house.start(await stack.enter_async_context(aiohttp.ClientSession()))
        for at, one in phones.items():
            one.desk.hook(f"{house.caller.base}/hooks/{at}")
        yield Shop(house, whatsapp, phones)


def account(place: str, one: StandIn) -> str:
    """An account as hub.toml has it."""
    channel, name = place.split("/")
    own = {
        "whatsapp_cloud": f'base_url = "{one.base_url}/v25.0"\nverify_token = "v"\nphone_number_id = "{NUMBER}"\n',
        "messenger": f'base_url = "{one.base_url}"\nverify_token = "v"\napp_id = "900"\n',
        "line": f'base_url = "{one.base_url}"\n',
    }[channel]
    wish = "read_marks = false\n" if name == "quiet" else ""
    fast = "rate_per_second = 500\nrate_per_address = 50\n"
    return f'[[account]]\nchannel = "{channel}"\nname = "{name}"\ntoken = "{TOKEN}"\nsecret = "{SECRET}"\n{own}{wish}{fast}'


@asynccontextmanager
async def agent(shop: Shop, role: str = "agent") -> AsyncIterator[Console]:
    """Somebody signed in, with an open console."""
    house = shop.house
    login = f"an{house.somebody()}"
    await house.caller.ask("POST", "/api/people", {"login": login, "name": "An", "role": role, "password": PASSWORD})
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(house.caller.base, cookie_jar=jar) as browser:
        async with browser.post("/api/session", json={"login": login, "password": PASSWORD}) as answer:
            assert 200 == answer.status
        console = await Console.open(browser, "", headers={"Origin": house.caller.base})
        yield console
        await console.cut()


async def test_what_the_bot_has_answered_is_marked_as_read_once(shop: Shop) -> None:
    who = f"8491{shop.house.somebody()}"
    desk = shop.phones[SHOP].desk

    await shop.answered(SHOP, who)
    said = next(bubble.external_id for bubble in desk.phone(who).bubbles if bubble.mine)
    await eventually(lambda: said in shop.whatsapp.read, what="the read mark")

    assert HOURS in desk.texts_of(who)[0]
    assert 1 == shop.whatsapp.read.count(said)


async def test_who_waits_for_a_person_is_read_when_one_looks_and_what_comes_while_they_look(shop: Shop) -> None:
    who, desk = shop.house.somebody(), shop.phones["messenger/shop"].desk
    await shop.answered("messenger/shop", who, PERSON_ASKED)
    customer = await shop.customer("messenger/shop", who)
    seen: list[dict[str, object]] = [{"recipient": {"id": who}, "sender_action": "mark_seen"}]
    before = shop.asked("messenger/shop", who, "sender_action")

    async with agent(shop) as console:
        await console.look(customer)
        await eventually(lambda: seen == shop.asked("messenger/shop", who, "sender_action"), what="the mark for what waited")
        desk.say(who, "alo")
        await eventually(lambda: seen * 2 == shop.asked("messenger/shop", who, "sender_action"), what="the mark for the new word")
        await console.look("")
        await console.look(customer)
        desk.say(who, "còn ai không")
        await eventually(lambda: len(shop.asked("messenger/shop", who, "sender_action")) > 2, what="the mark for the next word")

    assert [] == before
    assert seen * 3 == shop.asked("messenger/shop", who, "sender_action")


async def test_a_hidden_tab_looks_at_nobody_and_reads_nothing_until_it_is_seen_again(shop: Shop) -> None:
    who, desk = shop.house.somebody(), shop.phones["messenger/shop"].desk
    await shop.answered("messenger/shop", who, PERSON_ASKED)
    customer = await shop.customer("messenger/shop", who)
    seen: dict[str, object] = {"recipient": {"id": who}, "sender_action": "mark_seen"}

    def looking() -> list[str]:
        return [whom for _, whom in console.shown.here]

    async with agent(shop) as console:
        await console.look(customer)
        await eventually(lambda: [seen] == shop.asked("messenger/shop", who, "sender_action"), what="the mark for what waited")
        await eventually(lambda: customer in looking(), what="somebody who looks")
        await console.hide(customer)
        await eventually(lambda: customer not in looking(), what="nobody who looks")
        desk.say(who, "alo")
        await eventually(lambda: "alo" in console.shown.texts, what="the line, told to the hidden tab too")
        hidden = shop.asked("messenger/shop", who, "sender_action")
        await console.look(customer)
        await eventually(lambda: [seen] * 2 == shop.asked("messenger/shop", who, "sender_action"), what="the mark once it is seen")
        await eventually(lambda: customer in looking(), what="somebody who looks again")

    assert [seen] == hidden


async def test_typing_of_an_agent_is_on_the_customers_phone_and_not_told_with_every_key(shop: Shop) -> None:
    who = shop.house.somebody()
    await shop.answered("messenger/shop", who, PERSON_ASKED)
    customer = await shop.customer("messenger/shop", who)
    typing: dict[str, object] = {"recipient": {"id": who}, "sender_action": "typing_on"}

    async with agent(shop) as console:
        for _ in range(3):
            await console.say(FeedTyping(customer=customer))
            await console.look(customer)
        await eventually(lambda: typing in shop.asked("messenger/shop", who, "sender_action"), what="typing on the phone")

    assert 1 == shop.asked("messenger/shop", who, "sender_action").count(typing)


async def test_typing_on_telegram_line_and_whatsapp_is_in_each_ones_own_shape(shop: Shop) -> None:
    telegram = shop.house.outside.telegram
    on_telegram, number, on_line = shop.house.somebody(), f"8491{shop.house.somebody()}", f"U{shop.house.somebody():0>32}"
    telegram.say(on_telegram, PERSON_ASKED)
    await eventually(lambda: bool(telegram.sent_to(on_telegram)), what="the answer on Telegram")
    await shop.answered(SHOP, number, PERSON_ASKED)
    await shop.answered(LINE, on_line, PERSON_ASKED)
    customers = [
        await shop.house.customer("telegram", "bot", on_telegram),
        await shop.customer(SHOP, number),
        await shop.customer(LINE, on_line),
    ]
    said = next(bubble.external_id for bubble in shop.phones[SHOP].desk.phone(number).bubbles if bubble.mine)

    for customer in customers:
        # The console says no more than every two seconds that its agent types: each of these is another's.
        async with agent(shop) as console:
            await console.say(FeedTyping(customer=customer))
            await console.look(customer)

    await eventually(lambda: shop.phones[LINE].desk.phone(on_line).typing_until > 0, what="LINE's animation")
    await eventually(lambda: said in shop.whatsapp.typing, what="typing under the message")
    await eventually(lambda: telegram.world.chats[on_telegram].typing_until > 0, what="typing on Telegram")
    actions = [received.params for received in telegram.received if received.method == "sendChatAction"]
    assert [{"chat_id": on_telegram, "action": "typing"}] == actions


async def test_the_bot_is_seen_typing_while_the_shop_takes_its_time(shop: Shop) -> None:
    telegram, who = shop.house.outside.telegram, shop.house.somebody()
    shop.house.outside.shop.delay = SLOW_S

    telegram.say(who, "đơn 1001 của em tới đâu rồi, số đuôi 5678")
    await eventually(lambda: bool(telegram.sent_to(who)), what="the status")
    shop.house.outside.shop.delay = 0.0

    methods = [received.method for received in telegram.received if received.chat == who]
    assert ["sendChatAction", "sendMessage"] == methods
    assert "1001" in telegram.sent_to(who)[0]


async def test_an_account_that_wants_no_read_marks_sets_none_but_types(shop: Shop) -> None:
    who = shop.house.somebody()
    await shop.answered(QUIET, who, PERSON_ASKED)
    customer = await shop.customer(QUIET, who)

    async with agent(shop) as console:
        await console.look(customer)
        await console.say(FeedTyping(customer=customer))
        await eventually(lambda: bool(shop.asked(QUIET, who, "sender_action")), what="typing on the phone")

    assert [{"recipient": {"id": who}, "sender_action": "typing_on"}] == shop.asked(QUIET, who, "sender_action")


async def test_a_refused_gesture_is_counted_and_neither_tried_again_nor_in_the_accounts_log(shop: Shop) -> None:
    who, desk = shop.house.somebody(), shop.phones["messenger/shop"].desk
    refused = shop.counted(MESSENGER, "read Rejected")
    desk.faults.add(Fault(kind=FaultKind.ERROR, method="sender_action", chat=who, status=400, times=0))

    await shop.answered("messenger/shop", who)
    await eventually(lambda: shop.counted(MESSENGER, "read Rejected") > refused, what="the count")
    await shop.answered("messenger/shop", who, "phi ship bao nhieu", least=2)
    await eventually(lambda: shop.counted(MESSENGER, "read Rejected") > refused + 1, what="the count of the next word's")

    # What comes after them in the log is there, so they would be.
    await shop.answered("messenger/shop", who, "doi tra the nao", least=3)
    await eventually(lambda: shop.counted(MESSENGER, "read Rejected") > refused + 2, what="the count of the last word's")
    customer, path = await shop.customer("messenger/shop", who), "/api/channels/messenger/shop/log?limit=200"

    async def written() -> bool:
        told = (await shop.house.caller.ask("GET", path)).read(LogPage)
        return 3 == sum(one.exchange.customer == customer for one in told.entries)

    await eventually(written, what="three answers in the log")
    failed = (await shop.house.caller.ask("GET", f"{path}&failed=true")).read(LogPage)
    assert 3 == len(shop.asked("messenger/shop", who, "sender_action"))
    assert () == failed.entries


async def test_the_id_told_with_an_answer_makes_two_who_were_met_apart_one(shop: Shop) -> None:
    number, person = f"8491{shop.house.somebody()}", f"VN.{shop.house.somebody()}"
    await shop.answered(SHOP, person)
    await shop.answered(SHOP, number)
    apart = [await shop.customer(SHOP, person), await shop.customer(SHOP, number)]
    shop.whatsapp.ids[number] = person

    await shop.answered(SHOP, number, "phi ship bao nhieu", least=2)

    async def one() -> bool:
        records = [await shop.house.caller.record(customer) for customer in apart]
        return all({number, person} <= {address.id for address in record.addresses} for record in records)

    assert apart[0] != apart[1]
    await eventually(one, what="one customer of the two")


async def test_nothing_is_shown_outside_of_the_providers_window(shop: Shop) -> None:
    """Stands last: it leaves the house a day ahead of the phones."""
    who, other, telegram = shop.house.somebody(), shop.house.somebody(), shop.house.outside.telegram
    await shop.answered("messenger/shop", who, PERSON_ASKED)
    customer = await shop.customer("messenger/shop", who)
    telegram.say(other, PERSON_ASKED)
    await eventually(lambda: bool(telegram.sent_to(other)), what="the answer on Telegram, which has no window")
    shop.house.clock.forward(minutes=25 * 60)

    async with agent(shop) as console:
        await console.say(FeedTyping(customer=customer))
        await console.look(customer)
    async with agent(shop) as console:
        await console.say(FeedTyping(customer=await shop.house.customer("telegram", "bot", other)))
        await eventually(lambda: telegram.world.chats[other].typing_until > 0, what="typing where it may be shown")

    assert [] == shop.asked("messenger/shop", who, "sender_action")
