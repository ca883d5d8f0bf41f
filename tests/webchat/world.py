"""A small hub for the web chat: the real door and the real channel, with a log in memory and a bot that echoes."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import aiohttp
import msgspec
from aiohttp import web

from channels.webchat import Settings, WebChat
from hub.desk.filing import Filing
from hub.desk.logins import Pass
from hub.engine.clock import SystemClock
from hub.engine.turns.amending import changing, opened
from hub.model.address import Address
from hub.model.errors import StoreAway
from hub.model.events.event import Incoming, Receipt, Said
from hub.model.messaging.amending import Amendment, AmendVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message, QuickReply
from hub.model.webchat.chat import unpacked
from hub.model.webchat.login import Login
from hub.model.words import Origin, Purpose
from hub.web.chat.bell import Bell
from hub.web.chat.door import ChatDoor
from hub.web.chat.media import Media
from hub.web.chat.ports import ChatPorts, ChatSettings
from hub.web.chat.typists import Hear
from hub.web.http.origin import Origin as WebOrigin
from tests.web.shelf import MemoryShelf

PAGES = Path(__file__).parents[2] / "console" / "chat"
BUILT = Path(__file__).parents[2] / "console" / "dist"
KEY = b"k" * 32
ACCOUNT = "web"


class MemoryLog:
    """Sessions' logs in memory, with cursors of the store's shape; a full outage on demand."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._logs: dict[Address, list[tuple[str, bytes]]] = {}
        self._keys: dict[tuple[Address, str], str] = {}
        self._numbers = itertools.count(1)
        self.away = False

    async def append(self, address: Address, entry: bytes, *, key: str) -> str:
        if self.away:
            raise StoreAway("the log is away")
        if (address, key) not in self._keys:
            cursor = f"1000-{next(self._numbers)}"
            self._keys[address, key] = cursor
            self._logs.setdefault(address, []).append((cursor, entry))
            self._bell.ring(address)
        return self._keys[address, key]

    async def amend(self, address: Address, target: str, entry: bytes, *, key: str) -> bool:
        log = self._logs.get(address, [])
        old = [(c, e) for c, e in log if unpacked(e).id == target and unpacked(e).amended != key]
        if any(unpacked(e).gone for _, e in old) or not any(unpacked(e).id == target for _, e in log):
            return False
        await self.append(address, entry, key=key)
        self._logs[address] = [one for one in self._logs[address] if one not in old]
        return True

    async def read(self, address: Address, cursor: str, limit: int) -> list[tuple[str, bytes]]:
        if self.away:
            raise StoreAway("the log is away")
        place = int(cursor.partition("-")[2] or 0)
        return [(c, e) for c, e in self._logs.get(address, []) if int(c.partition("-")[2]) > place][:limit]


class Nobody:
    """Nobody signs in here: that is tried with a real store."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    async def user(self, session: Address) -> str:
        del session
        return ""

    async def enter(self, session: Address, login: Login) -> Address:
        del login
        return session

    def leave(self, session: Address) -> Address:
        return msgspec.structs.replace(session, id=f"after{next(self._numbers)}")

    async def onward(self, session: Address) -> Pass | None:
        del session
        return None


@dataclass
class Hub:
    """What the door talks to. `taken`: what was accepted, repeats dropped as the store drops them; `complaints`: of pages in a browser."""

    settings: ChatSettings = field(default_factory=lambda: ChatSettings(account=ACCOUNT, key=KEY, pages=PAGES, built=BUILT, burst=1000))
    bell: Bell = field(default_factory=Bell)
    taken: list[Incoming] = field(default_factory=list)
    away: bool = False
    answers: bool = False
    complaints: list[str] = field(default_factory=list)
    port: int = 0
    file_size: int = 64 * 1024
    typing: list[Address] = field(default_factory=list)
    typists: dict[Address, set[Hear]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.log = MemoryLog(self.bell)
        self.channel = WebChat(Settings(account=ACCOUNT, key=KEY), log=self.log, now=lambda: 5)
        self._seen: set[str] = set()
        self._numbers = itertools.count(1)
        self._clock = itertools.count(1_800_000_000_000, 1000)
        self.shelf = MemoryShelf()
        self.filing = Filing(
            shelf=self.shelf,
            clock=SystemClock(),
            new_id=lambda: f"file-{next(self._numbers):016d}",
            most=self.file_size,
            a_day=4 * self.file_size,
        )
        ports = ChatPorts(
            accept=self.accept,
            read=self.log.read,
            log=self.log,
            subscribe=self.bell.subscribe,
            now=lambda: next(self._clock),
            new_session=lambda: f"session{next(self._numbers)}",
            logins=Nobody(),
            filing=self.filing,
            media=Media(self.filing),
            types=self.types,
            listen=self.listen,
        )
        self.door = ChatDoor(self.settings, ports, origin=WebOrigin(public_url="", proxies=()))
        self._runner: web.AppRunner | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> list[str]:
        """What the customers said, each once."""
        return [incoming.body.text for incoming in self.taken if isinstance(incoming.body, Said)]

    @property
    def read(self) -> list[str]:
        """The deliveries that were reported as read."""
        return [id_ for incoming in self.taken if isinstance(incoming.body, Receipt) for id_ in incoming.body.external_ids]

    async def accept(self, incoming: list[Incoming]) -> None:
        if self.away:
            raise StoreAway("nobody takes it")
        for one in incoming:
            if one.dedupe_id in self._seen:
                continue
            self._seen.add(one.dedupe_id)
            self.taken.append(one)
            if self.answers and isinstance(one.body, Said):
                await self.tell(one.address, f"echo: {one.body.text}")

    async def tell(self, to: Address, text: str, *, id: str = "", offer: tuple[QuickReply, ...] = ()) -> None:  # noqa: A002 - the field's name
        """A delivery of the bot, through the real channel."""
        await self.deliver(to, Message(text=text, quick_replies=offer), id=id)

    async def deliver(self, to: Address, message: Message, *, origin: Origin = Origin.BOT, id: str = "") -> None:  # noqa: A002 - as above
        """Any delivery, through the real channel."""
        delivery = Delivery(
            id=id or f"dl-{next(self._numbers)}",
            customer="cu-1",
            conversation="cv-1",
            address=to,
            message=message,
            purpose=Purpose.REPLY,
            origin=origin,
            created=next(self._clock),
        )
        for call in self.channel.render(delivery):
            await self.channel.send(call, delivery)

    async def amend(self, to: Address, target: str, text: str = "") -> None:
        """What an agent wrote is corrected, or (no words) taken back, through the real channel."""
        verb, number = (AmendVerb.CORRECT if text else AmendVerb.RECALL), next(self._numbers)
        entries = [unpacked(raw) for _, raw in await self.log.read(to, "", 1000)]
        at = next(entry.at for entry in entries if entry.id == target)
        amends = Amendment(verb=verb, target=target, ids=(target,), at=at, message=Message(text=text))
        delivery = Delivery(
            id=f"dl-{number}", customer="cu-1", conversation="", address=to, message=Message(), purpose=Purpose.REPLY, origin=Origin.AGENT,
            created=at, amends=amends,
        )  # fmt: skip
        for call in changing(self.channel, opened(delivery)):
            await self.channel.amend(call, delivery)

    async def types(self, address: Address) -> None:
        """The customer types."""
        self.typing.append(address)

    def listen(self, address: Address, hear: Hear) -> Callable[[], None]:
        """Who wants to know that an agent types."""
        self.typists.setdefault(address, set()).add(hear)
        return lambda: self.typists[address].discard(hear)

    def agent_types(self, address: Address) -> None:
        """An agent types to that address."""
        for hear in tuple(self.typists.get(address, ())):
            hear("agent:an")

    async def start(self) -> Self:
        app = web.Application()
        app.add_routes(self.door.routes())
        app.on_shutdown.append(self.door.close)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        """The process goes; the port stays known, so that `start` brings it back."""
        if self._runner is not None:
            await self._runner.cleanup()

    def tuned(self, **changes: object) -> "Hub":
        """A hub with other settings."""
        return Hub(settings=replace(self.settings, **changes))  # type: ignore[arg-type]


@asynccontextmanager
async def hub_alone() -> AsyncIterator[Hub]:
    """A running hub of which no page and no log may have complained in the end."""
    running = await Hub().start()
    yield running
    await running.stop()
    assert [] == running.complaints


class Page:
    """A page's end of the WebSocket, without a browser."""

    def __init__(self, session: aiohttp.ClientSession, hub: Hub) -> None:
        self._http = session
        self._hub = hub
        self.wire: aiohttp.ClientWebSocketResponse | None = None
        self.token = ""

    async def open(self, *, cursor: str = "", token: str | None = None, origin: str | None = None, read: str = "") -> dict[str, object]:
        """Connect and say hello; the hub's first frame."""
        headers = {"Origin": self._hub.base if origin is None else origin}
        self.wire = await self._http.ws_connect(f"{self._hub.base}/chat/ws", headers=headers)
        await self.send({"type": "hello", "session": self.token if token is None else token, "cursor": cursor, "read": read})
        welcome = await self.hear()
        self.token = str(welcome.get("session", ""))
        return welcome

    @property
    def open_wire(self) -> aiohttp.ClientWebSocketResponse:
        assert self.wire is not None
        return self.wire

    @property
    def address(self) -> Address:
        return Address(channel="webchat", account=ACCOUNT, id=self.token.partition(".")[0])

    async def send(self, frame: object) -> None:
        await self.raw(msgspec.json.encode(frame).decode())

    async def raw(self, text: str) -> None:
        await self.open_wire.send_str(text)

    async def hear(self) -> dict[str, object]:
        return msgspec.json.decode(await self.open_wire.receive_str(timeout=5), type=dict[str, object])

    async def hear_until(self, kind: str) -> list[dict[str, object]]:
        """All frames up to the first of that type."""
        frames = [await self.hear()]
        while frames[-1]["type"] != kind:
            frames.append(await self.hear())
        return frames

    async def close(self) -> None:
        if self.wire is not None:
            await self.wire.close()


async def until(true: Callable[[], bool] | Callable[[], Awaitable[bool]], *, within: float = 30.0) -> None:
    """Wait for a condition, not for a time."""
    async with asyncio.timeout(within):
        while True:
            came = true()
            if came if isinstance(came, bool) else await came:
                return
            await asyncio.sleep(0.01)
