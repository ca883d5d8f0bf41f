"""Messenger and Instagram through a whole hub, with Meta's stand-in as the counterpart over real HTTP."""

from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus

import aiohttp
import pytest
import pytest_asyncio
from msgspec import json

from channels.meta.graph import signature
from hub.model.alerts.alert import AlertKind
from hub.model.words import DeliveryState
from hub.store.customers.records import Line
from hub.web.api.routes.alerts import AlertList
from hub.web.api.shapes.channels import LogPage
from sandbox.faults import FaultKind
from sandbox.messaging import INSTAGRAM, MESSENGER, SEND, Meta, provider_and_stand_in
from sandbox.shown import Bubble, Media
from sandbox.stand_in import StandIn
from tests.processes import eventually, folder
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS, HOURS_ASKED, House, StandIns, settings_on, stand_ins

STAFF = "900002"
pytestmark = pytest.mark.asyncio(loop_scope="module")
both = pytest.mark.parametrize("kind", [MESSENGER, INSTAGRAM])
TOKEN, SECRET, VERIFY = "page-token", "app-secret", "choose"


class Both(StandIns):
    """Meta beside the others."""

    metas: dict[str, tuple[Meta, StandIn]]

    def toml(self) -> str:
        """With an account of each."""
        return super().toml() + "".join(
            f'[[account]]\nchannel = "{kind}"\nname = "shop"\ntoken = "{TOKEN}"\nsecret = "{SECRET}"\nverify_token = "{VERIFY}"\n'
            f'app_id = "900"\nbase_url = "{stand_in.base_url}"\nrate_per_second = 500\nrate_per_address = 50\n'
            for kind, (_, stand_in) in self.metas.items()
        )


class Shop:
    """The running hub, and both of Meta's."""

    def __init__(self, house: House, metas: dict[str, tuple[Meta, StandIn]]) -> None:
        self.house = house
        self._metas = metas

    def meta(self, kind: str) -> Meta:
        """Meta itself."""
        return self._metas[kind][0]

    def desk(self, kind: str) -> StandIn:
        """Its phones."""
        return self._metas[kind][1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Shop]:
    """A hub with one Page and one Instagram account, connected."""
    metas = {kind: provider_and_stand_in(kind, token=TOKEN, secret=SECRET) for kind in (MESSENGER, INSTAGRAM)}
    for _, stand_in in metas.values():
        await stand_in.start()
    with folder() as place, ground(Topology.EMBEDDED) as below:
        async with stand_ins() as others, aiohttp.ClientSession() as http:
            told = Both(others.plain, others.telegram, others.polled, others.shop, metas=metas)
            alerts = {"HUB_ALERTS_TO": f"telegram/polled/{STAFF}", "HUB_ALERTS_EVERY_SECONDS": "0.05"}
            house = House(below, settings_on(below, place, told, **alerts), told)
            await house.start(http)
            for kind, (_, stand_in) in metas.items():
                stand_in.desk.hook(f"{house.caller.base}/hooks/{kind}/shop")
            yield Shop(house, metas)
            await house.close()
    for _, stand_in in metas.values():
        await stand_in.stop()


async def shown(shop: Shop, kind: str, who: str, least: int = 1) -> list[Bubble]:
    """What the shop said on that phone, once it is so much."""
    phone = shop.desk(kind).desk.phone(who)
    await eventually(lambda: len([bubble for bubble in phone.bubbles if not bubble.mine]) >= least, what="an answer on the phone")
    return [bubble for bubble in phone.bubbles if not bubble.mine]


async def lines(shop: Shop, customer: str) -> Sequence[Line]:
    """The customer's timeline; empty while the first turn has not ended."""
    known = (await shop.house.caller.ask("GET", f"/api/customers/{customer}")).status == HTTPStatus.OK
    return await shop.house.caller.lines(customer) if known else ()


@both
async def test_word_is_answered_and_the_answer_is_read(shop: Shop, kind: str) -> None:
    who = shop.house.somebody()

    shop.desk(kind).desk.say(who, HOURS_ASKED)
    (answer, *_) = await shown(shop, kind, who)
    shop.desk(kind).desk.read(who)

    customer = await shop.house.customer(kind, "shop", who)

    async def read() -> bool:
        return any(line.state is DeliveryState.READ for line in await lines(shop, customer))

    assert HOURS in answer.text
    await eventually(read, what="the read mark")


@both
async def test_who_writes_first_is_known_by_name_with_the_first_answer(shop: Shop, kind: str) -> None:
    who = shop.house.somebody()

    shop.desk(kind).desk.say(who, HOURS_ASKED, name="Lan Trần")
    await shown(shop, kind, who)

    profile = (await shop.house.caller.record(await shop.house.customer(kind, "shop", who))).profile
    assert ("Lan Trần", kind) == (profile["name"].value, profile["name"].source)


@both
@pytest.mark.parametrize("way", ["pressed", "typed without diacritics", "numbered"])
async def test_answer_offered_is_understood_however_it_is_given(shop: Shop, kind: str, way: str) -> None:
    who, desk = shop.house.somebody(), shop.desk(kind).desk
    desk.say(who, "xin chao")
    greeting = (await shown(shop, kind, who))[-1]
    n, chosen = next((n, offer) for n, offer in enumerate(greeting.offers, 1) if "delivery" in offer.id)

    if way == "pressed":
        desk.press(who, greeting.n, chosen.id)
    else:
        desk.say(who, str(n) if way == "numbered" else "GIAO HANG")

    answers = await shown(shop, kind, who, 2)
    assert "1–2 ngày" in answers[-1].text


@both
async def test_bot_is_silent_once_a_person_answers_at_metas_own_inbox(shop: Shop, kind: str) -> None:
    who, stand_in = shop.house.somebody(), shop.desk(kind)
    stand_in.desk.say(who, HOURS_ASKED)
    await shown(shop, kind, who)
    customer = await shop.house.customer(kind, "shop", who)

    stand_in.desk.bringing.bring(who, shop.meta(kind).person_says(who, "Để em xem cho chị ạ"))

    async def theirs() -> bool:
        return any(line.entry.text == "Để em xem cho chị ạ" for line in await lines(shop, customer))

    await eventually(theirs, what="the person's words on the timeline")
    (conversation,) = (await shop.house.caller.record(customer)).conversations
    assert "agent" == conversation.owner.kind.value


@both
async def test_comment_stands_on_the_timeline_of_who_wrote_it(shop: Shop, kind: str) -> None:
    who = shop.house.somebody()

    made = shop.meta(kind).wall.write(who, "ib giá")

    customer = await shop.house.customer(kind, "shop", who)

    async def there() -> bool:
        return [("ib giá", made.id)] == [
            (line.entry.text, line.entry.external_id) for line in await lines(shop, customer) if line.entry.kind == "comment"
        ]

    await eventually(there, what="the comment")


@both
@pytest.mark.parametrize("word", ["STOP", "ngung", "退訂"])
async def test_stop_in_each_language_is_confirmed_and_no_advertisement_follows(shop: Shop, kind: str, word: str) -> None:
    who, caller = shop.house.somebody(), shop.house.caller
    shop.desk(kind).desk.say(who, word)
    await shown(shop, kind, who)
    customer = await shop.house.customer(kind, "shop", who)

    asked = await caller.ask("POST", f"/api/customers/{customer}/nudge", {"text": "Giảm giá", "key": "sale"})

    assert HTTPStatus.ACCEPTED == asked.status
    await eventually(lambda: shop.house.has_fact(customer, "nudge refused", key="sale", reason="consent_refused"), what="the refusal")
    assert "Giảm giá" not in shop.desk(kind).desk.texts_of(who)


@both
async def test_picture_of_the_customer_stands_on_the_timeline(shop: Shop, kind: str) -> None:
    who, desk = shop.house.somebody(), shop.desk(kind).desk

    desk.say(who, "", media=(Media(kind="image", url="https://scontent.example/a.jpg"),))

    customer = await shop.house.customer(kind, "shop", who)

    async def there() -> bool:
        return ["image"] in [[piece.kind.value for piece in line.entry.attachments] for line in await lines(shop, customer)]

    await eventually(there, what="the picture")


@both
async def test_too_many_calls_lose_nothing_and_keep_the_order(shop: Shop, kind: str) -> None:
    who, desk = shop.house.somebody(), shop.desk(kind).desk
    desk.fault(FaultKind.THROTTLE, method=SEND, chat=who, retry_after=1)

    desk.say(who, HOURS_ASKED)
    await eventually(lambda: any(call.to == who for call in desk.received), what="the refused call")
    desk.say(who, "phi ship bao nhieu")

    hours, fee = [bubble.text for bubble in await shown(shop, kind, who, 2)]
    assert HOURS in hours
    assert "25.000" in fee
    refused, taken, *_ = [call for call in desk.received if call.to == who and call.method == SEND]
    assert ("refused", "accepted") == (refused.outcome, taken.outcome)
    assert taken.at - refused.at >= 1


async def test_what_meta_enforces_is_in_the_accounts_log_and_counted_and_its_bot_goes_on(shop: Shop) -> None:
    enforced = {"recipient": {"id": "1"}, "timestamp": 1, "policy_enforcement": {"action": "block", "reason": "Too much of one kind."}}
    body = json.encode({"object": "page", "entry": [{"id": "1", "time": 1, "messaging": [enforced]}]})
    before = shop.house.process.counters.failures[MESSENGER, "policy_block"]

    async with shop.house.caller.http.post(
        f"{shop.house.caller.base}/hooks/{MESSENGER}/shop", data=body, headers={"X-Hub-Signature-256": signature(SECRET, body)}
    ) as answer:
        status = answer.status

    async def noted() -> bool:
        told = (await shop.house.caller.ask("GET", f"/api/channels/{MESSENGER}/shop/log?failed=true")).read(LogPage)
        return any(("block", "policy_block") == (one.exchange.code, one.exchange.failure) for one in told.entries)

    await eventually(noted, what="the line for admins")
    assert (200, before + 1) == (status, shop.house.process.counters.failures[MESSENGER, "policy_block"])


async def enforced(shop: Shop, kind: str, action: str, at: int) -> None:
    """Meta tells the account that it is so, from that instant on."""
    told = {"recipient": {"id": "1"}, "timestamp": at, "policy_enforcement": {"action": action, "reason": "Too much of one kind."}}
    about = {MESSENGER: "page", INSTAGRAM: "instagram"}[kind]
    body = json.encode({"object": about, "entry": [{"id": "1", "time": at, "messaging": [told]}]})
    async with shop.house.caller.http.post(
        f"{shop.house.caller.base}/hooks/{kind}/shop", data=body, headers={"X-Hub-Signature-256": signature(SECRET, body)}
    ) as answer:
        assert 200 == answer.status


@both
async def test_a_block_is_told_to_the_shops_people_once_and_so_is_its_end(shop: Shop, kind: str) -> None:
    polled, subject = shop.house.outside.polled, f"{kind}/shop"

    def told(words: str) -> int:
        return len([text for text in polled.sent_to(STAFF) if words in text])

    async def stands() -> bool:
        open_now = (await shop.house.caller.ask("GET", "/api/alerts")).read(AlertList).alerts
        return (AlertKind.RESTRICTED, subject) in {(one.kind, one.subject) for one in open_now}

    await enforced(shop, kind, "block", 1_000_000)
    await enforced(shop, kind, "block", 1_000_000)
    await eventually(stands, what="the banner's alert")
    await eventually(lambda: told(f"{subject} is restricted by its provider") == 1, what="one message")
    await enforced(shop, kind, "unblock", 2_000_000)
    await eventually(lambda: told(f"Restriction of {subject}") == 1, what="the all-clear")

    assert (1, False) == (told(f"{subject} is restricted by its provider"), await stands())


async def test_a_reaction_opens_the_window_as_a_word_does(shop: Shop) -> None:
    who, desk = shop.house.somebody(), shop.desk(MESSENGER).desk
    desk.say(who, HOURS_ASKED)
    (answer, *_) = await shown(shop, MESSENGER, who)
    customer = await shop.house.customer(MESSENGER, "shop", who)
    before = (await shop.house.caller.record(customer)).heard[f"{MESSENGER}:shop:{who}"].at

    desk.react(who, answer.n, "❤")

    async def later() -> bool:
        return (await shop.house.caller.record(customer)).heard[f"{MESSENGER}:shop:{who}"].at > before

    await eventually(later, what="the window counted anew")
