"""A web chat page without a browser: it says hello, keeps what it hears, and comes again with its cursor."""

import asyncio
from contextlib import suppress

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from msgspec import Struct, field, json

from hub.model.address import Address
from hub.model.webchat.chat import (
    KIND,
    Ack,
    AgentTyping,
    Frame,
    Hello,
    LinkAsked,
    Linked,
    LoginAsked,
    LogoutAsked,
    Noted,
    PageFrame,
    Refusal,
    Say,
    Seen,
    Shown,
    Typing,
    Welcome,
)

_heard = json.Decoder(Welcome | Ack | Noted | Refusal | AgentTyping | Linked | Shown)


class Memory(Struct):
    """What a browser would keep: the session's token and how far it has heard and told to have read; and all it has heard, in order."""

    token: str = ""
    cursor: str = ""
    read: str = ""
    entries: list[Shown] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    user: str = ""
    welcomes: int = 0
    links: list[str] = field(default_factory=list)
    typists: list[str] = field(default_factory=list)

    def told_by(self, who: str) -> list[str]:
        """The texts of one side, in the order shown."""
        return [entry.text for entry in self.entries if entry.who == who]


class Page:
    """One connection of a page; its memory outlives it."""

    def __init__(self, wire: ClientWebSocketResponse, memory: Memory) -> None:
        self.memory = memory
        self._wire = wire
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, http: ClientSession, base: str, memory: Memory | None = None) -> "Page":
        """Connect and be welcomed; raises AssertionError where the hub greets otherwise."""
        page = cls(await http.ws_connect(f"{base}/chat/ws", headers={"Origin": base}), memory or Memory())
        await page._send(Hello(session=page.memory.token, cursor=page.memory.cursor, read=page.memory.read))
        welcome = _heard.decode(await page._wire.receive_str(timeout=10))
        assert isinstance(welcome, Welcome), welcome
        page.memory.token, page.memory.user = welcome.session, welcome.user
        page._reading = asyncio.create_task(page._read())
        return page

    @property
    def address(self) -> Address:
        """Whose session this is, in the hub's words."""
        return Address(channel=KIND, account="web", id=self.memory.token.partition(".")[0])

    async def say(self, id: str, text: str, *, payload: str = "", files: tuple[str, ...] = ()) -> None:  # noqa: A002 - the frame's name
        """Write, or press an answer."""
        await self._send(Say(id=id, text=text, payload=payload, files=files))

    async def type(self) -> None:
        """Begin to write."""
        await self._send(Typing())

    async def log_in(self, token: str) -> None:
        """Hand over the shop's word for who this is."""
        await self._send(LoginAsked(token=token))

    async def log_out(self) -> None:
        """Sign out of the shop."""
        await self._send(LogoutAsked())

    async def ask_link(self) -> None:
        """Want to go on in Telegram."""
        await self._send(LinkAsked())

    async def read_all(self) -> None:
        """Tell that everything shown was seen."""
        await self._send(Seen(upto=self.memory.cursor))

    async def close(self) -> None:
        """Go; the memory stays."""
        await self._wire.close()
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    async def _send(self, frame: PageFrame) -> None:
        assert isinstance(frame, Frame)
        await self._wire.send_str(json.encode(frame).decode())

    async def _read(self) -> None:
        memory = self.memory
        async for message in self._wire:
            if message.type is not WSMsgType.TEXT:
                return
            match _heard.decode(message.data):
                case Shown() as entry:
                    memory.entries.append(entry)
                    memory.cursor = entry.cursor
                case Ack(id=known):
                    memory.acknowledged.append(known)
                case Welcome() as welcome:
                    if welcome.session != memory.token:
                        memory.entries.clear()
                        memory.cursor = memory.read = ""
                    memory.token, memory.user, memory.welcomes = welcome.session, welcome.user, memory.welcomes + 1
                case Linked(url=url):
                    memory.links.append(url)
                case AgentTyping(who=who):
                    memory.typists.append(who)
                case Noted(upto=upto):
                    memory.read = upto
                case Refusal() as refusal:
                    memory.refused.append(refusal)
