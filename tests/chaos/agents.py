"""Agents and marketers at the API meanwhile: claims with their silence, words, releases, and nudges nobody asked for."""

import asyncio
import random
import time
from typing import Any

import aiohttp
from msgspec import Struct, field

from hub.model.errors import HubError
from tests.chaos.house import House
from tests.chaos.plan import chat_name
from tests.chaos.shoppers import Told

DECIDED_WITHIN_S = 40.0
CALL_S = 7.0


class Silence(Struct, frozen=True):
    """From the acknowledgement of a claim until its release was asked for: the bot may begin nothing (CLOCK_MONOTONIC)."""

    chat: str
    agent: str
    begin: float
    end: float


class Desked(Struct):
    """What agents and marketers saw. `waits`: s from asking for a claim to its acknowledgement."""

    silences: list[Silence] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    nudges: set[str] = field(default_factory=set)
    contests: int = 0
    said: int = 0


class Answer(Struct, frozen=True):
    """Status and body of an API call that came to an end."""

    status: int
    body: dict[str, Any]


class Agents:
    """Works until told to stop; every claim is released at the end."""

    def __init__(self, house: House, rng: random.Random, told: Told) -> None:
        self._told = told
        self.desked = Desked()
        self._house = house
        self._rng = rng
        self._serial = 0
        self._busy: set[str] = set()
        self._stopped = asyncio.Event()

    async def work(self) -> None:
        """All agents and marketers of the plan, until `stop`."""
        plan = self._house.plan
        nudging = self._nudging(plan.nudges, plan.seconds)
        await asyncio.gather(nudging, *(self._agent(f"agent{n}") for n in range(plan.agents)))

    def stop(self) -> None:
        """End what is under way, begin nothing new."""
        self._stopped.set()

    async def ask(self, customer: str, verb: str, **body: object) -> Answer | None:
        """Ask until the API decided (200, 404, 409); the same key each time. None: not decided in time."""
        self._serial += 1
        key = f"k{self._serial}"
        end = time.monotonic() + DECIDED_WITHIN_S
        while time.monotonic() < end:
            answer = await self._once(f"/api/customers/{customer}/{verb}", key, body)
            if answer and (answer.status in {200, 404, 409} or (verb == "nudge" and answer.status == 202)):
                return answer
            if answer and answer.status in {400, 401, 403, 500}:
                self.desked.wrong.append(f"{verb}: {answer.status} {answer.body}")
                return None
            if not answer or answer.status != 202:
                await asyncio.sleep(0.05)
        self.desked.wrong.append(f"{verb} of {customer} not decided within {DECIDED_WITHIN_S:.0f} s")
        return None

    async def _once(self, path: str, key: str, body: dict[str, object]) -> Answer | None:
        headers = {"Authorization": f"Bearer {self._house.token()}", "Idempotency-Key": key}
        url = self._rng.choice(self._house.webs) + path
        try:
            async with self._house.parts.http.post(url, json=body, headers=headers, timeout=aiohttp.ClientTimeout(total=CALL_S)) as told:
                return Answer(told.status, await told.json())
        except (OSError, aiohttp.ClientError, TimeoutError, ValueError):
            return None

    async def _agent(self, name: str) -> None:
        while not self._stopped.is_set():
            chat = self._somebody()
            customer = await self._customer(chat)
            if not customer or chat in self._busy:
                await asyncio.sleep(0.05)
                continue
            self._busy.add(chat)
            try:
                await self._serve(chat, customer, name)
            finally:
                self._busy.discard(chat)
            await asyncio.sleep(self._rng.uniform(0.0, 0.1))

    def _somebody(self) -> str:
        """Mostly one whose word is being answered right now."""
        if self._told.recent and self._rng.random() < 0.8:
            return self._rng.choice(self._told.recent)
        return chat_name(self._rng.randrange(self._house.plan.customers))

    async def _serve(self, chat: str, customer: str, name: str) -> None:
        """Claim (now and then against another), hold, perhaps write, release."""
        names = [name, f"rival-{name}"] if self._rng.random() < 0.3 else [name]
        winner = await self._claim(customer, names)
        if winner is None:
            return
        begin = time.monotonic()
        await asyncio.sleep(self._rng.uniform(0.1, 1.5))
        if self._rng.random() < 0.5 and (said := await self.ask(customer, "say", agent=winner, text="a person speaks")):
            self.desked.said += said.status == 200
        self.desked.silences.append(Silence(chat, winner, begin, time.monotonic()))
        released = await self.ask(customer, "release", agent=winner)
        if released and released.status != 200:
            self.desked.wrong.append(f"release refused: {released.body}")

    async def _claim(self, customer: str, names: list[str]) -> str | None:
        """Who has it now; None where nobody got it."""
        began = time.monotonic()
        answers = await asyncio.gather(*(self.ask(customer, "claim", agent=name) for name in names))
        winners = [name for name, answer in zip(names, answers, strict=True) if answer and answer.status == 200]
        if len(names) > 1:
            self.desked.contests += 1
            owners = [answer.body.get("owner") for answer in answers if answer and answer.status == 409]
            if len(winners) > 1 or (winners and any(owner != winners[0] for owner in owners)):
                self.desked.wrong.append(f"two claims: won by {winners}, the others were told {owners}")
        if winners:
            self.desked.waits.append(time.monotonic() - began)
        return winners[0] if winners else None

    async def _nudging(self, count: int, seconds: float) -> None:
        for n in range(count):
            if self._stopped.is_set():
                return
            await asyncio.sleep(self._rng.uniform(0, 2 * seconds / count))
            customer = await self._customer(chat_name(self._rng.randrange(self._house.plan.customers)))
            key = f"nudge-{n}"
            if not customer:
                continue
            told = await self.ask(customer, "nudge", text="twenty per cent off today", key=key)
            if told and told.status == 202:
                self.desked.nudges.add(key)

    async def _customer(self, chat: str) -> str:
        try:
            return await self._house.address(chat)
        except HubError:
            await asyncio.sleep(0.1)
            return ""
