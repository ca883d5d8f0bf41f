"""One house for all channels: a hub with an account of each, at the stand-ins of the page of phones."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from msgspec.structs import replace

from config.demo_phones import accounts, plug_in
from hub.model.message import Capabilities
from hub.model.words import DeliveryState
from hub.store.customers import Line
from sandbox.desk import Desk
from sandbox.phones import Phones
from sandbox.plugged import PLUGS
from sandbox.shown import Bubble, Media, Offer
from tests.processes import eventually
from tests.whole.grounds import Ground
from tests.whole.world import House, settings_on, stand_ins

ACCOUNT = "shop"
PER_SECOND, PER_ADDRESS = 500.0, 50.0
"""Faster than providers allow: what these ways are about is not the pace."""
WITHIN_S = 15.0
"""How long an answer may take on a busy machine."""


class Channels:
    """The house and its phones."""

    def __init__(self, house: House, phones: Phones) -> None:
        self.house = house
        self.phones = phones
        self._numbers = dict.fromkeys(PLUGS, 100)

    def somebody(self, kind: str) -> "Somebody":
        """A customer on that channel nobody heard of yet."""
        self._numbers[kind] += 1
        return Somebody(self.house, self.phones.desk(kind), PLUGS[kind].person(self._numbers[kind]))

    def can(self, kind: str) -> Capabilities:
        """What the channel can show."""
        return self.house.process.channels[kind, ACCOUNT].capabilities


class Somebody:
    """A customer with a phone of one app."""

    def __init__(self, house: House, desk: Desk, chat: str) -> None:
        self.house = house
        self.desk = desk
        self.chat = chat

    def say(self, text: str, *, language: str = "vi", media: tuple[Media, ...] = ()) -> Bubble:
        """Write, or send a file."""
        return self.desk.say(self.chat, text, name="Lan", language=language, media=media)

    def shown(self) -> list[Bubble]:
        """The shop's lines on the phone, in order."""
        return [bubble for bubble in self.desk.phone(self.chat).bubbles if not bubble.mine]

    def heard(self) -> list[str]:
        """Their words."""
        return [bubble.text for bubble in self.shown()]

    async def hears(self, text: str, *, within: float = WITHIN_S) -> Bubble:
        """Wait for words of the shop's; the bubble they stand in."""
        await eventually(lambda: any(text in one for one in self.heard()), within=within, what=f"{text!r}, heard {self.heard()}")
        return next(bubble for bubble in self.shown() if text in bubble.text)

    def press(self, bubble: Bubble, offer: Offer) -> None:
        """Press what stands under a bubble."""
        self.desk.press(self.chat, bubble.n, offer.id)

    async def customer(self) -> str:
        """Who the hub takes them for."""
        return await self.house.customer(self.desk.kind, ACCOUNT, self.chat)

    async def lines(self) -> Sequence[Line]:
        """Their timeline."""
        return await self.house.caller.lines(await self.customer())

    async def state(self, text: str) -> DeliveryState | None:
        """How far the message with these words came."""
        return next((line.state for line in reversed(await self.lines()) if text in line.entry.text and line.entry.delivery), None)

    async def nudge(self, text: str, **more: object) -> None:
        """The shop's server asks for a message nobody asked for."""
        told = await self.house.caller.ask("POST", f"/api/customers/{await self.customer()}/nudge", {"text": text, **more})
        assert told.status < 300, told.raw


@asynccontextmanager
async def channels_on(below: Ground, place: Path) -> AsyncIterator[Channels]:
    """A running house with an account of every channel."""
    async with AsyncExitStack() as stack:
        phones = Phones(receipts="")
        await phones.start()
        stack.push_async_callback(phones.stop)
        outside = await stack.enter_async_context(stand_ins())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        settings = settings_on(below, place, outside)
        every = [replace(one, rate_per_second=PER_SECOND, rate_per_address=PER_ADDRESS) for one in accounts(phones, name=ACCOUNT)]
        house = House(below, replace(settings, accounts=(*settings.accounts, *every)), outside)
        stack.push_async_callback(house.close)
        await house.start(http)
        plug_in(phones, house.process.channels, base=f"http://127.0.0.1:{house.process.port}", name=ACCOUNT)
        yield Channels(house, phones)
