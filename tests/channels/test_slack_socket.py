"""Slack's Socket Mode: what it brings is what a webhook brings, and is acknowledged once it was asked for what comes after."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession

from channels.slack import channel as slack
from hub.engine.clock import SystemClock
from hub.model.channels.ports import Inbound
from hub.model.errors import BadSignature, Misconfigured, SettingsError, TemporaryFailure
from hub.model.events.event import Incoming, Said
from hub.model.messaging.message import Button, Message
from sandbox.shown import Pressed
from sandbox.slack import Slack
from sandbox.stand_in import StandIn
from tests.channels.contract import TOKEN, delivery, request, send_all
from tests.phrases import english
from tests.processes import eventually, free_port

APP_TOKEN, MINH = "xapp-example", "U0MINH"


@dataclass
class World:
    """An app with a socket, and its stand-in."""

    channel: slack.Slack
    provider: Slack
    phones: StandIn

    async def words(self, offset: int, *, wait: float = 5.0) -> tuple[list[str], int]:
        """The words of one look, and the next offset."""
        found, following = await self.channel.poll(offset, wait=wait)
        return self.read(found), following

    def read(self, found: Sequence[Inbound]) -> list[str]:
        """What was said."""
        return [
            one.body.payload or one.body.text
            for each in found
            for one in self.channel.parse(each)
            if isinstance(one, Incoming) and isinstance(one.body, Said)
        ]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    provider = Slack(token=TOKEN, secret="", app_token=APP_TOKEN)
    phones = StandIn(provider, receipts="")
    await phones.start()
    async with ClientSession() as session:
        channel = slack.Slack(_settings(base_url=phones.base_url), session, clock=SystemClock())
        yield World(channel, provider, phones)
        await channel.close()
    await phones.stop()


def _settings(*, app_token: str = APP_TOKEN, base_url: str = slack.BASE_URL) -> slack.Settings:
    return slack.Settings(account="shop", token=TOKEN, base_url=base_url, mode=slack.Mode.POLLING, app_token=app_token)


async def test_words_are_acknowledged_when_the_next_are_asked_for(world: World) -> None:
    world.phones.desk.say(MINH, "một")
    first, offset = await world.words(0)
    unsafe = len(world.provider.waiting)

    world.phones.desk.say(MINH, "hai")
    second, _ = await world.words(offset)
    await eventually(lambda: len(world.provider.waiting) == 1)

    assert (["một"], 1, ["hai"]) == (first, unsafe, second)


async def test_words_that_were_not_made_safe_come_again(world: World) -> None:
    world.phones.desk.say(MINH, "một")
    lost, _ = await world.words(0)
    await world.channel.close()

    again, _ = await world.words(0)

    assert ["một"] == lost == again


async def test_press_and_command_come_by_the_socket_too(world: World) -> None:
    await send_all(world.channel, delivery(Message(text="?", buttons=(Button(title="Có", value="yes"),)), to=MINH))
    phone = world.phones.desk.phone(MINH)
    for act in (Pressed(phone=phone, bubble=phone.bubbles[0], offer=phone.bubbles[0].offers[0]),):
        world.provider.webhooks(act)
    world.provider.push("slash_commands", {"command": "/shop", "text": "đơn 1042", "user_id": MINH, "trigger_id": "1.2.x"})

    found, _ = await world.words(0)

    assert ["yes", "đơn 1042"] == found


async def test_slack_asks_to_come_anew_and_nothing_is_lost(world: World) -> None:
    await world.words(0, wait=0.1)
    for line in world.provider.lines:
        line.put_nowait(None)
    assert ([], 0) == await world.words(0)
    world.phones.desk.say(MINH, "một")

    found, _ = await world.words(0)

    assert ["một"] == found


async def test_look_that_brings_nothing_leaves_the_socket_open(world: World) -> None:
    for _ in range(3):
        assert ([], 0) == await world.words(0, wait=0.05)
    world.phones.desk.say(MINH, "một")

    found, _ = await world.words(0)

    assert (["một"], 1) == (found, len(world.provider.lines))


async def test_token_that_opens_no_socket_stops_the_account(world: World) -> None:
    async with ClientSession() as session:
        channel = slack.Slack(_settings(app_token="xapp-other", base_url=world.phones.base_url), session, clock=SystemClock())

        with pytest.raises(Misconfigured):
            await channel.poll(0, wait=0.1)


async def test_nobody_there_is_tried_again_later() -> None:
    async with ClientSession() as session:
        channel = slack.Slack(_settings(base_url=f"http://127.0.0.1:{free_port()}"), session, clock=SystemClock())

        with pytest.raises(TemporaryFailure) as failed:
            await channel.poll(0, wait=0.1)

    assert APP_TOKEN not in str(failed.value)


def test_account_without_a_secret_takes_no_webhook() -> None:
    channel = slack.Slack(_settings(), None, clock=SystemClock())  # type: ignore[arg-type]
    at = str(SystemClock().now() // 1000)
    signed = {slack.TIME_HEADER: at, slack.SIGNATURE_HEADER: slack.signature(b"", at, b"{}")}

    with pytest.raises(BadSignature):
        channel.verify(request(b"{}", signed))


def test_socket_without_its_token_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="app_token"):
        slack.Slack(_settings(app_token=""), None, clock=SystemClock())  # type: ignore[arg-type]


async def test_what_to_click_speaks_of_the_socket_and_of_no_address(world: World) -> None:
    found = await world.channel.connect("https://shop.example/hooks/slack/shop")

    assert any("Socket Mode" in click for click in english(found.clicks))
    assert not any("hooks/slack" in click for click in english(found.clicks))
