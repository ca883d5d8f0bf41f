"""Polling goes on, whatever an update holds."""

import asyncio
from collections.abc import Sequence

from hub.engine.clock import SystemClock
from hub.engine.receiving.polling import Poller
from hub.model.address import Address
from hub.model.channels.ports import Inbound
from hub.model.events.event import Incoming, Said, Unparsed
from hub.model.messaging.message import Capabilities
from tests.servers import eventually


class Asked:
    """A provider that hands out updates once each; the text `broken` breaks the parser."""

    kind, account = "fake", "main"
    capabilities = Capabilities(text_units=100, connects=False)

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self.offsets: list[int] = []

    async def poll(self, offset: int) -> tuple[list[Inbound], int]:
        self.offsets.append(offset)
        found = [Inbound(method="POST", url="", path_query="", headers={}, body=text.encode()) for text in self._texts[offset : offset + 2]]
        if not found:
            await asyncio.Event().wait()
        return found, offset + len(found)

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        text = request.body.decode()
        if text == "broken":
            raise KeyError(text)
        return [Incoming(address=Address(channel="fake", account="main", id="an"), body=Said(text=text), dedupe_id=text)]

    async def acknowledge(self, events: list[Incoming | Unparsed]) -> None:
        """Nothing is told back."""


class Taken:
    """An intake that refuses what no store takes."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def accept(self, incoming: Sequence[Incoming], *, days: int) -> None:
        for one in incoming:
            assert isinstance(one.body, Said)
            if one.body.text == "half":
                raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "half a character")
            if one.body.text == "huge":
                raise OverflowError("more than 64 bits")
            self.texts.append(one.body.text)


async def test_an_update_that_breaks_the_parser_or_no_store_takes_does_not_end_the_polling() -> None:
    """Guard: what one update raises is its own matter; the next ones are asked for."""
    channel, taken = Asked(["one", "broken", "half", "two", "huge", "three"]), Taken()
    poller = asyncio.create_task(Poller(channel, taken, ours=lambda: True, clock=SystemClock()).run())

    await eventually(lambda: taken.texts == ["one", "two", "three"], what="all that can be taken")

    assert not poller.done()
    assert [0, 2, 4] == channel.offsets[:3]
    poller.cancel()
    await asyncio.gather(poller, return_exceptions=True)
