"""Hundreds of customers behind one provider: a word, its 200, the next word; after an error the same one again."""

import asyncio
import json
import random
from collections import defaultdict, deque

import aiohttp
from msgspec import Struct, field

from channels.plain import SIGNATURE_HEADER, signature
from tests.chaos.house import ACCOUNT, SECRET, House
from tests.chaos.plan import chat_name

ANSWER_WITHIN_S = 4.0
WORDS = ("opening hours", "shop mở cửa lúc mấy giờ", "how much is shipping", "which payments do you accept", "hello", "phí ship bao nhiêu")
ORDER = "order 1001, my phone ends in 5678"


class Told(Struct):
    """What the customers know: words answered 200 in their order, repeats they sent, and every other answer they got."""

    accepted: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    repeats: int = 0
    refusals: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    waiting: set[str] = field(default_factory=set)
    slowest: float = 0.0
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=16))

    @property
    def words(self) -> int:
        """How many were answered 200."""
        return sum(map(len, self.accepted.values()))


class Shoppers:
    """All customers of a run. `speak` returns when every word has its 200."""

    def __init__(self, house: House, rng: random.Random) -> None:
        self.told = Told()
        self._house = house
        self._rng = rng
        self._serial = 0

    async def speak(self, *, seconds: float) -> None:
        """Every customer says their share, spread over so many seconds where the hub keeps up."""
        plan, rng = self._house.plan, self._rng
        share = plan.messages // plan.customers
        # Bursts and pauses as people have them; the seed decides, not the clock.
        talks = [
            [(rng.expovariate(share / seconds), self._words()) for _ in range(share)] for _ in range(plan.customers)
        ]  # fmt: skip
        await asyncio.gather(*(self._talk(chat_name(n), talk, seconds) for n, talk in enumerate(talks)))

    async def say(self, chat: str, text: str) -> str:
        """One word until it is accepted; returns its id."""
        self._serial += 1
        word = f"m{self._serial}"
        body = json.dumps({"id": word, "from": chat, "text": text}).encode()
        began = asyncio.get_running_loop().time()
        self.told.waiting.add(word)
        while not await self._post(body):
            self.told.repeats += 1
            await asyncio.sleep(self._rng.uniform(0.02, 0.3))
        self.told.accepted[chat].append(word)
        self.told.recent.append(chat)
        self.told.waiting.discard(word)
        self.told.slowest = max(self.told.slowest, asyncio.get_running_loop().time() - began)
        if self._rng.random() < 0.03:
            # A provider that lost our answer repeats what we have.
            self.told.repeats += 1
            await self._post(body)
        return word

    def _words(self) -> str:
        if self._house.plan.shop_delay and self._rng.random() < self._house.plan.orders:
            return ORDER
        return self._rng.choice(WORDS)

    async def _talk(self, chat: str, talk: list[tuple[float, str]], seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        for pause, text in talk:
            await asyncio.sleep(max(0.0, min(pause, end - loop.time())))
            await self.say(chat, text)

    async def _post(self, body: bytes) -> bool:
        url = f"{self._rng.choice(self._house.webs)}/hooks/{'/'.join(ACCOUNT)}"
        headers = {SIGNATURE_HEADER: signature(SECRET.encode(), body)}
        try:
            async with self._house.parts.http.post(
                url, data=body, headers=headers, timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
            ) as answer:
                status = answer.status
        except (OSError, aiohttp.ClientError, TimeoutError) as error:
            self.told.refusals[type(error).__name__] += 1
            return False
        if status != 200:
            self.told.refusals[str(status)] += 1
        return status == 200
