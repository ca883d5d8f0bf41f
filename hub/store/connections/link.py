"""One server, kept connected: the connection for calls, those for blocking reads, and the one that stands by."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import partial
from math import inf
from time import monotonic
from typing import cast

import structlog

from hub.model.errors import HubError, StoreAway
from hub.store.connections.address import Place
from hub.store.connections.wire import TIMEOUT, Answer, Arg, Asked, Need, ServerError, Wire, refuse

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
"""Seconds between attempts to connect, doubled each time, with jitter."""

LOOK_EVERY = 2.0
"""Seconds between looks at the server's role and replicas; also what finds a dead server that nobody asks."""

CARRIERS = 4
"""Connections for what is large. A server reads at most 32 kB of each connection between two syncs of its append-only file: by one alone,
commits of 6 kB come to five a sync, and marks and webhooks stand behind them (measured: 4 times the bytes with 4 connections)."""

TURNED = frozenset({"LOADING", "MASTERDOWN", "READONLY"})
"""After these the connection is of no use: the server is starting, or no longer the master."""

SCAN_AT_ONCE = 500

GONE_ACKNOWLEDGE_MS = 10
"""How long WAIT waits for replicas the server itself says are not there."""


class Replicas(StrEnum):
    """Whether a SAFE call waits for a replica: where one was ever seen; always; never."""

    AUTO = "auto"
    REQUIRED = "required"
    NONE = "none"


class Terms:
    """What all links of one hub share. `library` = (name, source) of the functions every master must hold."""

    def __init__(self, *, timeout: float = TIMEOUT, replicas: Replicas = Replicas.AUTO) -> None:
        self.timeout = timeout
        self.replicas = replicas
        self.replicas_seen = False
        self.library: tuple[str, str] | None = None

    def acknowledge_ms(self, online: int) -> int:
        """How long a SAFE call's WAIT may wait, given so many replicas online; 0: it does not ask."""
        if self.replicas is Replicas.NONE or (self.replicas is Replicas.AUTO and not self.replicas_seen):
            return 0
        # A SAFE call may stand behind one WAIT before its own begins: both must fit into `timeout`.
        return int(self.timeout * 1000 * 3 / 8) if online else GONE_ACKNOWLEDGE_MS


class Link:
    """One server, kept connected in the background; while it is away every call fails at once with StoreAway.

    `find` says where the server is, before every attempt; it raises StoreAway where that is not known now.
    `on_state(away)` is called on each change; `on_refusal` as of Wire, for refusals the link does not understand.
    """

    def __init__(self, find: Callable[[], Awaitable[Place]], *, terms: Terms, on_state: Callable[[bool], None] | None = None) -> None:
        self.terms = terms
        self.on_refusal: Callable[[Asked, ServerError], None] = refuse
        self.wire = Wire(Place())
        self.carriers: tuple[Wire, ...] = ()
        self.away = False
        self._find, self._on_state = find, on_state
        self._lost = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._standby = Wire(Place())
        self._idle: list[Wire] = []
        self._blocked: set[Wire] = set()
        self._loading: dict[Wire, asyncio.Future[Answer]] = {}
        self._again: set[asyncio.Future[Answer]] = set()

    async def start(self) -> None:
        """Try once to connect, and keep trying in the background; SettingsError where the server wants another password."""
        try:
            await self._connect()
        except StoreAway as error:
            self._say_away(str(error))
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """Close all connections; what is unanswered fails with StoreAway."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        for wire in (self.wire, self._standby, *self.carriers, *self._idle, *self._blocked):
            await wire.close()

    def wire_for(self, key: str, need: Need) -> Wire:
        """The connection for a call: LARGE ones have some of their own, by key, so that those of one key keep their order."""
        if need is not Need.LARGE or not self.carriers:
            return self.wire
        return self.carriers[hash(key) % len(self.carriers)]

    async def block(self, *args: Arg, timeout: float) -> Answer:  # noqa: ASYNC109 - the server's own limit, not the task's
        """Ask on a connection of its own; StoreAway where no answer came within `timeout` s and the usual time-out."""
        wire = self._idle.pop() if self._idle else await self._open_blocking()
        if not wire.connected:
            return await self.block(*args, timeout=timeout)
        self._blocked.add(wire)
        try:
            async with asyncio.timeout(timeout + self.terms.timeout):
                answer = await wire.call(*args)
        except TimeoutError as error:
            raise StoreAway(f"{wire.place}: no answer to a blocking read") from error
        else:
            self._idle.append(wire)
            return answer
        finally:
            self._blocked.discard(wire)
            if wire not in self._idle:
                # Its answer may still come: nobody else must get it.
                wire.drop("a blocking read was given up")

    def standby(self, *args: Arg) -> asyncio.Future[Answer]:
        """Write a command at once on the connection that stands by, else on the main one; no time-out watches it."""
        wire = self._standby if self._standby.connected else self.wire
        future = wire.call(*args)
        wire.flush()
        return future

    # Privately.

    def _refused(self, wire: Wire, asked: Asked, error: ServerError) -> None:
        if error.code in TURNED:
            refuse(asked, error)
            wire.drop(str(error))
        elif "Function not found" in str(error) and self.terms.library is not None and asked[0] not in self._again:
            self._load_and_ask(wire, asked)
        else:
            self.on_refusal(asked, error)

    def _load_and_ask(self, wire: Wire, asked: Asked) -> None:
        """Send the functions, and the call right behind: the server takes them in this order."""
        self._again.add(asked[0])
        asked[0].add_done_callback(self._again.discard)
        if wire not in self._loading or self._loading[wire].done():
            self._loading[wire] = self._load(wire)
        wire.ask(asked)

    def _load(self, wire: Wire) -> asyncio.Future[Answer]:
        """Send the functions; a refusal is logged, and told once more by the first call of a missing one."""
        name, source = self.terms.library or ("", "")
        loading = wire.call("FUNCTION", "LOAD", "REPLACE", source)
        loading.add_done_callback(partial(_log_refusal, name))
        listed = wire.call("FUNCTION", "LIST", "LIBRARYNAME", f"{family(name)}*")
        listed.add_done_callback(partial(_delete_old, wire, name))
        return loading

    async def _keep(self) -> None:
        """Look at the server while it is there, and connect again whenever it is not."""
        pause, since = FIRST_PAUSE, monotonic()
        while True:
            if self.wire.connected:
                # Not `wait_for`: in Python 3.11 it swallows a cancellation that meets the event.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY):
                        await self._lost.wait()
                if self.wire.connected:
                    await self._look_again()
                continue
            # A connection lost right after it was made counts as a failed attempt.
            pause = FIRST_PAUSE if monotonic() - since > 2 * LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, no secret
            since = monotonic()
            await self._try()

    async def _try(self) -> None:
        try:
            await self._connect()
        except HubError as error:
            # A wrong password too: it may be mended at the server while we run.
            self._say_away(str(error))

    async def _connect(self) -> None:
        place = await self._find()
        wire = self._new_wire(place)
        await wire.open()
        carriers = [self._new_wire(place) for _ in range(CARRIERS)]
        try:
            await self._look(wire)
            await asyncio.gather(*(carrier.open() for carrier in carriers))
        except BaseException:
            await asyncio.gather(*(each.close() for each in (wire, *carriers)))
            raise
        self._lost.clear()
        self.wire, wire.on_lost = wire, self._on_lost
        self._take_on(wire, carriers)
        if self.away and wire.connected:
            self.away = False
            log.info("store back", place=str(place))
            self._tell()
        await self._renew_standby()

    def _take_on(self, wire: Wire, carriers: Sequence[Wire]) -> None:
        """Load the functions and let large calls go by the carriers. One lost is all lost: else some would go on past others."""
        self._loading = {wire: self._load(wire)} if self.terms.library is not None else {}
        self.carriers = tuple(carriers)
        for carrier in carriers:
            carrier.acknowledge_ms, carrier.on_lost = wire.acknowledge_ms, wire.drop
        if not all(carrier.connected for carrier in carriers):
            wire.drop("a connection was lost")

    def _new_wire(self, place: Place) -> Wire:
        wire = Wire(place, timeout=self.terms.timeout, opening=self.terms.timeout)
        wire.on_refusal = partial(self._refused, wire)
        return wire

    async def _look(self, wire: Wire) -> None:
        """See that the server is a master, and how many replicas it has."""
        told = await wire.call("INFO", "replication")
        role, online = read_replication(told if isinstance(told, bytes) else b"")
        if role != "master":
            raise StoreAway(f"{wire.place}: a {role}, not the master")
        self.terms.replicas_seen = self.terms.replicas_seen or online > 0
        for each in (wire, *(self.carriers if wire is self.wire else ())):
            each.acknowledge_ms = self.terms.acknowledge_ms(online)

    async def _look_again(self) -> None:
        try:
            await self._look(self.wire)
        except HubError as error:
            self.wire.drop(str(error))
            return
        await self._renew_standby()

    async def _renew_standby(self) -> None:
        """Have a connection standing by that answers, or try again at the next look."""
        standby = self._standby
        if standby.connected and standby.place == self.wire.place:
            with suppress(TimeoutError, StoreAway):
                async with asyncio.timeout(self.terms.timeout):
                    await standby.call("PING")
                return
        await standby.close()
        fresh = Wire(self.wire.place, timeout=inf, opening=self.terms.timeout)
        with suppress(StoreAway):
            await fresh.open()
            self._standby = fresh

    async def _open_blocking(self) -> Wire:
        if not self.wire.connected:
            raise StoreAway(f"{self.wire.place}: not connected")
        wire = Wire(self.wire.place, timeout=inf, opening=self.terms.timeout)
        await wire.open()
        return wire

    def _on_lost(self, reason: str) -> None:
        self._lost.set()
        for wire in (*self.carriers, *self._idle, *self._blocked):
            wire.on_lost = None
            wire.drop("the server went away")
        self.carriers = ()
        self._idle.clear()
        self._say_away(reason)

    def _say_away(self, reason: str) -> None:
        if not self.away:
            self.away = True
            log.warning("store away", reason=reason)
            self._tell()

    def _tell(self) -> None:
        if self._on_state is not None:
            self._on_state(self.away)


def staying(place: Place) -> Callable[[], Awaitable[Place]]:
    """Find a server that is always at the same place."""

    async def find() -> Place:
        return place

    return find


async def scan(wire: Wire, match: str) -> AsyncGenerator[list[bytes], None]:
    """Yield the names of one server's keys that match, some at a time."""
    cursor: Arg = 0
    while True:
        answer = await wire.call("SCAN", cursor, "MATCH", match, "COUNT", SCAN_AT_ONCE)
        cursor, names = cast("tuple[bytes, list[bytes]]", answer)
        yield names
        if cursor == b"0":
            return


def read_replication(info: bytes) -> tuple[str, int]:
    """Read `INFO replication`: the server's role, and how many replicas are online."""
    lines = info.decode(errors="replace").splitlines()
    role = next((line.removeprefix("role:") for line in lines if line.startswith("role:")), "stranger")
    return role, sum(line.startswith("slave") and "state=online" in line for line in lines)


def family(library: str) -> str:
    """A library's name without its version."""
    return library.rstrip("0123456789")


def outdated(library: str, loaded: Iterable[str]) -> list[str]:
    """Which of the loaded versions are older than the one before ours: the two newest stay, and whatever is newer than us."""
    older = sorted(int(n) for name in loaded if (n := name.removeprefix(family(library))).isdigit() and int(n) < _version(library))
    return [f"{family(library)}{n}" for n in older[:-1]]


def _version(library: str) -> int:
    return int(library.removeprefix(family(library)) or 0)


def _delete_old(wire: Wire, library: str, listed: asyncio.Future[Answer]) -> None:
    """Delete versions that no process has any more; one that still wants its own loads it again."""
    if listed.cancelled() or listed.exception() is not None or not isinstance(answer := listed.result(), list):
        return
    names = [fields[1].decode() for fields in answer if isinstance(fields, list) and isinstance(fields[1], bytes)]
    for old in outdated(library, names):
        wire.call("FUNCTION", "DELETE", old).add_done_callback(partial(_log_refusal, old))


def _log_refusal(name: str, loading: asyncio.Future[Answer]) -> None:
    if not loading.cancelled() and (error := loading.exception()) is not None:
        log.warning("functions not loaded", library=name, error=str(error))
