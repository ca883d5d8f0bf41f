"""A rolling upgrade under load: old and new processes on one store and one archive, come and gone one after the other."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Self

from msgspec import msgpack
from msgspec.structs import replace

from hub.model.address import Address
from hub.model.customers.record import Live
from hub.model.events.event import Called, Event
from hub.model.subject import customer_subject, partition_of
from hub.store.encoding.codec import StoredRecord, decode_record, encode_record
from hub.store.keys import Keys
from tests.chaos.agents import Agents
from tests.chaos.drain import drained, given_up
from tests.chaos.evidence import gather
from tests.chaos.house import ACCOUNT, House
from tests.chaos.plan import Plan, Topology, chat_name
from tests.chaos.shoppers import WORDS, Shoppers
from tests.chaos.verdict import Verdict, judge
from tests.processes import eventually

OLD_WEB, OLD_WORKER, NEW_WEB, NEW_WORKER = "old-web", "old-worker", "new-web", "new-worker"
CUSTOMERS, PAUSE_S = 15, 0.4
AT_REST_WITHIN_S = 60.0
FURTHER = 60
"""Words that must be accepted in each state of the upgrade before it goes on."""

PLAN = Plan(
    seed=1, topology=Topology.SINGLE, seconds=8, customers=CUSTOMERS, messages=0, webs=(OLD_WEB, NEW_WEB), workers=(OLD_WORKER, NEW_WORKER),
    blows=(), troubles=(), agents=2, nudges=20,
)  # fmt: skip


class Rolling:
    """The house meanwhile, and who talks in it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.shoppers = Shoppers(house, random.Random("rolling"))
        self.agents = Agents(house, random.Random("desk"), self.shoppers.told)
        self.keys = Keys()
        self._silent = False
        self._talk = [asyncio.create_task(self._chat(chat_name(n))) for n in range(CUSTOMERS)]
        self._desk = asyncio.create_task(self.agents.work())

    @classmethod
    @asynccontextmanager
    async def on(cls, code: Path) -> AsyncIterator[Self]:
        """The landed version alone, everybody talking; `code`: where it lies."""
        async with House(PLAN, codes={OLD_WEB: code, OLD_WORKER: code}, late=(NEW_WEB, NEW_WORKER)) as house:
            rolling = cls(house)
            try:
                yield rolling
            finally:
                for task in (*rolling._talk, rolling._desk):
                    task.cancel()
                await asyncio.gather(*rolling._talk, rolling._desk, return_exceptions=True)

    async def come(self, *names: str) -> None:
        """Have these processes start."""
        for name in names:
            await self.house.move_in(name)

    async def go(self, name: str) -> None:
        """Have a process end in order, and nobody speak to it any more."""
        self.house.parts.ports.pop(name, None)
        await self.house.parts.residents[name].stop()

    async def shared(self, *names: str) -> None:
        """Wait until these workers hold their fair shares, and so many more words are accepted."""
        pids = [self.house.parts.residents[name].pid for name in names]

        async def so() -> bool:
            shares = Counter(int(holder.partition("-")[0]) for holder in (await self.house.holders()).values())
            return shares == dict.fromkeys(pids, 64 // len(pids))

        await eventually(so, within=40, what=f"fair shares of {names}")
        goal = self.shoppers.told.words + FURTHER
        await eventually(lambda: self.shoppers.told.words >= goal, what="more words")

    async def format(self) -> int:
        """In which format values are stored."""
        answer = await self.house.links.call(self.keys.meta, "HGET", self.keys.meta, "format")
        assert isinstance(answer, bytes)
        return int(answer)

    async def write_format(self, number: int) -> int:
        """Have the store say that a newer version wrote in it: one that has landed may write what this one does."""
        await self.house.links.call(self.keys.meta, "HSET", self.keys.meta, "format", str(number))
        return number

    async def say(self, chat: str, text: str = "opening hours") -> str:
        """A word of a customer of their own; who they are, once it was taken."""
        await self.shoppers.say(chat, text)
        told = self.shoppers.told.accepted[chat]

        async def answered() -> bool:
            customer = await self.house.address(chat)
            return bool(customer) and (await self.stored(customer)).revision >= len(told)

        await eventually(answered, what=f"the turn of {chat}")
        return await self.house.address(chat)

    async def somebody_of(self, worker: str) -> tuple[str, str]:
        """Somebody new whose mailbox that worker serves: their id at the app, and the customer."""
        pid = self.house.parts.residents[worker].pid
        for n in itertools.count():
            customer = await self.say(f"of{n}")
            if (await self.house.holders())[partition_of(customer_subject(customer))].startswith(f"{pid}-"):
                return f"of{n}", customer
        raise AssertionError

    async def stored(self, customer: str) -> StoredRecord:
        """The record as it lies there."""
        key = self.keys.of_customer(customer).record(customer)
        blob = await self.house.links.call(key, "GET", key)
        return decode_record(blob if isinstance(blob, bytes) else None)

    async def put(self, record: Live) -> None:
        """Write a record as this version does, in place of the same revision."""
        key = self.keys.of_customer(record.id).record(record.id)
        stored = await self.stored(record.id)
        await self.house.links.call(key, "SET", key, encode_record(record, stored.revision, stored.unknown))

    async def tell_only_us(self, customer: str, chat: str) -> None:
        """Put what only this version knows (a call on the telephone) into a mailbox."""
        event = Event(
            id="ev-call", subject=customer_subject(customer), body=Called(state="missed"),
            address=Address(channel=ACCOUNT[0], account=ACCOUNT[1], id=chat),
        )  # fmt: skip
        links = self.house.links
        key = self.keys.of_customer(customer).inbox
        await links.call(key, "XADD", key, "*", "e", msgpack.encode(event))

    async def ends(self, *, without: str) -> Verdict:
        """Everybody falls silent; what was promised against what came of it. `without`: somebody who was erased."""
        await self._silence()
        self.agents.stop()
        await self._desk
        await drained(self.house, within=AT_REST_WITHIN_S)
        evidence = await gather(self.house, dead=await given_up(self.house))
        accepted = {chat: words for chat, words in self.shoppers.told.accepted.items() if chat != without}
        evidence = replace(evidence, received=tuple(one for one in evidence.received if one.to != without))
        return judge(PLAN, evidence, accepted=accepted, desked=self.agents.desked, struck=())

    async def _silence(self) -> None:
        """Nobody begins another word; those under way are said to their end, for else nobody knew of them."""
        self._silent = True
        await asyncio.gather(*self._talk)

    async def _chat(self, chat: str) -> None:
        """Somebody says something every now and then, and not like a machine: those the hub does not answer."""
        for words in cycle(WORDS):
            if self._silent:
                return
            await self.shoppers.say(chat, words)
            await asyncio.sleep(PAUSE_S)
