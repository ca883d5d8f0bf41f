"""A hub process for the tests: asks for an Official Account's token until it has one that Zalo takes; says what happens on standard output.

python -m tests.store.token_owner STORE PROVIDER [killable]
"""

import asyncio
import sys

from aiohttp import ClientSession

from channels.zalo.tokens import Access, Credentials
from config.storage.store import store, token_house
from hub.engine.clock import SystemClock
from hub.model.channels.ports import Token
from hub.model.errors import SendError
from hub.store.channels.tokens import TokenHouse
from hub.store.connections.links import connect
from hub.store.keys import Keys

KEY = b"k" * 32
LIFE_MS = 400


def credentials(provider: str) -> Credentials:
    """The account as its owner set it up, with a token whose time is over."""
    return Credentials(account="main", app="4041", secret="app-secret", token="at-0", refresh="rt-0", url=provider)


class Slow(TokenHouse):
    """Has the provider's answer, and is killed before it is written."""

    async def _keep(self, channel: str, account: str, token: Token) -> None:
        sys.stdout.write("answered\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def own(url: str, provider: str) -> None:
    """Have the refused token renewed."""
    links = await connect(url)
    parts = store(links, Keys())
    house = token_house(parts.links, parts.keys, key=KEY, clock=SystemClock())
    house.__class__ = Slow if "killable" in sys.argv else TokenHouse
    house._life_ms = LIFE_MS if "killable" in sys.argv else house._life_ms  # noqa: SLF001 - the tests wait for its end
    async with ClientSession() as session:
        access = Access(credentials(provider), session, clock=SystemClock(), tokens=house)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        told: SendError | str = await access.refused("at-0")
        told = (await access.current()).access if getattr(told, "code", "") == "-216" else told
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()
    await links.stop()


if __name__ == "__main__":
    asyncio.run(own(sys.argv[1], sys.argv[2]))
