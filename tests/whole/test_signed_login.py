"""Signing in on the web chat: two who are one become one, two who are not stay two, and what held before holds after."""

import asyncio

import pytest
from msgspec import Struct, json

from config.serving.process import VERSION
from config.wiring.chat import login_secret
from config.wiring.steps import turning_of
from hub.engine.turns.replay import replay
from hub.model.address import SHOP
from hub.model.customers.record import Live
from hub.model.webchat.chat import Ack, Linked, Refusal, Shown, Welcome
from hub.model.webchat.login import write_login
from hub.model.webchat.onward import FOLLOWED, REFUSED
from hub.model.words import ConsentState, OwnerKind
from tests.processes import eventually
from tests.whole.world import HOURS_ASKED, PERSON_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")
_frames = json.Decoder(list[Welcome | Ack | Refusal | Linked | Shown])


class Tab(Struct):
    """One browser that speaks by plain requests, as where WebSockets are blocked."""

    house: House
    token: str = ""

    @property
    def session(self) -> str:
        return self.token.partition(".")[0]

    async def ask(self, frame: dict[str, object]) -> list[Welcome | Ack | Refusal | Linked | Shown]:
        """One frame and what it is answered."""
        caller = self.house.caller
        headers = {"X-Chat-Session": self.token, "Content-Type": "application/json"}
        async with caller.http.post(f"{caller.base}/chat/say", data=json.encode(frame), headers=headers) as answer:
            frames = _frames.decode(await answer.read())
        for told in frames:
            if isinstance(told, Welcome):
                self.token = told.session
        return frames

    async def hello(self) -> "Tab":
        await self.ask({"type": "hello", "session": self.token})
        return self

    async def says(self, id: str, text: str) -> None:  # noqa: A002 - the frame's name
        (told,) = await self.ask({"type": "say", "id": id, "text": text})
        assert isinstance(told, Ack), told

    async def signs_in(self, user: str) -> Welcome | Refusal:
        key = login_secret(self.house.settings, self.house.process.secrets).encode()
        token = write_login(user, key=key, iat=self.house.clock.now() // 1000)
        (told,) = await self.ask({"type": "login", "token": token})
        assert isinstance(told, Welcome | Refusal)
        return told

    async def heard(self) -> list[Shown]:
        caller = self.house.caller
        async with caller.http.get(f"{caller.base}/chat/entries", headers={"X-Chat-Session": self.token}) as answer:
            return [one for one in _frames.decode(await answer.read()) if isinstance(one, Shown)]

    async def link(self) -> str:
        (told,) = await self.ask({"type": "link", "channel": "telegram"})
        assert isinstance(told, Linked), told
        return told.url.partition("start=")[2]


async def tab(house: House) -> Tab:
    return await Tab(house).hello()


async def known(house: House, channel: str, account: str, id: str) -> str:  # noqa: A002 - the address's name
    """Whose that address is, once there is a record of them."""
    customer = await house.customer(channel, account, id)

    async def recorded() -> bool:
        return 200 == (await house.caller.ask("GET", f"/api/customers/{customer}")).status

    await eventually(recorded, what="a record")
    return customer


async def whose(house: House, tab: Tab) -> str:
    return await known(house, "webchat", "web", tab.session)


async def is_user(house: House, customer: str, user: str) -> None:
    async def known() -> bool:
        record = await house.caller.record(customer)
        return any(a.channel == SHOP and a.id == user for a in record.addresses)

    await eventually(known, what=f"{user} known")


def shops(record: Live) -> list[str]:
    """Whom the shop says them to be."""
    return [a.id for a in record.addresses if a.channel == SHOP]


async def test_two_users_at_once_in_one_browser_stay_two(house: House) -> None:
    one = await tab(house)
    await one.says("w1", HOURS_ASKED)
    other = Tab(house, one.token)
    an, binh = house.somebody(), house.somebody()

    await asyncio.gather(one.signs_in(an), other.signs_in(binh))
    await one.says("w2", "a")
    await other.says("w3", "b")
    first, second = await whose(house, one), await whose(house, other)
    await is_user(house, first, an)
    await is_user(house, second, binh)

    assert one.session != other.session
    assert [an] == shops(await house.caller.record(first))
    assert [binh] == shops(await house.caller.record(second))


async def test_one_user_in_two_browsers_at_once_is_one_customer(house: House) -> None:
    user, one, other = house.somebody(), await tab(house), await tab(house)
    await asyncio.gather(one.says("w1", HOURS_ASKED), other.says("w2", HOURS_ASKED))

    await asyncio.gather(one.signs_in(user), other.signs_in(user), one.signs_in(user))
    first = await whose(house, one)
    await is_user(house, first, user)
    second = await whose(house, other)

    async def joined() -> bool:
        return (await house.caller.record(first)).id == (await house.caller.record(second)).id

    await eventually(joined, what="one customer")


@pytest.mark.parametrize("user", ["a b", "a:b/c?d#e", "{x}", "ngọc@shop.vn", "x" * 256, "..", "a|b", "a%2Fb", "0"])
async def test_an_id_of_the_shops_may_be_anything(house: House, user: str) -> None:
    one = await tab(house)

    told = await one.signs_in(user)
    await one.says("w1", HOURS_ASKED)
    customer = await whose(house, one)

    await is_user(house, customer, user)
    assert isinstance(told, Welcome)
    assert user == told.user


async def taken_from_the_queue(house: House, customer: str) -> str:
    """The conversation that waits there, claimed by Lan."""

    async def queued() -> bool:
        return any(c.owner.kind is OwnerKind.QUEUE for c in (await house.caller.record(customer)).conversations)

    await eventually(queued, what="the queue")
    conversation = (await house.caller.record(customer)).conversations[0].id
    claimed = await house.caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan", "conversation": conversation})
    assert 200 == claimed.status, claimed.body
    return conversation


async def test_a_person_keeps_the_conversation_through_a_signed_login(house: House) -> None:
    user, home, other = house.somebody(), await tab(house), await tab(house)
    await home.signs_in(user)
    await home.says("w1", HOURS_ASKED)
    await other.says("w2", PERSON_ASKED)
    older, younger = await whose(house, home), await whose(house, other)
    await is_user(house, older, user)
    conversation = await taken_from_the_queue(house, younger)
    before = len(await other.heard())

    await other.signs_in(user)
    await other.says("w3", HOURS_ASKED)

    async def joined() -> bool:
        return older == (await house.caller.record(younger)).id

    await eventually(joined, what="the merge")
    await home.says("w4", "cam on")
    told = await house.caller.ask("POST", f"/api/customers/{older}/say", {"agent": "lan", "conversation": conversation, "text": "Lan day"})
    assert told.status in {200, 202}, told.body

    async def lan() -> bool:
        return any(e.text == "Lan day" for e in await other.heard())

    await eventually(lan, what="Lan's word")
    record = await house.caller.record(older)

    assert [] == [e.text for e in (await other.heard())[before:] if e.who == "bot"]
    assert [OwnerKind.AGENT] == [c.owner.kind for c in record.conversations if c.id == conversation]


async def test_an_opt_out_before_a_signed_login_stands_after_it(house: House) -> None:
    user, home, other = house.somebody(), await tab(house), await tab(house)
    await home.signs_in(user)
    await home.says("w1", HOURS_ASKED)
    await other.says("w2", "STOP")
    older, younger = await whose(house, home), await whose(house, other)

    async def stopped() -> bool:
        return any(c.state is ConsentState.REFUSED for c in (await house.caller.record(younger)).consents)

    await eventually(stopped, what="the opt-out")
    await other.signs_in(user)

    async def joined() -> bool:
        record = await house.caller.record(older)
        return younger in record.merged and any(c.state is ConsentState.REFUSED for c in record.consents)

    await eventually(joined, what="the merge")


async def test_links_of_two_users_followed_in_one_breath_join_only_one_of_them(house: House) -> None:
    an, binh, who = house.somebody(), house.somebody(), house.somebody()
    one, other = await tab(house), await tab(house)
    await one.signs_in(an)
    await other.signs_in(binh)
    await one.says("w1", HOURS_ASKED)
    await other.says("w1", HOURS_ASKED)
    first, second = await whose(house, one), await whose(house, other)
    await is_user(house, first, an)
    await is_user(house, second, binh)
    links = await one.link(), await other.link()

    for link in links:
        house.outside.telegram.say(who, f"/start {link}")
    guest = await known(house, "telegram", "bot", who)

    async def followed() -> bool:
        return await house.has_fact(guest, FOLLOWED) and await house.has_fact(guest, REFUSED)

    await eventually(followed, what="both links")

    async def joined() -> bool:
        return (await house.caller.record(guest)).id == (await house.caller.record(first)).id

    await eventually(joined, what="the merge")
    a, b = await house.caller.record(first), await house.caller.record(second)

    assert ([an], [binh]) == (shops(a), shops(b))
    assert a.id != b.id


async def test_turns_of_signed_in_customers_decide_the_same_when_taken_again(house: House) -> None:
    an, one, who = house.somebody(), await tab(house), house.somebody()
    await one.says("w1", HOURS_ASKED)
    await one.signs_in(an)
    first = await whose(house, one)
    await is_user(house, first, an)
    house.outside.telegram.say(who, f"/start {await one.link()}")
    guest = await known(house, "telegram", "bot", who)
    await eventually(lambda: house.has_fact(first, "merged"), what="the merge in the archive")
    steps = turning_of(house.settings, answers={}, build=VERSION).steps

    taken = [[stored.turn for stored in await house.archive.turns(customer)] for customer in (first, guest)]

    assert [(len(turns), ()) for turns in taken] == [(r.compared, r.differences) for r in (replay(turns, steps) for turns in taken)]


async def test_a_link_followed_by_two_at_once_joins_one(house: House) -> None:
    an, one = house.somebody(), await tab(house)
    await one.signs_in(an)
    await one.says("w1", HOURS_ASKED)
    first = await whose(house, one)
    await is_user(house, first, an)
    link = await one.link()
    who, thief = house.somebody(), house.somebody()

    house.outside.telegram.say(who, f"/start {link}")
    house.outside.telegram.say(thief, f"/start {link}")
    x, y = await known(house, "telegram", "bot", who), await known(house, "telegram", "bot", thief)

    async def both() -> bool:
        return len({(await house.caller.record(i)).id for i in (x, y, first)}) == 2

    async def refused() -> bool:
        return any([await house.has_fact(i, REFUSED) for i in (x, y)])

    await eventually(refused, what="the refusal")
    await eventually(both, what="one joined")

    assert [an] == shops(await house.caller.record(first))
