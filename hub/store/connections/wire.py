"""One connection to a Redis-compatible server: all calls of one event-loop tick leave in one write."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum
from math import isfinite
from time import monotonic
from typing import TypeAlias, cast

import hiredis

from hub.model.errors import HubError, SettingsError, StoreAway, StoreFull
from hub.store.connections.address import Place

Arg: TypeAlias = bytes | str | int | float
Answer: TypeAlias = bytes | int | list["Answer"] | None
"""A raw RESP2 reply; a status such as OK is bytes, a nil is None."""

TIMEOUT = 0.8
"""Seconds after which an unanswered server counts as away (DESIGN §3)."""

HIGH_WATER = 1 << 20
"""Bytes the transport may hold before writing pauses; what is asked meanwhile queues here and leaves when it drains."""

AWAY = frozenset({"LOADING", "MASTERDOWN", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "BUSY", "UNBLOCKED"})
"""The server answered, but cannot serve this now: nothing was done."""

FULL = frozenset({"OOM", "MISCONF"})
"""No memory, or no disk under the append-only file."""

LOCKED = frozenset({"NOAUTH", "WRONGPASS", "NOPERM"})


class Need(Enum):
    """How sure the caller must be before it goes on. LARGE: as SAFE, and so many bytes that others should not stand behind it."""

    PLAIN = "plain"
    SAFE = "safe"
    LARGE = "large"


_pack = cast("Callable[[tuple[Arg, ...]], bytes]", hiredis.pack_command)  # its stub knows tuples of one element only
_PLAIN = Need.PLAIN
_SAFE = Need.SAFE


class ServerError(HubError):
    """The server refused a command; `code` is the first word of its sentence ("NOSCRIPT", "WRONGTYPE")."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.code = sentence.split(" ", 1)[0]


Asked: TypeAlias = tuple[asyncio.Future[Answer], tuple[Arg, ...], Need]
"""A call under way: who waits for it, what was asked, and how sure it must be."""


def decided(error: ServerError) -> HubError:
    """Say what a refusal means to the caller: StoreAway, StoreFull, or the refusal itself."""
    if error.code in AWAY:
        return StoreAway(str(error))
    if error.code in FULL:
        return StoreFull(str(error))
    return error


def fail(future: asyncio.Future[Answer], error: HubError) -> None:
    """End a call with `error`, unless it ended before (answered or cancelled)."""
    if not future.done():
        future.set_exception(error)
        # A lost connection ends thousands of calls at once; those nobody awaits any more must not each print a traceback.
        future.exception()


def refuse(asked: Asked, error: ServerError) -> None:
    """End a refused call by what the refusal means."""
    fail(asked[0], decided(error))


class Wire(asyncio.Protocol):
    """One connection, opened once. Replies come in the order of the calls; nothing is ever sent twice.

    `timeout` s: while a call is unanswered, the server may be silent for so long, then the connection is closed (inf: never looked at).
    `opening` s: connecting, TLS, AUTH, SELECT and the first PONG together.
    `acknowledge_ms` > 0: a SAFE call waits for `WAIT 1 <acknowledge_ms>`; 0: SAFE is PLAIN.
    `on_lost(reason)` is called once when an open connection goes away by itself; `on_refusal` gets every refused call and
    must end its future, at once or later.
    """

    def __init__(self, place: Place, *, timeout: float = TIMEOUT, opening: float = TIMEOUT) -> None:
        self.place = place
        self.acknowledge_ms = 0
        self.on_lost: Callable[[str], None] | None = None
        self.on_refusal: Callable[[Asked, ServerError], None] = refuse
        self._timeout, self._opening = timeout, opening
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._reader = hiredis.Reader(replyError=ServerError, errors="replace")
        self._waiting: deque[Asked] = deque()
        self._buffer: list[bytes] = []
        self._scheduled = self._paused = self._overdue = False
        self._answered = 0
        self._heard = 0.0
        self._written: deque[tuple[int, float]] = deque()
        self._watchdog: asyncio.TimerHandle | None = None
        self._unproven: list[tuple[asyncio.Future[Answer], Answer]] = []
        self._uncovered = 0
        self._proof: Asked | None = None

    @property
    def connected(self) -> bool:
        """Whether a call made now would be written."""
        return self._transport is not None

    @property
    def idle(self) -> bool:
        """Whether nothing asked is unanswered."""
        return not self._waiting

    def call(self, *args: Arg, need: Need = _PLAIN) -> asyncio.Future[Answer]:
        """Ask; the future gets the raw reply, a ServerError, StoreFull, or StoreAway (then nobody knows whether it was done)."""
        future: asyncio.Future[Answer] = self._loop.create_future()
        if self._transport is None:
            fail(future, StoreAway(f"{self.place}: not connected"))
            return future
        # As `ask`, in one piece: this is done several times for every word.
        self._buffer.append(_pack(args))
        if need is not _PLAIN:
            self._uncovered += 1
        self._waiting.append((future, args, need))
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self.flush)
        return future

    def ask(self, asked: Asked) -> None:
        """Ask for a future that already waits: what `call` does, and what a redirection does again."""
        if self._transport is None:
            fail(asked[0], StoreAway(f"{self.place}: not connected"))
            return
        self._buffer.append(_pack(asked[1]))
        if asked[2] is not _PLAIN:
            self._uncovered += 1
        self._waiting.append(asked)
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what was asked since the last write (by itself once a tick; at once where a tick is too long)."""
        self._scheduled = False
        if self._transport is None or self._paused:
            return
        if self._uncovered and self._proof is None:
            if self.acknowledge_ms:
                self._prove()
            self._uncovered = 0
        if not self._buffer:
            return
        self._transport.write(b"".join(self._buffer))
        self._buffer.clear()
        self._written.append((self._answered + len(self._waiting), monotonic()))
        if self._watchdog is None and isfinite(self._timeout):
            self._overdue = False
            self._watchdog = self._loop.call_later(self._timeout / 8, self._watch)

    async def open(self) -> None:
        """Connect and see the server answer; raises StoreAway, or SettingsError where it wants another password."""
        try:
            async with asyncio.timeout(self._opening):
                await self._dial()
                await self._greet()
        except (OSError, TimeoutError) as error:
            self._lose("no answer")
            raise StoreAway(f"{self.place}: {str(error) or 'no answer'}") from error
        except BaseException as error:
            self._lose(str(error))
            raise

    async def close(self) -> None:
        """Drop the connection; what is unanswered fails with StoreAway, `on_lost` is not called."""
        self.on_lost = None
        was_open = self.connected
        self._lose("closed")
        if was_open:
            await self._gone

    def drop(self, reason: str) -> None:
        """Give the connection up as lost: unanswered calls fail with StoreAway, `on_lost` is called."""
        self._lose(reason)

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER)

    def connection_lost(self, exc: Exception | None) -> None:
        """End: the server, the network or we closed."""
        if not self._gone.done():
            self._gone.set_result(None)
        self._lose(str(exc) if exc else "the server closed the connection")

    def pause_writing(self) -> None:
        """Queue here: the server reads more slowly than we write. Bounded by `timeout`, which then ends the connection."""
        self._paused = True

    def resume_writing(self) -> None:
        """Write what queued."""
        self._paused = False
        self.flush()

    def data_received(self, data: bytes) -> None:
        """Take in replies, whole or in pieces."""
        if self._transport is None:
            return
        self._reader.feed(data)
        try:
            self._give_out()
        except hiredis.ProtocolError as error:
            self._lose(f"not the Redis protocol: {error}")
            return
        self._heard = monotonic()
        written = self._written
        while written and written[0][0] <= self._answered:
            written.popleft()

    # Privately.

    def _give_out(self) -> None:
        """Hand each complete reply to the oldest call."""
        gets, waiting = self._reader.gets, self._waiting
        while (reply := gets()) is not False:
            if not waiting:
                raise hiredis.ProtocolError("a reply nobody asked for")
            asked = waiting.popleft()
            self._answered += 1
            if type(reply) is ServerError:
                self.on_refusal(asked, reply)
            elif asked[2] is _PLAIN or not (self.acknowledge_ms or self._unproven or asked is self._proof):
                future = asked[0]
                if not future.done():
                    future.set_result(reply)
            else:
                self._hold(asked, reply)

    def _prove(self) -> None:
        """Ask the replicas. Never two at a time: WAIT stops the whole connection, and frozen replicas would add up."""
        nobody: asyncio.Future[Answer] = self._loop.create_future()
        nobody.cancel()
        self._proof = (nobody, ("WAIT", 1, self.acknowledge_ms), _SAFE)
        self._buffer.append(_pack(self._proof[1]))
        self._waiting.append(self._proof)

    def _hold(self, asked: Asked, reply: Answer) -> None:
        """Keep a SAFE call's reply until a WAIT written after it is answered."""
        if asked is not self._proof:
            self._unproven.append((asked[0], reply))
            if not self.acknowledge_ms:
                self._settle(proven=1)
            elif self._proof is None:
                # Replicas turned up between the call and its reply.
                self._uncovered += 1
                self.flush()
            return
        self._proof = None
        self._settle(proven=reply if isinstance(reply, int) else 0)
        if self._uncovered:
            self.flush()

    def _settle(self, *, proven: int) -> None:
        """Answer the held calls, now that so many replicas are known to have them."""
        held, self._unproven = self._unproven, []
        for future, answer in held:
            if not proven:
                fail(future, StoreAway(f"{self.place}: not acknowledged by a replica"))
            elif not future.done():
                future.set_result(answer)

    def _watch(self) -> None:
        """Look how long the server has been silent, eight times per `timeout`, while a call is unanswered."""
        self._watchdog = None
        if not self._written:
            return
        # A server that works off a long queue answers all the while: to give it up would only send the same queue again, for ever.
        overdue = monotonic() - max(self._written[0][1], self._heard) > self._timeout
        # Two looks: where this process itself stood still, the replies lie in the socket and are read between them.
        if overdue and self._overdue:
            self._lose(f"no answer for {self._timeout} s")
            return
        self._overdue = overdue
        self._watchdog = self._loop.call_later(self._timeout / 8, self._watch)

    async def _dial(self) -> None:
        place = self.place
        if place.path:
            await self._loop.create_unix_connection(lambda: self, place.path)
        else:
            await self._loop.create_connection(lambda: self, place.host, place.port, ssl=place.trust())

    async def _greet(self) -> None:
        """AUTH, SELECT, PING: a frozen server's kernel accepts connections too, only an answer counts."""
        place = self.place
        greeting: list[tuple[Arg, ...]] = [("PING",)]
        if place.db:
            greeting.insert(0, ("SELECT", place.db))
        if place.password:
            greeting.insert(0, ("AUTH", place.user, place.password) if place.user else ("AUTH", place.password))
        asked = [self.call(*args) for args in greeting]
        try:
            for future in asked:
                await future
        except ServerError as error:
            raise SettingsError(f"REDIS_URL: the server at {place} refuses us: {error}") from error

    def _lose(self, reason: str) -> None:
        transport, self._transport = self._transport, None
        if transport is None:
            return
        transport.abort()
        if self._watchdog is not None:
            self._watchdog.cancel()
        error = f"{self.place}: {reason}"
        _fail_all((future for future, _ in self._unproven), error)
        _fail_all((asked[0] for asked in self._waiting), error)
        self._unproven.clear()
        self._waiting.clear()
        self._written.clear()
        self._buffer.clear()
        if self.on_lost is not None:
            self.on_lost(error)


def _fail_all(futures: Iterable[asyncio.Future[Answer]], reason: str) -> None:
    for future in futures:
        fail(future, StoreAway(reason))
