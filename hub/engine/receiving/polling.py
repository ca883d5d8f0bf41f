"""Polling: for accounts without a webhook, one process at a time asks the provider; its offset moves only after the durable push."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Protocol

import structlog

from hub.engine.receiving.keeping import NOWHERE, UNSTORABLE, Keeping
from hub.model.channels.ports import Clock, Inbound
from hub.model.errors import HubError, SendError, StoreAway, StoreFull, Unparseable
from hub.model.events.event import Incoming, Unparsed
from hub.model.ids import derived_id
from hub.model.messaging.message import Capabilities

log = structlog.get_logger()
PAUSE_S = 1.0
"""Between looks whether the account is ours, and after a failure."""


class Takes(Protocol):
    """Makes words durable."""

    async def accept(self, incoming: Sequence[Incoming], *, days: int) -> None:
        """Durable when it returns; raises StoreFull, StoreAway."""
        ...


class Polled(Protocol):
    """A channel that can be asked for what is new."""

    kind: str

    @property
    def account(self) -> str:
        """The account's name."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """As for a webhook."""
        ...

    async def poll(self, offset: int) -> tuple[Sequence[Inbound], int]:
        """What is new from that offset on, and the next offset; raises a SendError."""
        ...

    async def acknowledge(self, events: list[Incoming | Unparsed]) -> None:
        """What a webhook's answer would have told the provider."""
        ...


class Poller:
    """Polls one account while its mailbox is ours. A repeat after a change of owner is dropped by its digest.

    What is not understood is kept as a webhook's is: a provider that has given it does not give it again.
    """

    def __init__(self, channel: Polled, intake: Takes, *, keeping: Keeping, ours: Callable[[], bool], clock: Clock) -> None:
        self._channel = channel
        self._intake = intake
        self._keeping = keeping
        self._ours = ours
        self._clock = clock

    async def run(self) -> None:
        """Poll until cancelled."""
        offset, failing = 0, False
        while True:
            if not self._ours():
                offset = 0
                await self._clock.sleep(PAUSE_S)
                continue
            try:
                found, following = await self._channel.poll(offset)
                for request in found:
                    await self._take(request)
                offset, failing = following, False
            except (SendError, StoreFull, StoreAway) as error:
                if not failing:
                    log.warning("polling fails", channel=self._channel.kind, account=self._channel.account, error=type(error).__name__)
                failing = True
                await self._clock.sleep(PAUSE_S)

    async def _take(self, request: Inbound) -> None:
        events, odd = self._read(request)
        for event in events:
            if isinstance(event, Incoming) and not await self._fits(event):
                odd.append(NOWHERE)
        if odd:
            await self._keep(request, odd)
        try:
            await self._channel.acknowledge(events)
        except HubError as error:
            log.info("update not acknowledged", error=type(error).__name__)

    def _read(self, request: Inbound) -> tuple[list[Incoming | Unparsed], list[Unparsed]]:
        """What is in it, and what of that is not understood."""
        try:
            events = self._channel.parse(request)
        except Unparseable as error:
            return [], [Unparsed(fields=(), reason=str(error))]
        except Exception as error:
            # Whatever breaks a parser must not end the polling: the provider would bring the same update for ever.
            log.exception("the parser broke", channel=self._channel.kind, account=self._channel.account)
            return [], [Unparsed(fields=(), reason=f"the parser broke: {type(error).__name__}")]
        return events, [event for event in events if isinstance(event, Unparsed)]

    async def _fits(self, event: Incoming) -> bool:
        """Make it durable; False where no store can."""
        try:
            await self._intake.accept([event], days=self._channel.capabilities.retry_horizon_days)
        except UNSTORABLE:
            return False
        return True

    async def _keep(self, request: Inbound, odd: list[Unparsed]) -> None:
        """Under an id of its own bytes: what is asked for again, because something behind it failed, is kept once."""
        place = (self._channel.kind, self._channel.account)
        mark = blake2b(request.body, digest_size=16).hexdigest()
        await self._keeping.keep(place, request, odd, id=derived_id("ca", f"{'/'.join(place)}/{mark}", 0))
