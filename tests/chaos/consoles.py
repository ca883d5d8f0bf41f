"""Consoles that are open while blows fall: they follow the live feed from process to process, and nothing may be missing or come twice."""

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from typing import Self

import aiohttp
from msgspec import json

from hub.model.errors import HubError
from hub.model.inbox.feed import FeedHello, FeedLook, FeedWelcome, HubFrame, View, framed
from hub.web.api.shapes.customers import Timeline
from tests.chaos.house import House
from tests.chaos.plan import chat_name
from tests.chaos.screen import Screen
from tests.chaos.shoppers import WORDS, Shoppers

MANY = 2
SETTLED_WITHIN_S = 15.0
CALL_S = 5.0
LASTS_S = (0.3, 2.0)
"""How long a connection lasts at most: laptops lose theirs without any blow, and whoever is frozen is left for the next one."""
AGAIN_AFTER_S = 0.1
PAUSE_S = 0.05
"""Between two words of whoever is looked at: something comes in every round of the feed, wherever a blow falls."""
_frame = json.Decoder(HubFrame)
_page = json.Decoder(Timeline)


class Console:
    """One console: looks at a busy customer of its own as soon as there is one, and comes again with its cursor wherever it was cut off."""

    def __init__(self, house: House, number: int) -> None:
        self.screen = Screen()
        self._house = house
        self._rng = random.Random(f"{house.plan.seed}/console{number}")
        self._chat = chat_name(house.plan.customers + number)
        self._web = number
        self._headers = {"Authorization": f"Bearer {house.token()}"}

    async def work(self) -> None:
        """Follow until cancelled."""
        somebody = await self._somebody()
        while True:
            with suppress(OSError, aiohttp.ClientError, TimeoutError):
                async with asyncio.timeout(CALL_S):
                    wire = await self._house.parts.http.ws_connect(
                        f"{self._next_web()}/api/feed",
                        headers=self._headers,
                        timeout=aiohttp.ClientWSTimeout(ws_close=AGAIN_AFTER_S),
                    )
                async with wire, asyncio.timeout(self._rng.uniform(*LASTS_S)):
                    await self._follow(wire, somebody)
            await asyncio.sleep(AGAIN_AFTER_S)

    async def talk(self, shoppers: Shoppers) -> None:
        """Whoever it looks at writes all the time, while blows fall."""
        end = time.monotonic() + self._house.plan.seconds
        while time.monotonic() < end:
            await shoppers.say(self._chat, self._rng.choice(WORDS))
            await asyncio.sleep(PAUSE_S)

    async def settled(self) -> dict[str, set[str]]:
        """What is wrong on its screen once nothing happens any more, and it had some seconds to be told."""
        end, wrong = time.monotonic() + SETTLED_WITHIN_S, {"timelines nobody could read": {self.screen.customer or "nobody looked at"}}
        while wrong and time.monotonic() < end:
            if self.screen.customer and (page := await self._timeline()):
                wrong = self.screen.wrong(page.lines)
            await asyncio.sleep(AGAIN_AFTER_S)
        return {**wrong, "lines told twice": self.screen.doubled}

    async def _somebody(self) -> str:
        """The customer behind the chat, once there is one."""
        while True:
            with suppress(HubError):
                if found := await self._house.address(self._chat):
                    return found
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _follow(self, wire: aiohttp.ClientWebSocketResponse, somebody: str) -> None:
        screen = self.screen
        screen.counts["reconnects"] += bool(screen.cursor)
        await wire.send_str(framed(FeedHello(cursor=screen.cursor, views=(View.QUEUE, View.OPEN), customer=screen.customer)))
        async for message in wire:
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            screen.take(frame := _frame.decode(message.data))
            if isinstance(frame, FeedWelcome) and not screen.customer:
                await wire.send_str(framed(FeedLook(customer=somebody)))
            if screen.customer and screen.unread and (page := await self._timeline()):
                screen.read(page.lines)

    async def _timeline(self) -> Timeline | None:
        """The newest lines; None where they cannot be read now."""
        url = f"{self._next_web()}/api/customers/{self.screen.customer}/timeline?limit=200"
        try:
            async with self._house.parts.http.get(url, headers=self._headers, timeout=aiohttp.ClientTimeout(total=CALL_S)) as answer:
                page = _page.decode(await answer.read()) if answer.status == 200 else None
        except (OSError, aiohttp.ClientError, TimeoutError):
            return None
        return page if page and not page.older_away else None

    def _next_web(self) -> str:
        self._web += 1
        return self._house.webs[self._web % len(self._house.webs)]


class Consoles:
    """All consoles of a run, open from its first moment."""

    def __init__(self, house: House) -> None:
        self._consoles = [Console(house, number) for number in range(MANY)]
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(console.work()) for console in self._consoles]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def talk(self, shoppers: Shoppers) -> None:
        """All who are looked at write, while blows fall."""
        await asyncio.gather(*(console.talk(shoppers) for console in self._consoles))

    @property
    def counts(self) -> Counter[str]:
        """Frames, resyncs and reconnects of all."""
        return sum((console.screen.counts for console in self._consoles), Counter[str]())

    async def settled(self) -> dict[str, set[str]]:
        """What is wrong on any screen, now that the hub is at rest: sentence → names."""
        for task in self._tasks:
            if task.done():
                task.result()
        found: dict[str, set[str]] = {}
        for one in await asyncio.gather(*(console.settled() for console in self._consoles)):
            for what, names in one.items():
                found.setdefault(what, set()).update(names)
        return found
