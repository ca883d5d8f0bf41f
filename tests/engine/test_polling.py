"""Polling goes on, whatever an update holds."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.engine.receiving.keeping import Keeping
from hub.engine.receiving.polling import Poller
from hub.model.address import Address
from hub.model.channels.ports import Inbound
from hub.model.errors import StoreAway, Unparseable
from hub.model.events.event import Incoming, Said, Unparsed
from hub.model.messaging.message import Capabilities
from hub.store.channels.cases import Case
from tests.servers import eventually


class Asked:
    """A provider that hands out updates once each; the text `broken` breaks the parser."""

    kind, account = "fake", "main"
    capabilities = Capabilities(text_units=100, connects=False)
    address = Address(channel="fake", account="main", id="an")

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
        if text == "strange":
            raise Unparseable("fields ['strange']")
        if text == "partly":
            return [Incoming(address=self.address, body=Said(text=text), dedupe_id=text), Unparsed(fields=("odd",))]
        return [Incoming(address=self.address, body=Said(text=text), dedupe_id=text)]

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


class Kept:
    """Keeps cases; the first time of each that is named in `refuses` the store is away."""

    def __init__(self, *refuses: bytes) -> None:
        self.cases: dict[str, Case] = {}
        self._refuses = list(refuses)

    async def keep(self, channel: str, account: str, case: Case) -> None:
        assert ("fake", "main") == (channel, account)
        if case.body in self._refuses:
            self._refuses.remove(case.body)
            raise StoreAway
        self.cases[case.id] = case

    @property
    def bodies(self) -> list[str]:
        return [case.body.decode() for case in self.cases.values()]


@asynccontextmanager
async def polling(channel: Asked, taken: Taken, kept: Kept, counters: Counters) -> AsyncIterator[None]:
    """A poller at work; it still is at the end."""
    keeping = Keeping(kept, counters, SystemClock())
    poller = asyncio.create_task(Poller(channel, taken, keeping=keeping, ours=lambda: True, clock=SystemClock()).run())
    yield
    assert not poller.done()
    poller.cancel()
    await asyncio.gather(poller, return_exceptions=True)


async def test_an_update_that_breaks_the_parser_or_no_store_takes_does_not_end_the_polling() -> None:
    """Guard: what one update raises is its own matter; the next ones are asked for."""
    channel, taken = Asked(["one", "broken", "half", "two", "huge", "three"]), Taken()

    async with polling(channel, taken, Kept(), Counters()):
        await eventually(lambda: taken.texts == ["one", "two", "three"], what="all that can be taken")

    assert [0, 2, 4] == channel.offsets[:3]


async def test_what_is_not_understood_is_kept_as_it_came_like_a_webhook() -> None:
    """Guard: the provider does not give it again."""
    channel, taken, kept, counters = Asked(["one", "strange", "broken", "partly", "half", "two"]), Taken(), Kept(), Counters()

    async with polling(channel, taken, kept, counters):
        await eventually(lambda: taken.texts == ["one", "partly", "two"], what="what is understood")

    assert ["strange", "broken", "partly", "half"] == kept.bodies
    assert 4 == counters.unparsed
    strange, _, partly, _ = kept.cases.values()
    assert ("fields ['strange']", ("odd",)) == (strange.reason, partly.fields)


async def test_what_cannot_be_kept_yet_is_asked_for_again_and_kept_once() -> None:
    """Guard: the offset moves only when all before it is safe; a case has an id of its own bytes."""
    channel, taken, kept = Asked(["strange", "broken", "one"]), Taken(), Kept(b"broken")

    async with polling(channel, taken, kept, Counters()):
        await eventually(lambda: "one" in taken.texts, what="the last")

    assert ["strange", "broken"] == kept.bodies
    assert [0, 0, 2] == channel.offsets[:3]
