"""A Cluster: one link per master, each key at the master of its slot, failovers and moved slots followed."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import structlog
from msgspec.structs import replace

from hub.model.errors import HubError, SettingsError, StoreAway
from hub.store.connections.address import Place
from hub.store.connections.link import Link, Terms, scan, staying
from hub.store.connections.slots import SLOTS, by_slot, read_epoch, read_redirection, read_slots, slot_of
from hub.store.connections.subscription import listen
from hub.store.connections.wire import Answer, Arg, Asked, Need, ServerError, Wire, fail, refuse

log = structlog.get_logger()

CALM, ALERT = 5.0, 0.25
"""Seconds between looks at the map: all well; while a master is away or a key was found moved."""

REDIRECTIONS = 5
"""How often one call is sent on before it counts as away."""


class View(NamedTuple):
    """One node's view of the Cluster."""

    epoch: int
    masters: dict[str, list[range]]
    nodes: frozenset[str]


NO_VIEW = View(-1, {}, frozenset())


class Cluster:
    """Links of a hub on a Cluster; see `links.Links`. A lost master takes only its own slots away."""

    def __init__(self, seeds: Sequence[Place], *, terms: Terms) -> None:
        self.on_state: Callable[[bool], None] | None = None
        self.away = False
        self._seed, self._terms = seeds[0], terms
        self._nodes = {str(place) for place in seeds}
        self._links: dict[str, Link] = {}
        self._slots: list[Link | None] = [None] * SLOTS
        self._followers: set[asyncio.Task[None]] = set()
        self._nowhere = Wire(Place(host="the Cluster"))
        self._redirected: dict[asyncio.Future[Answer], int] = {}
        self._unsettled = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None

    @property
    def library(self) -> tuple[str, str] | None:
        """Name and source of the functions every master holds."""
        return self._terms.library

    @library.setter
    def library(self, named: tuple[str, str] | None) -> None:
        self._terms.library = named

    async def start(self) -> None:
        """Find the masters and connect to them; those away are looked for in the background."""
        await self._look()
        self._tell()
        self._watcher = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """Close everything; what is unanswered fails with StoreAway."""
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        for follower in tuple(self._followers):
            follower.cancel()
        await asyncio.gather(*(link.stop() for link in self._links.values()))

    def call(self, key: str, *args: Arg, need: Need = Need.PLAIN) -> asyncio.Future[Answer]:
        """Ask the master of the key; a call that finds its slot moved is sent on."""
        link = self._slots[slot_of(key)]
        return (link.wire_for(key, need) if link is not None else self._nowhere).call(*args, need=need)

    async def block(self, key: str, *args: Arg, timeout: float) -> Answer:  # noqa: ASYNC109 - the server's own limit
        """Ask the key's master on a connection made for blocking reads."""
        link = self._slots[slot_of(key)]
        if link is None:
            raise StoreAway("no master holds the slot")
        try:
            return await link.block(*args, timeout=timeout)
        except ServerError as error:
            if error.code not in {"MOVED", "ASK"}:
                raise
            self._unsettled.set()
            raise StoreAway(str(error)) from error

    def groups(self, keys: Sequence[str]) -> list[list[str]]:
        """Part keys by slot."""
        return by_slot(keys)

    async def each(self, *args: Arg) -> list[Answer]:
        """Ask every master; StoreAway where one is away."""
        return list(await asyncio.gather(*(link.wire.call(*args) for link in self._links.values())))

    async def scan(self, match: str) -> AsyncGenerator[list[bytes], None]:
        """Yield the names of all keys that match, master after master."""
        for link in list(self._links.values()):
            async for names in scan(link.wire, match):
                yield names

    def subscribe(self, channel: str) -> AsyncGenerator[bytes, None]:
        """Listen at any connected node: messages reach all of them."""
        return listen(self._where, channel, timeout=self._terms.timeout)

    def standby(self, *args: Arg) -> asyncio.Future[Answer]:
        """Write at once on the connection that stands by at the master of the command's first argument."""
        link = self._slots[slot_of(str(args[1]))]
        return link.standby(*args) if link is not None else self._nowhere.call(*args)

    # Privately: where things are.

    async def _where(self) -> Place:
        """Any connected node: messages reach all of them."""
        for link in self._links.values():
            if link.wire.connected:
                return link.wire.place
        raise StoreAway("no node is connected")

    def _place(self, address: str) -> Place:
        host, _, port = address.rpartition(":")
        return replace(self._seed, host=host, port=int(port))

    # Privately: what moved.

    def _refused(self, asker: str, asked: Asked, error: ServerError) -> None:
        """Send a call on that was not done here; every other refusal is the caller's."""
        if error.code == "CLUSTERDOWN":
            self._unsettled.set()
        if error.code not in {"MOVED", "ASK"}:
            refuse(asked, error)
            return
        turns = self._redirected.get(asked[0], 0) + 1
        if turns == 1:
            asked[0].add_done_callback(self._forget)
        self._redirected[asked[0]] = turns
        if turns > REDIRECTIONS:
            fail(asked[0], StoreAway(f"sent on {REDIRECTIONS} times: {error}"))
            return
        address = read_redirection(str(error), asked=asker.rpartition(":")[0])
        if address in self._links:
            self._send_on(self._links[address], asked, error)
        else:
            follower = asyncio.get_running_loop().create_task(self._follow(address, asked, error))
            self._followers.add(follower)
            follower.add_done_callback(self._followers.discard)

    def _send_on(self, link: Link, asked: Asked, error: ServerError) -> None:
        if error.code == "ASK":
            link.wire.call("ASKING")
        else:
            self._slots[int(str(error).split(" ")[1])] = link
            self._unsettled.set()
        link.wire.ask(asked)

    async def _follow(self, address: str, asked: Asked, error: ServerError) -> None:
        """Send a call on to a master not met before."""
        try:
            self._send_on(await self._meet(address), asked, error)
        except HubError as refusal:
            fail(asked[0], refusal)
        except asyncio.CancelledError:
            fail(asked[0], StoreAway("closed"))
            raise

    def _forget(self, future: asyncio.Future[Answer]) -> None:
        self._redirected.pop(future, None)

    # Privately: the map.

    async def _watch(self) -> None:
        """Look at the map at once when something moved, often while a master is away, now and then otherwise."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ALERT if self.away else CALM):
                    await self._unsettled.wait()
            self._unsettled.clear()
            try:
                await self._look()
            except HubError as error:
                log.warning("cluster refuses us", error=str(error))
            self._tell()
            await asyncio.sleep(ALERT)

    async def _look(self) -> None:
        """Take over the newest view of the nodes that answer; none: everything stays as it is."""
        wires = [link.wire for link in self._links.values() if link.wire.connected]
        views = await asyncio.gather(*map(self._ask_view, wires))
        if not wires:
            views = await asyncio.gather(*map(self._ask_stranger, sorted(self._nodes)))
        newest = max(views, key=lambda view: view.epoch, default=NO_VIEW)
        if newest.epoch < 0:
            return
        self._nodes |= newest.nodes
        owners = dict(zip(newest.masters, await asyncio.gather(*map(self._meet, newest.masters)), strict=True))
        slots: list[Link | None] = [None] * SLOTS
        for address, ranges in newest.masters.items():
            for part in ranges:
                slots[part.start : part.stop] = [owners[address]] * len(part)
        self._slots = slots
        await self._part_from({address for address, link in self._links.items() if address not in owners and not link.wire.connected})

    async def _ask_view(self, wire: Wire) -> View:
        try:
            info, reply = await asyncio.gather(wire.call("CLUSTER", "INFO"), wire.call("CLUSTER", "SLOTS"))
        except StoreAway:
            return NO_VIEW
        except ServerError as error:
            raise SettingsError(f"REDIS_URL: {wire.place} is no Cluster node: say redis:// ({error})") from error
        masters, nodes = read_slots(reply, asked=wire.place.host)
        return View(read_epoch(info), masters, nodes)

    async def _ask_stranger(self, address: str) -> View:
        wire = Wire(self._place(address), timeout=self._terms.timeout, opening=self._terms.timeout)
        try:
            await wire.open()
            return await self._ask_view(wire)
        except StoreAway:
            return NO_VIEW
        finally:
            await wire.close()

    async def _meet(self, address: str) -> Link:
        """Have a link to a master, and have tried it once."""
        if address in self._links:
            return self._links[address]
        link = Link(staying(self._place(address)), terms=self._terms, on_state=self._on_link)
        link.on_refusal = partial(self._refused, address)
        self._links[address] = link
        await link.start()
        return link

    async def _part_from(self, addresses: set[str]) -> None:
        """Stop links to nodes that are masters no more."""
        for address in addresses:
            await self._links.pop(address).stop()

    def _on_link(self, away: bool) -> None:  # noqa: FBT001 - the state itself, not an option
        if away:
            self._unsettled.set()
        self._tell()

    def _tell(self) -> None:
        """Say whether any slot's master is away, where that changed."""
        owners = {id(link): link for link in self._slots if link is not None}.values()
        away = None in self._slots or any(link.away for link in owners)
        if away is not self.away:
            self.away = away
            if self.on_state is not None:
                self.on_state(away)
