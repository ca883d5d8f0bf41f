"""The channels' log as it is written: every exchange of an account, noted in memory and stored in batches; losing it loses no message."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace

from aiohttp import (
    ClientSession,
    TraceConfig,
    TraceRequestChunkSentParams,
    TraceRequestEndParams,
    TraceRequestExceptionParams,
    TraceRequestStartParams,
    TraceResponseChunkReceivedParams,
)
from msgspec import Struct
from msgspec.structs import replace

from hub.engine.logging.redacting import Redactor
from hub.model.channels.exchange import FINE, Exchange
from hub.model.channels.ports import Clock, Sent
from hub.model.errors import HubError, SendError
from hub.model.failure import Failure
from hub.model.messaging.delivery import Delivery
from hub.store.channels.calls import Calls, Kept, Place

PAUSE_S = 0.5
"""Between two batches: a person who looks on waits no longer, and a busy hub writes dozens in one round."""
RIPE_S = 0.2
"""An exchange is written when its answer has been read and what it meant is known: so long after its headers came."""
WAITING_AT_MOST = 2_000
WELL_AT_MOST = 50
"""Of exchanges that went well, so many of one batch are kept in full; all are counted, and all that failed are kept."""
BODY_BYTES = 64 * 1024


class Attempt(Struct):
    """The call of a delivery a task is making, and what it meant."""

    delivery: str
    customer: str
    failure: str = ""
    code: str = ""
    ids: tuple[str, ...] = ()


class Open(Struct):
    """An exchange under way or just over, raw; `since` in s of boottime."""

    place: Place
    at: int
    since: float
    method: str
    url: str
    attempt: Attempt | None = None
    quiet: bool = False
    asked: bytes = b""
    answered: bytes = b""
    status: int = 0
    took: int = 0
    trouble: str = ""
    fine: int = 0


attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)
"""Whose call this task makes; none for calls that are no delivery's."""


quiet: ContextVar[bool] = ContextVar("quiet", default=False)
"""Whether what this task asks is not noted: gestures would push the messages out of the log."""


@contextmanager
def unnoted() -> Iterator[None]:
    """Calls made within are not in the channels' log."""
    token = quiet.set(True)
    try:
        yield
    finally:
        quiet.reset(token)


async def attempted(send: Awaitable[Sent], delivery: Delivery) -> Sent:
    """What `send` returns or raises, with the exchanges it makes knowing whose they are and what they meant."""
    mine = Attempt(delivery=delivery.id, customer=delivery.customer)
    token = attempt.set(mine)
    try:
        sent = await send
    except SendError as error:
        mine.failure, mine.code = error.failure.value, error.code
        raise
    except asyncio.CancelledError:
        mine.failure = Failure.CONNECTION.value
        raise
    finally:
        attempt.reset(token)
    mine.ids = (sent.external_id,) if sent.external_id else ()
    return sent


class Exchanges:
    """Notes exchanges of all accounts of this process; `run` stores them. Whatever is too much or cannot be stored is dropped."""

    def __init__(self, calls: Calls, *, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._open: deque[Open] = deque(maxlen=WAITING_AT_MOST)
        self._told: deque[Kept] = deque(maxlen=WAITING_AT_MOST)
        self._redactors: dict[Place, Redactor] = {}

    def session(self, shared: ClientSession, place: Place, redactor: Redactor) -> ClientSession:
        """A session for one account over the shared one's connections, so that every call it makes is noted as the account's."""
        self._redactors[place] = redactor
        return ClientSession(
            connector=shared.connector, connector_owner=False, cookie_jar=shared.cookie_jar, trace_configs=[self._traces(place)]
        )  # fmt: skip

    def told(self, place: Place, exchange: Exchange) -> None:
        """Note an exchange that holds nothing to be redacted (a webhook, a mail)."""
        self._told.append(Kept(place, exchange))

    def fetched(self, place: Place, exchange: Exchange) -> None:
        """Note that a file was fetched for an account; of the address, what may be shown is kept."""
        redactor = self._redactors.get(place) or Redactor(())
        self.told(place, replace(exchange, url=redactor.url(exchange.url)))

    async def run(self) -> None:
        """Store what was noted until cancelled."""
        while True:
            await asyncio.sleep(PAUSE_S)
            await self.once()

    async def once(self, *, ripe: float = RIPE_S) -> None:
        """Store what is ripe now."""
        batch = [*self._ripe(ripe), *self._told]
        self._told.clear()
        if not batch:
            return
        well = 0
        for n, kept in enumerate(batch):
            well += not kept.exchange.failed
            if well > WELL_AT_MOST and not kept.exchange.failed:
                batch[n] = replace(kept, whole=False)
        try:
            await self._calls.write(batch, now=self._clock.now())
        except HubError:
            # The log is worth less than what it tells of: nothing waits for it.
            return

    def _ripe(self, ripe: float) -> list[Kept]:
        now, found = self._clock.boottime(), []
        while self._open and now - self._open[0].since >= ripe:
            one = self._open.popleft()
            found.append(Kept(one.place, _closed(one, self._redactors[one.place])))
        return found

    def _traces(self, place: Place) -> TraceConfig:
        traces = TraceConfig()
        traces.on_request_start.append(self._starter(place))
        traces.on_request_chunk_sent.append(_sent)
        traces.on_request_end.append(self._ended)
        traces.on_request_exception.append(self._broke)
        traces.on_response_chunk_received.append(_received)
        return traces

    def _starter(self, place: Place) -> Callable[[ClientSession, SimpleNamespace, TraceRequestStartParams], Awaitable[None]]:
        async def start(_session: ClientSession, context: SimpleNamespace, params: TraceRequestStartParams) -> None:
            told = context.trace_request_ctx or {}
            context.open = Open(
                place, self._clock.now(), self._clock.boottime(), params.method, str(params.url), attempt=attempt.get(), quiet=quiet.get(),
                fine=told.get(FINE, 0),
            )  # fmt: skip

        return start

    async def _ended(self, _session: ClientSession, context: SimpleNamespace, params: TraceRequestEndParams) -> None:
        context.open.status = params.response.status
        self._over(context.open)

    async def _broke(self, _session: ClientSession, context: SimpleNamespace, params: TraceRequestExceptionParams) -> None:
        if isinstance(params.exception, HubError):
            return  # The store withheld its leave: no call was made.
        context.open.trouble = type(params.exception).__name__
        self._over(context.open)

    def _over(self, one: Open) -> None:
        if one.quiet:
            return
        now = self._clock.boottime()
        one.took, one.since = round((now - one.since) * 1000), now
        self._open.append(one)


async def _sent(_session: ClientSession, context: SimpleNamespace, params: TraceRequestChunkSentParams) -> None:
    if len(context.open.asked) < BODY_BYTES:
        context.open.asked += params.chunk


async def _received(_session: ClientSession, context: SimpleNamespace, params: TraceResponseChunkReceivedParams) -> None:
    if len(params.chunk) <= BODY_BYTES:
        context.open.answered = params.chunk


def _closed(one: Open, redactor: Redactor) -> Exchange:
    """The exchange as it may be kept."""
    mine = one.attempt or Attempt("", "")
    kept = Exchange(
        at=one.at,
        method=one.method,
        url=redactor.url(one.url),
        status=one.status,
        took=one.took,
        failure=mine.failure,
        code=redactor.code(mine.code),
        trouble=one.trouble,
        delivery=mine.delivery,
        customer=mine.customer,
        ids=mine.ids,
        fine=bool(one.fine) and one.status == one.fine,
    )
    return replace(kept, asked=redactor.asked(one.asked), answered=redactor.answered(one.answered, failed=kept.failed, asked=one.asked))


def redactor_of(values: Mapping[str, str], secret: frozenset[str]) -> Redactor:
    """For an account with these values by field, of which those of the fields `secret` are never shown."""
    return Redactor((v for k, v in values.items() if k in secret), (v for k, v in values.items() if k not in secret))
