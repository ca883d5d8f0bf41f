"""The accounts of a process while it runs: what a new one needs is imported beside the loop, before it is there."""

import threading
from collections.abc import AsyncIterator, Iterable

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from config.accounts.lineup import House, Lineup
from config.accounts.outside import alone
from config.accounts.sealed import Sealer
from config.storage.store import store
from hub.engine.clock import SystemClock
from hub.engine.logging.exchanges import Exchanges
from hub.store.channels.accounts import KeptAccount, KeptAccounts
from hub.store.channels.calls import Calls
from hub.store.connections.links import connect
from hub.store.keys import Keys
from tests.servers import redis_on_socket

TELEGRAM, LINE = {"token": "10001:AAexample", "secret": "chosen"}, {"token": "example", "secret": "example"}


class Ground:
    """A lineup on a store of its own. `asked`: the kinds that were to be imported, by which thread, and who was at work then."""

    def __init__(self, session: ClientSession, exchanges: Exchanges, kept: KeptAccounts) -> None:
        clock = SystemClock()
        house = House(alone(session), exchanges, public_url="", hide=lambda _: None, prepare=self.prepare)
        self.kept = kept
        self.sealer = Sealer(key=b"k" * 32, where="secrets.json", clock=clock)
        self.lineup = Lineup(house, clock=clock, kept=kept, sealer=self.sealer)
        self.asked: list[tuple[set[str], bool, set[tuple[str, str]]]] = []

    def prepare(self, kinds: Iterable[str]) -> None:
        """Notes what it is asked."""
        beside = threading.current_thread() is not threading.main_thread()
        self.asked.append((set(kinds), beside, {member.place for member in self.lineup}))

    async def add(self, channel: str, name: str, values: dict[str, str]) -> KeptAccount:
        """An admin adds an account, and the process looks."""
        made = self.sealer.closed(channel, name, values, by="an")
        await self.kept.add(made)
        await self.lineup.look()
        return made


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    with redis_on_socket() as node:
        links = await connect(node.url)
        async with ClientSession() as session:
            parts = store(links, Keys("t:"))
            exchanges = Exchanges(Calls(parts.links, parts.keys), clock=SystemClock())
            ground = Ground(session, exchanges, KeptAccounts(parts.links, parts.keys))
            yield ground
            await ground.lineup.close()
        await links.stop()


async def test_what_a_new_account_needs_is_imported_beside_the_loop_before_it_is_there(ground: Ground) -> None:
    await ground.lineup.look()

    await ground.add("line", "shop", LINE)

    assert [({"line"}, True, set())] == ground.asked
    assert {("line", "shop")} == {member.place for member in ground.lineup}


async def test_what_is_there_at_the_start_and_a_second_of_a_kind_import_nothing(ground: Ground) -> None:
    first = await ground.add("telegram", "first", TELEGRAM)
    await ground.add("telegram", "second", TELEGRAM)
    await ground.kept.put(replace(first, changed=first.changed + 1), seen=first)
    await ground.lineup.look()

    assert [] == ground.asked
    assert 2 == len(tuple(ground.lineup))


async def test_one_that_is_switched_off_imports_nothing_until_it_is_switched_on(ground: Ground) -> None:
    await ground.lineup.look()
    off = replace(ground.sealer.closed("line", "shop", LINE, by="an"), active=False)
    await ground.kept.add(off)
    await ground.lineup.look()
    before = len(ground.asked)

    await ground.kept.put(replace(off, active=True), seen=off)
    await ground.lineup.look()

    assert (0, [({"line"}, True, set())]) == (before, ground.asked)
