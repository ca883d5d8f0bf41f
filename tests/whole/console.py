"""A console without a browser: speaks the live feed over its WebSocket, keeps its cursor, remembers all it was told."""

import asyncio
from contextlib import suppress

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from msgspec import Struct, field, json

from hub.model.inbox.feed import (
    ConsoleFrame,
    ConversationCard,
    FeedBye,
    FeedCard,
    FeedDelivery,
    FeedGone,
    FeedHello,
    FeedLines,
    FeedLook,
    FeedLooking,
    FeedPresence,
    FeedTyped,
    FeedWelcome,
    HubFrame,
    View,
    framed,
)
from tests.processes import eventually

_heard = json.Decoder(HubFrame)


class Shown(Struct):
    """What a console would show: frames in their order, the cursor of the last, each conversation's newest card, ids of lines as told."""

    cursor: str = ""
    frames: list[HubFrame] = field(default_factory=list)
    cards: dict[str, ConversationCard] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)

    def take(self, frame: HubFrame) -> None:
        """One more frame."""
        self.frames.append(frame)
        self.cursor = getattr(frame, "cursor", self.cursor)
        match frame:
            case FeedCard(card=card):
                self.cards[card.conversation] = card
            case FeedGone(customer=customer):
                self.cards = {name: card for name, card in self.cards.items() if card.customer != customer}
            case FeedLines(lines=lines):
                self.lines += [line.entry.id for line in lines]
                self.texts += [line.entry.text for line in lines if line.entry.kind == "message"]
                self.states |= {line.entry.delivery: line.state.value for line in lines if line.state}
            case FeedDelivery(delivery=delivery, state=state):
                self.states[delivery] = state.value
            case _:
                pass

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Who typed to whom."""
        return [(frame.customer, frame.who) for frame in self.frames if isinstance(frame, FeedTyped)]

    @property
    def here(self) -> list[tuple[str, str]]:
        """Who is here by now, and whom they look at."""
        told = [frame for frame in self.frames if isinstance(frame, FeedPresence)]
        return [(one.login, one.customer) for one in told[-1].people] if told else []

    @property
    def bye(self) -> str:
        """Why the hub closed."""
        return next((frame.reason for frame in self.frames if isinstance(frame, FeedBye)), "")


class Console:
    """One connection; what it showed outlives it."""

    def __init__(self, wire: ClientWebSocketResponse, shown: Shown) -> None:
        self.shown = shown
        self.wire = wire
        self.reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        http: ClientSession,
        base: str,
        *,
        headers: dict[str, str],
        views: tuple[View, ...] = (View.QUEUE, View.MINE),
        customer: str = "",
        shown: Shown | None = None,
    ) -> "Console":
        """Connect, say hello with the cursor it has, and be welcomed."""
        made = cls(await http.ws_connect(f"{base}/api/feed", headers=headers), shown or Shown())
        await made.say(FeedHello(cursor=made.shown.cursor, views=views, customer=customer))
        before = len(made.shown.frames)
        made.reading = asyncio.create_task(made._read())
        await eventually(lambda: any(isinstance(f, FeedWelcome) for f in made.shown.frames[before:]), what="a welcome")
        return made

    @property
    def welcome(self) -> FeedWelcome:
        """The newest welcome."""
        return [frame for frame in self.shown.frames if isinstance(frame, FeedWelcome)][-1]

    async def look(self, customer: str) -> None:
        """Show that customer; it is told from when this returns."""
        await self._looked(FeedLook(customer=customer))

    async def hide(self, customer: str) -> None:
        """Show that customer in a tab that nobody sees."""
        await self._looked(FeedLook(customer=customer, away=True))

    async def _looked(self, look: FeedLook) -> None:
        before = len(self.shown.frames)
        await self.say(look)
        await eventually(lambda: any(isinstance(f, FeedLooking) for f in self.shown.frames[before:]), what="the look")

    async def say(self, frame: ConsoleFrame) -> None:
        """One frame of ours."""
        await self.wire.send_str(framed(frame))

    async def cut(self) -> None:
        """Lose the connection, at whatever frame it is."""
        if self.reading is not None:
            self.reading.cancel()
            with suppress(asyncio.CancelledError):
                await self.reading
        await self.wire.close()

    async def _read(self) -> None:
        async for message in self.wire:
            if message.type is not WSMsgType.TEXT:
                return
            self.shown.take(_heard.decode(message.data))
