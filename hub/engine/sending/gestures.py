"""Gestures: "typing…" and read marks on a customer's phone. None is worth waiting for, and none fails anything."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import Context
from enum import StrEnum
from typing import cast

import structlog
from msgspec import Struct

from hub.engine.counters import Counters
from hub.engine.logging.exchanges import unnoted
from hub.engine.turns.windows import Windows, heard_lately
from hub.model.address import Address
from hub.model.channels.abilities import MarksRead, Types
from hub.model.channels.ports import Channel, Clock
from hub.model.channels.rates import Rates
from hub.model.customers.record import Live
from hub.model.errors import HubError, Misconfigured, SendError, Throttled
from hub.model.messaging.message import Capabilities
from hub.store.channels.calls import Calls, Pause
from hub.store.customers.records import Customers
from hub.store.mailboxes.gestures import Shown
from hub.store.mailboxes.token_buckets import Buckets

log = structlog.get_logger()
AFTER_S = 0.7
"""What takes no longer is there before anybody has seen that it is being typed."""
TIMEOUT_S = 5.0
AT_ONCE = 64
"""More than these are dropped: by then the providers are slow, and gestures the last thing they need."""
REST_S = 300.0
"""So long an account whose provider does not allow a gesture is not asked for it again."""

Place = tuple[str, str]


class Gesture(StrEnum):
    """What customers are shown besides messages."""

    TYPING = "typing"
    READ = "read"


class Showing(Struct, frozen=True):
    """One account: its channel, how fast it may be called, and which gestures its shop wants."""

    channel: Channel
    rates: Rates
    typing: bool = True
    read_marks: bool = True

    def shows(self, gesture: Gesture) -> bool:
        """Whether it can be shown and is wanted; where typing marks as read too, both must be."""
        can = self.channel.capabilities
        if gesture is Gesture.READ:
            return self.read_marks and can.marks_read
        return self.typing and can.typing and hasattr(self.channel, "typing") and (self.read_marks or not can.typing_reads)


class Known(Struct, frozen=True):
    """What gestures are decided by: whose conversation it is, what was shown already, how busy the account is."""

    customers: Customers
    shown: Shown
    buckets: Buckets
    calls: Calls


class Gestures:
    """Makes them beside whatever else is done; `close` ends those under way.

    Each takes a token of its account's calls, and only from the half that messages leave unused. What fails is counted and forgotten.
    """

    def __init__(self, showing: Mapping[Place, Showing], known: Known, *, windows: Windows, clock: Clock, counters: Counters) -> None:
        self._showing = showing
        self._known = known
        self._windows = windows
        self._clock = clock
        self._counters = counters
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting: dict[tuple[Place, Gesture], float] = {}

    def types(self, customer: str, to: Address, *, under: str = "") -> None:
        """Show that somebody types, unless that was shown a moment ago. `under`: the message just taken in that is being answered."""
        if showing := self._wanted(to, Gesture.TYPING):
            self._begin(self._typing(showing, customer, to, under))

    def read(self, customer: str, to: Address | None = None) -> None:
        """Mark the customer's newest message as read, there or (None) everywhere they wrote from lately; once a message."""
        wanted = any(one.shows(Gesture.READ) for one in self._showing.values()) if to is None else self._wanted(to, Gesture.READ)
        if wanted:
            self._begin(self._reading(customer, to))

    @contextmanager
    def composing(self, customer: str, to: Address | None, under: str = "") -> Iterator[None]:
        """Whatever is done within: once it takes long, typing is shown, and again as long as it lasts."""
        showing = self._wanted(to, Gesture.TYPING) if to else None
        if showing is None or to is None:
            yield
            return
        again = _every_ms(showing.channel.capabilities) / 1000
        loop, due = asyncio.get_running_loop(), list[asyncio.TimerHandle]()

        def show() -> None:
            self.types(customer, to, under=under)
            due[:] = [loop.call_later(again, show)]

        due[:] = [loop.call_later(AFTER_S, show)]
        try:
            yield
        finally:
            due[0].cancel()

    @property
    def under_way(self) -> int:
        """How many are being made."""
        return len(self._tasks)

    async def close(self) -> None:
        """End those under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _wanted(self, to: Address, gesture: Gesture) -> Showing | None:
        place = (to.channel, to.account)
        showing = self._showing.get(place)
        if showing is None or not showing.shows(gesture) or self._resting.get((place, gesture), 0.0) > self._clock.boottime():
            return None
        return showing

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        async def shown() -> None:
            with suppress(HubError):  # The store is away: so is the gesture.
                await work

        if len(self._tasks) >= AT_ONCE:
            work.close()
            return
        # In a context of its own: the send beside which it is made has leave for its own call only.
        task = asyncio.get_running_loop().create_task(shown(), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _typing(self, showing: Showing, customer: str, to: Address, under: str) -> None:
        can = showing.channel.capabilities
        if not under:
            record = await self._known.customers.find(customer)
            if not isinstance(record, Live) or not heard_lately(self._windows, record, to, now=self._clock.now()):
                return
            under = (await self._newest(record)).get(to, "")
        if can.typing_reads and not under:
            # What is shown under a message cannot be shown without one.
            return
        if await self._has_room(showing) and await self._known.shown.typing(to, _every_ms(can)):
            await self._make(showing, to, Gesture.TYPING, cast("Types", showing.channel).typing(to, under))

    async def _reading(self, customer: str, to: Address | None) -> None:
        record = await self._known.customers.find(customer)
        if not isinstance(record, Live):
            return
        for address, newest in (await self._newest(record)).items():
            showing = self._wanted(address, Gesture.READ) if to in {None, address} else None
            if showing is None or not heard_lately(self._windows, record, address, now=self._clock.now()):
                continue
            if await self._has_room(showing) and await self._known.shown.read(address, newest):
                await self._make(showing, address, Gesture.READ, cast("MarksRead", showing.channel).mark_read(address, newest))

    async def _newest(self, record: Live) -> dict[Address, str]:
        """The provider's id of what the customer said last at each address, as far as the newest lines tell."""
        logs = [await self._known.customers.log(piece) for piece in (*record.merged, record.id)]
        said = (line for lines in logs for line in lines if line.kind == "message" and line.who == "customer")
        return {line.address: line.external_id for line in said if line.address and line.external_id}

    async def _has_room(self, showing: Showing) -> bool:
        """Whether the account has calls to spare: it rests for nobody, and messages leave at least half of its burst."""
        channel, rates, now = showing.channel, showing.rates, self._clock.now()
        if (await self._known.calls.paused((channel.kind, channel.account))).until > now:
            return False
        if not rates.per_second:
            return True
        half = max(1, rates.burst // 2)
        return not await self._known.buckets.take(channel.kind, channel.account, now, rate=rates.per_second, burst=half)

    async def _make(self, showing: Showing, to: Address, gesture: Gesture, call: Coroutine[object, object, None]) -> None:
        kind, outcome = showing.channel.kind, "ok"
        try:
            with unnoted():
                async with asyncio.timeout(TIMEOUT_S):
                    await call
        except SendError as error:
            outcome = type(error).__name__
            await self._refused(to, gesture, error)
        except Exception as error:  # noqa: BLE001 - a channel is foreign code, and nothing depends on this
            outcome = type(error).__name__
        self._counters.gestures[kind, f"{gesture.value} {outcome}"] += 1
        log.debug("gesture", channel=kind, gesture=gesture.value, outcome=outcome)

    async def _refused(self, to: Address, gesture: Gesture, error: SendError) -> None:
        """What a refusal means for those to come: a wait that was told holds, a right that lacks is not asked for again soon."""
        place = (to.channel, to.account)
        match error:
            case Throttled(whole_account=True):
                now = self._clock.now()
                pause = Pause(until=now + int(error.retry_after * 1000), failure=error.failure.value, code=error.code)
                await self._known.calls.pause(place, pause, now=now)
            case Throttled():
                await self._known.shown.hold(to, max(1, int(error.retry_after * 1000)))
            case Misconfigured():
                self._resting[place, gesture] = self._clock.boottime() + REST_S


def _every_ms(can: Capabilities) -> int:
    """How soon typing is shown again: a second before it would vanish."""
    return max(1, can.typing_s - 1) * 1000
