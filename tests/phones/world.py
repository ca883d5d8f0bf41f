"""One house for all channels: a hub with an account of each, at the stand-ins of the page of phones."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import aiohttp
import msgspec
from msgspec.structs import replace

from config.accounts.kinds import rates_of
from config.demo.phones import accounts, plug_in
from hub.model.channels.rates import Rates
from hub.model.messaging.message import Capabilities
from hub.model.words import DeliveryState
from hub.store.customers.records import Line
from sandbox.phones import Phones
from sandbox.plugged import PLUGS
from sandbox.shown import Bubble, Offer
from tests.phones.sides import DeskSide, Side, TelegramSide
from tests.processes import eventually
from tests.whole.grounds import Ground
from tests.whole.world import HOURS, HOURS_ASKED, House, settings_on, stand_ins

ACCOUNT, BOT = "shop", "bot"
PUBLIC = "https://tiem-may.example"
"""As the outside knows this hub, by https as most providers demand: for the stand-ins this name leads to it."""
PER_SECOND, PER_ADDRESS = 500.0, 4.0
"""Calls a second, of the account and to one customer: faster than most providers allow, for few of these ways are about the pace."""
AGENT = "huong"
WITHIN_S = 15.0
"""How long an answer may take on a busy machine."""


class Channels:
    """The house and its phones."""

    def __init__(self, house: House, sides: Mapping[str, Side]) -> None:
        self.house = house
        self._sides = sides
        self._numbers = dict.fromkeys(sides, 100)

    def somebody(self, kind: str) -> "Somebody":
        """A customer on that channel nobody heard of yet."""
        self._numbers[kind] += 1
        n = self._numbers[kind]
        return Somebody(self.house, self._sides[kind], PLUGS[kind].person(n) if kind in PLUGS else f"61{n}")

    def can(self, kind: str) -> Capabilities:
        """What the channel can show."""
        return self.house.process.channels[kind, self._sides[kind].account].capabilities

    def rates(self, kind: str) -> Rates:
        """How fast its account may be written through."""
        own = (kind, self._sides[kind].account)
        return next(rates_of(one) for one in self.house.settings.accounts if (one.channel, one.name) == own)


class Somebody:
    """A customer with a phone of one app."""

    def __init__(self, house: House, side: Side, chat: str) -> None:
        self.house = house
        self.side = side
        self.chat = chat

    def say(self, text: str, *, language: str = "vi") -> None:
        """Write."""
        self.side.say(self.chat, text, language=language)

    def shown(self) -> list[Bubble]:
        """The shop's lines on the phone, in order."""
        return [bubble for bubble in self.side.bubbles(self.chat) if not bubble.mine]

    def heard(self) -> list[str]:
        """Their words."""
        return [bubble.text for bubble in self.shown()]

    async def hears(self, text: str, *, within: float = WITHIN_S, after: int = 0) -> Bubble:
        """Wait for words of the shop's behind the first so many lines; the bubble they stand in."""

        def found() -> Bubble | None:
            return next((bubble for bubble in self.shown()[after:] if text in bubble.text), None)

        await eventually(lambda: found() is not None, within=within, what=f"{text!r} on {self.side.kind}, heard {self.heard()}")
        bubble = found()
        assert bubble is not None
        return bubble

    def press(self, bubble: Bubble, offer: Offer) -> None:
        """Press what stands under a bubble."""
        self.side.press(self.chat, bubble.n, offer.id)

    async def customer(self) -> str:
        """Who the hub takes them for."""
        return await self.house.customer(self.side.kind, self.side.account, self.chat)

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

    async def met(self) -> "Person":
        """Write, be answered by the bot, and be taken over by a person."""
        self.say(HOURS_ASKED)
        await self.hears(HOURS)
        customer = await self.customer()
        await self.house.caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": AGENT})
        return Person(self.house, customer)


class Person:
    """An agent who has a customer's conversation."""

    def __init__(self, house: House, customer: str) -> None:
        self._caller = house.caller
        self._customer = customer

    async def says(self, text: str, **more: object) -> None:
        """Write to the customer."""
        told = await self._caller.ask("POST", f"/api/customers/{self._customer}/say", {"agent": AGENT, "text": text, **more})
        assert told.status == HTTPStatus.OK, told.raw

    async def keeps(self, name: str, content: bytes) -> dict[str, object]:
        """Upload a file for them; as an attachment names it."""
        query = {"customer": self._customer, "name": name}
        async with self._caller.http.post(f"{self._caller.base}/api/files", params=query, data=content, headers=self._caller.token) as kept:
            told = msgspec.json.decode(await kept.read(), type=dict[str, object])
        return {key: told[key] for key in ("kind", "url", "filename", "mime_type", "size")}


@asynccontextmanager
async def channels_on(below: Ground, place: Path) -> AsyncIterator[Channels]:
    """A running house with an account of every channel."""
    async with AsyncExitStack() as stack:
        phones = Phones(receipts="")
        await phones.start()
        stack.push_async_callback(phones.stop)
        outside = await stack.enter_async_context(stand_ins())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        settings = replace(settings_on(below, place, outside), public_url=PUBLIC)
        every = (*settings.accounts, *accounts(phones, name=ACCOUNT))
        paced = tuple(replace(one, rate_per_second=PER_SECOND, rate_per_address=PER_ADDRESS) for one in every)
        house = House(below, replace(settings, accounts=paced), outside)
        stack.push_async_callback(house.close)
        for roads in (outside.telegram.roads, *(one.desk.roads for one in phones.stand_ins.values())):
            roads.lead(PUBLIC, f"http://127.0.0.1:{settings.port}")
        await house.start(http)
        plug_in(phones, house.process.channels, base=PUBLIC, name=ACCOUNT)
        sides: list[Side] = [DeskSide(one.desk, ACCOUNT) for one in phones.stand_ins.values()]
        yield Channels(house, {side.kind: side for side in (TelegramSide(outside.telegram, BOT), *sides)})
