"""A provider that remembers when each call began, and can be slow, hang or refuse."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable

from msgspec import Struct

from hub.model.channels.ports import Call, Inbound, Reply, Sent
from hub.model.events.event import Incoming, Unparsed
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Capabilities


class Begun(Struct, frozen=True):
    """One call whose first byte came: when (s of CLOCK_BOOTTIME), to whom, what."""

    at: float
    address: str
    text: str
    delivery: str
    tag: str = ""


Behaviour = Exception | asyncio.Event | Callable[[], None]


class Provider:
    """One account of a channel, the same for all processes. A text with bars (`a|b|c`) takes several calls."""

    capabilities = Capabilities(text_units=4000, connects=False)

    def __init__(self, kind: str = "fake", account: str = "main") -> None:
        self.kind, self.account = kind, account
        self.begun: list[Begun] = []
        self._hanging: list[asyncio.Event] = []
        self._next: defaultdict[str, deque[Behaviour]] = defaultdict(deque)

    def on(self, text: str, *behaviours: Behaviour) -> None:
        """Let the next calls of a text fail with an error, hang until an event is set, or do something first."""
        self._next[text].extend(behaviours)

    @property
    def texts(self) -> list[str]:
        """What was begun, in its order."""
        return [begun.text for begun in self.begun]

    def to(self, address: str) -> list[str]:
        """What was begun to one address, in its order."""
        return [begun.text for begun in self.begun if begun.address == address]

    def verify(self, request: Inbound) -> None:
        return None

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        return []

    def answer(self, request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        return None

    def render(self, delivery: Delivery) -> list[Call]:
        return [Call(method="send", params={"text": part}) for part in delivery.message.text.split("|")]

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        text = str(call.params["text"])
        self.begun.append(
            Begun(
                at=time.clock_gettime(time.CLOCK_BOOTTIME), address=delivery.address.id, text=text, delivery=delivery.id, tag=delivery.tag
            )
        )
        if self._next[text]:
            behaviour = self._next[text].popleft()
            if isinstance(behaviour, Exception):
                raise behaviour
            if isinstance(behaviour, asyncio.Event):
                self._hanging.append(behaviour)
                await behaviour.wait()
            else:
                behaviour()
        return Sent(external_id=f"x-{len(self.begun)}")

    async def close(self) -> None:
        """Let what hangs end."""
        for event in self._hanging:
            event.set()
