"""Tokens that turn over: one renewal for all processes, nothing given that is not written, and what a kill in between costs."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, web

from channels.zalo.tokens import AGAIN, KIND, Access
from config.storage.store import store, token_house
from hub.engine.clock import SystemClock
from hub.model.channels.ports import Token
from hub.model.errors import Misconfigured, StoreAway, TemporaryFailure
from hub.store.channels.tokens import TokenHouse
from hub.store.connections.links import Links
from hub.store.keys import Keys
from tests.servers import Node, eventually, redis_on_port
from tests.store.token_owner import KEY, credentials
from tests.stores import emptied

HERE = "main"


@dataclass
class Provider:
    """Gives `at-N` and `rt-N` for `rt-(N-1)`, each once."""

    url: str = ""
    given: list[str] = field(default_factory=list)
    refused: int = 0
    pause: float = 0.0

    async def trade(self, request: web.Request) -> web.Response:
        form = await request.post()
        await asyncio.sleep(self.pause)
        if form["refresh_token"] != f"rt-{len(self.given)}":
            self.refused += 1
            return web.json_response({"error": -14020, "error_name": "Invalid refresh token"})
        self.given.append(f"at-{len(self.given) + 1}")
        return web.json_response({"access_token": self.given[-1], "refresh_token": f"rt-{len(self.given)}", "expires_in": "90000"})


@pytest.fixture(scope="module")
def server() -> Iterator[Node]:
    with redis_on_port() as node:
        yield node


@pytest.fixture
async def links(server: Node) -> AsyncIterator[Links]:
    async with emptied(server) as links:
        yield links


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    app = web.Application()
    app.add_routes([web.post("/v4/oa/access_token", provider.trade)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield provider
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def house(links: Links, *, key: bytes = KEY) -> TokenHouse:
    parts = store(links, Keys())
    return token_house(parts.links, parts.keys, key=key, clock=SystemClock())


@dataclass
class Child:
    """Another hub process."""

    process: asyncio.subprocess.Process

    async def line(self) -> str:
        assert self.process.stdout
        async with asyncio.timeout(20):
            return (await self.process.stdout.readline()).decode().strip()

    async def go(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()

    async def end(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.communicate()


async def child(node: Node, provider: Provider, *how: str) -> Child:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "tests.store.token_owner", node.url, provider.url, *how)
    return Child(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))


async def test_two_processes_that_renew_at_once_trade_the_refresh_token_in_once(server: Node, links: Links, provider: Provider) -> None:
    provider.pause = 0.3
    both = await asyncio.gather(child(server, provider), child(server, provider))
    assert ["ready", "ready"] == [await each.line() for each in both]

    await asyncio.gather(*(each.go() for each in both))
    told = [await each.line() for each in both]

    assert ["at-1", "at-1"] == told
    assert (["at-1"], 0) == (provider.given, provider.refused)
    kept = await house(links).current(KIND, HERE)
    assert kept
    assert ("at-1", "rt-1") == (kept.access, kept.refresh)
    await asyncio.gather(*(each.end() for each in both))


async def test_killed_between_the_providers_answer_and_the_writing_a_person_is_told_what_to_do(
    server: Node, links: Links, provider: Provider, session: ClientSession
) -> None:
    other = await child(server, provider, "killable")
    assert "ready" == await other.line()
    await other.go()
    assert "answered" == await other.line()
    await other.end()

    access = Access(credentials(provider.url), session, clock=SystemClock(), tokens=house(links))
    told = await access.refused("at-0")

    assert isinstance(told, Misconfigured)
    assert (AGAIN in told.reason, "-14020") == (True, told.code)
    assert (["at-1"], 1) == (provider.given, provider.refused)


async def test_a_new_pair_in_the_settings_begins_anew(links: Links, provider: Provider, session: ClientSession) -> None:
    from msgspec.structs import replace

    kept = house(links)
    await kept.renew(KIND, HERE, lambda _: _done(Token(access="at-old", refresh="rt-old", origin="somebody else's")))
    access = Access(credentials(provider.url), session, clock=SystemClock(), tokens=kept)

    before = await access.bearer()
    renewed = await access.refused("at-0")
    again = Access(replace(credentials(provider.url), token="at-9", refresh="rt-9"), session, clock=SystemClock(), tokens=kept)

    assert "at-0" == before
    assert isinstance(renewed, TemporaryFailure)
    assert "at-1" == await access.bearer()
    assert "at-9" == await again.bearer()


async def test_whoever_comes_while_another_renews_is_given_the_others(links: Links) -> None:
    one, other = house(links), house(links)
    began, go = asyncio.Event(), asyncio.Event()
    asked = 0

    async def get(_: Token | None) -> Token:
        nonlocal asked
        asked += 1
        began.set()
        await go.wait()
        return Token(access=f"at-{asked}")

    renewals = [asyncio.create_task(one.renew("zalo", "x", get)), asyncio.create_task(one.renew("zalo", "x", get))]
    await began.wait()
    renewals.append(asyncio.create_task(other.renew("zalo", "x", get)))
    await asyncio.sleep(0)
    go.set()

    assert ["at-1"] * 3 == [token.access for token in await asyncio.gather(*renewals)]
    assert 1 == asked


async def test_a_failed_renewal_leaves_the_door_open(links: Links) -> None:
    kept = house(links)

    async def refuse(_: Token | None) -> Token:
        raise Misconfigured("no")

    with pytest.raises(Misconfigured):
        await kept.renew("zalo", "y", refuse)

    assert "at" == (await kept.renew("zalo", "y", lambda _: _done(Token(access="at")))).access


async def test_what_could_not_be_written_is_written_before_anybody_uses_it(server: Node, links: Links) -> None:
    kept = house(links)

    async def while_the_store_goes(_: Token | None) -> Token:
        server.kill()
        await eventually(lambda: links.away)
        return Token(access="at-7", refresh="rt-7")

    with pytest.raises(StoreAway):
        await kept.renew("zalo", "z", while_the_store_goes)
    with pytest.raises(StoreAway):
        await kept.current("zalo", "z")
    server.start()
    await eventually(lambda: not links.away)

    found = await kept.current("zalo", "z")
    seen_by_another = await house(links).current("zalo", "z")

    assert found == seen_by_another == Token(access="at-7", refresh="rt-7")


async def test_tokens_lie_sealed_come_with_the_backup_and_their_locks_do_not(links: Links) -> None:
    kept, keys = house(links), Keys()
    await kept.renew("zalo", "w", lambda _: _done(Token(access="at-secret", refresh="rt-secret")))
    key, lock = keys.token("zalo", "w")

    blob = await links.call(key, "GET", key)

    assert isinstance(blob, bytes)
    assert b"secret" not in blob
    assert await house(links, key=b"o" * 32).current("zalo", "w") is None
    assert (key, None) == (keys.lasting(key), keys.lasting(lock))


async def _done(token: Token) -> Token:
    return token
