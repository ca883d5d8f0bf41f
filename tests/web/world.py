"""A shop's web side for tests: a channel that signs, an intake that remembers, a caller that speaks HTTP."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256

import aiohttp
from aiohttp import web
from msgspec import DecodeError, ValidationError, convert, json

from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.ports import Call, Inbound, Reply, Sent
from hub.model.errors import BadSignature, HubError, Unparseable
from hub.model.events.event import Incoming, Said, Unparsed
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Capabilities
from hub.store.channels.cases import Case
from hub.web.http.origin import Origin, networks
from hub.web.server.app import application, serve
from hub.web.webhooks.door import Hooks

SECRET = b"the stand-in's secret"


def signed(body: bytes) -> dict[str, str]:
    """The header a provider would send."""
    return {"X-Stand-In-Signature": hmac.new(SECRET, body, sha256).hexdigest()}


class Word(Value, frozen=True, forbid_unknown_fields=True):
    """One element of the stand-in's webhook."""

    id: str
    who: str
    text: str


class StandIn:
    """A channel whose webhook is a JSON list of words; `seen` keeps what it was shown."""

    kind = "standin"
    account = "main"
    capabilities = Capabilities(text_units=1000, retry_horizon_days=2)

    def __init__(self) -> None:
        self.seen: list[Inbound] = []
        self.breaks: Exception | None = None

    def verify(self, request: Inbound) -> None:
        self.seen.append(request)
        if request.method == "GET":
            return
        given = request.headers.get("x-stand-in-signature", "")
        if not hmac.compare_digest(given.encode(), hmac.new(SECRET, request.body, sha256).hexdigest().encode()):
            raise BadSignature

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        if self.breaks is not None:
            raise self.breaks
        if request.method == "GET":
            return []
        try:
            elements = json.decode(request.body, type=list[dict[str, object]])
        except (DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unparseable("no list of objects") from error
        return [self._element(element) for element in elements]

    def _element(self, element: dict[str, object]) -> Incoming | Unparsed:
        try:
            word = convert(element, Word)
        except ValidationError:
            return Unparsed(fields=tuple(sorted(element)), reason="no word")
        address = Address(channel=self.kind, account=self.account, id=word.who)
        return Incoming(address=address, body=Said(text=word.text, external_id=word.id), dedupe_id=word.id)

    def answer(self, request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        return Reply(body=b"challenge") if request.method == "GET" else None

    def render(self, delivery: Delivery) -> list[Call]:
        return []

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        return Sent()

    async def close(self) -> None:
        return None


class FakeIntake:
    """Remembers what it accepted; `trouble` is raised instead."""

    def __init__(self) -> None:
        self.accepted: list[Incoming] = []
        self.days: set[int] = set()
        self.trouble: Exception | None = None

    async def accept(self, incoming: Sequence[Incoming], *, days: int) -> None:
        await asyncio.sleep(0)
        if self.trouble is not None:
            raise self.trouble
        self.accepted += incoming
        self.days.add(days)


class FakeCases:
    """Remembers what it kept; `trouble` is raised instead."""

    def __init__(self) -> None:
        self.kept: list[Case] = []
        self.trouble: HubError | None = None

    async def keep(self, channel: str, account: str, case: Case) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.kept.append(case)


class Shop:
    """Everything behind one running web server."""

    def __init__(self, *, public_url: str = "", proxies: Sequence[str] = ()) -> None:
        self.channel = StandIn()
        self.intake = FakeIntake()
        self.cases = FakeCases()
        self.counters = Counters()
        self.port = 0
        self.hooks = Hooks(
            {("standin", "main"): self.channel},
            self.intake,
            cases=self.cases,
            counters=self.counters,
            origin=Origin(public_url=public_url, proxies=networks(proxies)),
            clock=SystemClock(),
            entropy=lambda: 7,
        )

    async def knock(self, raw: bytes, *, end: bool = False) -> bytes:
        """Raw bytes in, raw bytes out: what no HTTP client would send. `end`: say that nothing more comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(raw)
            if end:
                writer.write_eof()
            async with asyncio.timeout(10):
                return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()


@asynccontextmanager
async def opened(*tables: Sequence[web.RouteDef]) -> AsyncIterator[tuple[aiohttp.ClientSession, int]]:
    """The routes served on loopback, and a session whose base is that server."""
    runner, port = await serve(application(*tables), host="127.0.0.1", port=0)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            yield session, port
    finally:
        await runner.cleanup()


@asynccontextmanager
async def shop(*, public_url: str = "", proxies: Sequence[str] = ()) -> AsyncIterator[tuple[Shop, aiohttp.ClientSession]]:
    """A shop with its hooks served."""
    made = Shop(public_url=public_url, proxies=proxies)
    async with opened(made.hooks.routes()) as (session, port):
        made.port = port
        yield made, session
