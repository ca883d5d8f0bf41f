"""LINE and Slack through the whole house: words answered by token and in threads, presses, files, STOP, and a socket instead of a hook."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio

from channels.line.channel import Line as LineChannel
from config.settings.load import load_settings
from hub.model.channels.exchange import Exchange
from hub.model.words import DeliveryState
from hub.web.api.shapes.channels import LogPage
from sandbox.faults import FaultKind
from sandbox.line import Line
from sandbox.shown import Bubble, Json, Media
from sandbox.slack import BOT, Slack
from sandbox.stand_in import StandIn
from tests.processes import eventually, folder, free_port
from tests.whole.conftest import errors_logged
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS, HOURS_ASKED, QUIET_S, House, stand_ins

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN, SECRET, APP_TOKEN = "channel-token", "channel-secret", "xapp-token"


@dataclass
class Way:
    """One provider and its phones, before a house."""

    house: House
    phones: StandIn
    provider: Line | Slack
    name: str

    def somebody(self) -> str:
        """A person nobody heard of yet."""
        return f"U{self.house.somebody():0>9}"

    async def shown(self, who: str, *, at_least: int = 1) -> list[Bubble]:
        """What the shop said on a phone, once it is so much."""

        def ours() -> list[Bubble]:
            return [bubble for bubble in self.phones.desk.phone(who).bubbles if not bubble.mine]

        await eventually(lambda: len(ours()) >= at_least, what="the answer")
        return ours()

    async def asked(self, who: str) -> str:
        """Ask for the hours; the answer."""
        self.phones.desk.say(who, HOURS_ASKED)
        return (await self.shown(who))[-1].text

    async def consents(self, who: str) -> list[str]:
        """Whether the person wants to hear from the shop."""
        record = await self.house.caller.record(await self.house.customer(self.provider.kind, self.name, who))
        return [consent.state.value for consent in record.consents]


@dataclass
class World:
    """The house, and the ways into it."""

    line: Way
    slack: Way
    socket: Way


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    line, slack = Line(token=TOKEN, secret=SECRET), Slack(token=TOKEN, secret=SECRET)
    socket = Slack(token=TOKEN, secret="", app_token=APP_TOKEN)
    phones = [StandIn(provider, receipts="") for provider in (line, slack, socket)]
    with folder() as place, ground(Topology.EMBEDDED) as below, errors_logged() as errors:
        async with AsyncExitStack() as stack:
            outside = await stack.enter_async_context(stand_ins())
            for one in phones:
                await one.start()
                stack.push_async_callback(one.stop)
            port = free_port()
            top = f'port = {port}\npublic_url = "http://127.0.0.1:{port}"\nburst_seconds = {QUIET_S}\n'
            (place / "hub.toml").write_text(top + outside.toml() + accounts(phones))
            house = House(below, load_settings({"HUB_DATA": str(place / "data")}, folder=place), outside)
            stack.push_async_callback(house.close)
            await house.start(await stack.enter_async_context(aiohttp.ClientSession()))
            for one in phones[:2]:
                one.desk.hook(f"{house.caller.base}/hooks/{one.kind}/shop")
            yield World(Way(house, phones[0], line, "shop"), Way(house, phones[1], slack, "shop"), Way(house, phones[2], socket, "socket"))
    assert [] == errors


def accounts(phones: Sequence[StandIn]) -> str:
    """The accounts as hub.toml has them."""
    fast = f'token = "{TOKEN}"\nrate_per_second = 500\nrate_per_address = 50\n'
    line, slack, socket = (one.base_url for one in phones)
    return (
        f'[[account]]\nchannel = "line"\nname = "shop"\nsecret = "{SECRET}"\nbase_url = "{line}"\n{fast}'
        f'[[account]]\nchannel = "slack"\nname = "shop"\nsecret = "{SECRET}"\nbase_url = "{slack}"\n{fast}'
        f'[[account]]\nchannel = "slack"\nname = "socket"\nmode = "polling"\napp_token = "{APP_TOKEN}"\nbase_url = "{socket}"\n{fast}'
    )


every_way = pytest.mark.parametrize("way", [lambda w: w.line, lambda w: w.slack, lambda w: w.socket], ids=["line", "slack", "socket"])

Chosen = Callable[[World], Way]


@every_way
async def test_a_word_is_answered(world: World, way: Chosen) -> None:
    chosen = way(world)

    assert HOURS in await chosen.asked(chosen.somebody())


@every_way
async def test_who_writes_is_known_by_the_name_the_provider_tells(world: World, way: Chosen) -> None:
    chosen = way(world)
    who = chosen.somebody()

    chosen.phones.desk.say(who, HOURS_ASKED, name="陳美玲", language="zh-TW")
    await chosen.shown(who)

    profile = (await chosen.house.caller.record(await chosen.house.customer(chosen.provider.kind, chosen.name, who))).profile
    assert ("陳美玲", "zh-TW") == (profile["name"].value, profile["device_language"].value)


@every_way
async def test_a_press_means_what_stands_on_it(world: World, way: Chosen) -> None:
    chosen = way(world)
    who = chosen.somebody()
    chosen.phones.desk.say(who, "xin chao")
    greeting = next(bubble for bubble in await chosen.shown(who) if bubble.offers)

    delivery = next(offer.id for offer in greeting.offers if "delivery" in offer.id)
    chosen.phones.desk.press(who, greeting.n, delivery)

    assert "1–2 ngày" in (await chosen.shown(who, at_least=2))[-1].text


@every_way
async def test_stop_is_understood(world: World, way: Chosen) -> None:
    chosen = way(world)
    who = chosen.somebody()

    chosen.phones.desk.say(who, "STOP")
    await chosen.shown(who)

    assert ["refused"] == await chosen.consents(who)


@every_way
async def test_a_picture_that_comes_in_stands_on_the_timeline(world: World, way: Chosen) -> None:
    chosen = way(world)
    who, desk = chosen.somebody(), chosen.phones.desk
    desk.media["m1"] = (b"\xff\xd8\xff\xe0 picture", "image/jpeg")

    desk.say(who, "", media=(Media(kind="image", url=f"{desk.base_url}/_sandbox/media/m1", name="a.jpg", mime_type="image/jpeg"),))
    await chosen.shown(who)

    customer = await chosen.house.customer(chosen.provider.kind, chosen.name, who)
    shown = [entry.entry for entry in await chosen.house.caller.lines(customer) if entry.entry.attachments]
    assert ["image"] == [piece.kind.value for entry in shown for piece in entry.attachments]


async def test_line_is_answered_by_the_words_own_token_which_costs_nothing(world: World) -> None:
    who = world.line.somebody()

    await world.line.asked(who)

    assert ["reply"] == [received.method for received in world.line.phones.desk.received if received.to == who]


async def test_link_to_line_is_there_once_the_hub_runs(world: World) -> None:
    channel = world.line.house.process.channels["line", "shop"]
    assert isinstance(channel, LineChannel)

    await eventually(lambda: channel.start_link("go-x").endswith("/%40000sandbox/?go-x"), what="the account's id")


async def test_word_line_brings_twice_is_answered_once(world: World) -> None:
    who = world.line.somebody()
    world.line.phones.fault(FaultKind.DUPLICATE, method="webhook", chat=who)

    await world.line.asked(who)
    world.line.phones.desk.say(who, "xin chao")

    assert 2 == len(await world.line.shown(who, at_least=2))


async def test_answer_line_took_and_did_not_tell_of_is_shown_once(world: World) -> None:
    who = world.line.somebody()
    world.line.phones.fault(FaultKind.RESET_AFTER, method="reply", chat=who)

    await world.line.asked(who)
    received = world.line.phones.desk.received
    token = next(r.params["replyToken"] for r in received if r.to == who)
    await eventually(lambda: 2 == sum(r.params.get("replyToken") == token for r in received), what="the second try")
    await world.line.asked(world.line.somebody())

    assert 1 == len(await world.line.shown(who))


async def test_who_blocks_line_and_comes_back_is_greeted_and_hears_from_us_again(world: World) -> None:
    who, desk = world.line.somebody(), world.line.phones.desk
    await world.line.asked(who)

    async def are(state: str) -> bool:
        return [state] == await world.line.consents(who)

    desk.block(who)
    await eventually(lambda: are("refused"), what="the opt-out")
    desk.follow(who)

    await eventually(lambda: are("given"), what="the opt-in")
    assert 2 == len(await world.line.shown(who, at_least=2))


async def test_slacks_channel_is_answered_in_the_thread_of_who_spoke_to_the_app_and_once(world: World) -> None:
    provider, desk = world.slack.provider, world.slack.phones.desk
    assert isinstance(provider, Slack)
    place, ts = f"C{world.slack.house.somebody()}", "1760000000.000100"
    others: Json = {
        "type": "message",
        "channel": place,
        "user": "U1",
        "text": HOURS_ASKED,
        "ts": "1760000000.000050",
        "channel_type": "channel",
    }
    word: Json = {"channel": place, "user": "U1", "text": f"<@{BOT}> {HOURS_ASKED}", "ts": ts}

    told = [
        others,
        {"type": "message", "channel_type": "channel", **word},
        {"type": "app_mention", **word},
        {**others, "ts": "1760000001.0"},
    ]
    desk.bringing.bring(place, *(provider.told(event) for event in told))

    (answer,) = await world.slack.shown(place)
    assert HOURS in answer.text
    assert ts == answer.reply_to


async def test_what_the_socket_brought_is_acknowledged(world: World) -> None:
    provider = world.socket.provider
    assert isinstance(provider, Slack)

    await world.socket.asked(world.socket.somebody())

    await eventually(lambda: not provider.waiting, what="the acknowledgement")


async def test_on_slack_an_agents_words_are_corrected_in_the_direct_conversation_and_taken_back(world: World) -> None:
    slack, who = world.slack, world.slack.somebody()
    await slack.asked(who)
    caller, customer = slack.house.caller, await slack.house.customer("slack", "shop", who)
    deeds = f"/api/customers/{customer}"
    await caller.ask("POST", f"{deeds}/say", {"agent": "lan", "text": "giá 100"})
    bubble = (await slack.shown(who, at_least=2))[-1]
    mine = next(line for line in await caller.lines(customer) if line.entry.text == "giá 100").entry.delivery

    async def sent() -> bool:
        return any(line.entry.delivery == mine and line.state is DeliveryState.SENT for line in await caller.lines(customer))

    await eventually(sent, what="the sent mark")
    corrected = await caller.ask("POST", f"{deeds}/correct", {"agent": "lan", "delivery": mine, "text": "giá 120"})
    await eventually(lambda: bubble.text == "giá 120", what="the correction")
    recalled = await caller.ask("POST", f"{deeds}/recall", {"agent": "lan", "delivery": mine})
    await eventually(lambda: bubble.state == "removed", what="nothing of it")

    assert [200, 200] == [corrected.status, recalled.status]
    assert {f"D{who[1:]}"} == {asked.to for asked in slack.phones.desk.received if asked.method in {"chat.update", "chat.delete"}}


async def test_that_no_webhook_was_set_yet_is_no_failed_call_of_the_account(world: World) -> None:
    """Guard: LINE answers 404 where there is none, and a look before the account is connected asks for it."""
    caller, found = world.line.house.caller, list[Exchange]()

    async def asked() -> bool:
        told = (await caller.ask("GET", "/api/channels/line/shop/log?limit=200")).read(LogPage)
        found.extend(one.exchange for one in told.entries if one.exchange.url.endswith("/webhook/endpoint"))
        return bool(found)

    await eventually(asked, what="the look at the webhook")

    failed = (await caller.ask("GET", "/api/channels/line/shop/log?failed=true")).read(LogPage).entries
    assert (404, True, False) == (found[0].status, found[0].fine, found[0].failed)
    assert [] == [one for one in failed if one.exchange.url.endswith("/webhook/endpoint")]
