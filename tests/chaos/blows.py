"""Carrying out a plan's blows, and noting when each began and ended."""

import asyncio
import os
import random
import signal
import time
from collections import defaultdict

from msgspec import Struct

from hub.model.errors import HubError
from hub.store.keys import Keys
from tests.chaos.house import House
from tests.chaos.plan import Act, Blow, Trouble
from tests.servers import ClusterNodes, Node, SentinelNodes


class Struck(Struct, frozen=True):
    """A blow that fell: whom it hit, what it was, and from when to when (CLOCK_MONOTONIC)."""

    target: str
    act: Act
    begin: float
    end: float


class Blows:
    """Lets the blows fall at their times; those on one target one after the other."""

    def __init__(self, house: House, rng: random.Random) -> None:
        self.struck: list[Struck] = []
        self._house = house
        self._rng = rng
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def fall(self) -> None:
        """All of the plan's; everything is mended when it returns."""
        plan = self._house.plan
        await asyncio.gather(*map(self.one, plan.blows), *map(self._trouble, plan.troubles))
        await self._house.trouble(None)

    async def one(self, blow: Blow) -> None:
        """One blow."""
        await asyncio.sleep(blow.at)
        async with self._locks["servers" if blow.target in {"redis", "master", "replica"} else blow.target]:
            begin = time.monotonic()
            if blow.target == "redis":
                await self._redis(blow)
            elif blow.target in {"master", "replica"}:
                await self._node(blow)
            elif blow.act in {Act.KILL, Act.FREEZE}:
                await self._resident(blow)
            else:
                await self._cable(blow)
            self.struck.append(Struck(blow.target, blow.act, begin, time.monotonic()))

    async def _trouble(self, trouble: Trouble) -> None:
        await asyncio.sleep(trouble.at)
        await self._house.trouble(trouble.fault)

    async def _resident(self, blow: Blow) -> None:
        resident = self._house.parts.residents[blow.target]
        if blow.act is Act.KILL:
            resident.kill()
            await asyncio.sleep(blow.seconds)
            resident.start()
            return
        resident.freeze()
        try:
            await asyncio.sleep(blow.seconds)
        finally:
            resident.thaw()

    async def _cable(self, blow: Blow) -> None:
        cable = self._house.parts.cables[blow.target]
        match blow.act:
            case Act.CUT:
                cable.cut()
            case Act.STALL:
                cable.stalled = True
            case _:
                cable.delay = 0.05
        await asyncio.sleep(blow.seconds)
        await cable.mend()

    async def _redis(self, blow: Blow) -> None:
        servers = self._house.parts.servers
        if isinstance(servers, Node):
            await _strike(servers, blow)
            return
        pid = await self._embedded()
        if pid and blow.act is Act.KILL:
            os.kill(pid, signal.SIGKILL)
        elif pid:
            os.kill(pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(blow.seconds)
            finally:
                os.kill(pid, signal.SIGCONT)

    async def _embedded(self) -> int:
        """The embedded server's process id; 0 while it is away."""
        try:
            told = await self._house.links.call("", "INFO", "server")
        except HubError:
            return 0
        lines = told.decode().splitlines() if isinstance(told, bytes) else []
        return next((int(line.split(":")[1]) for line in lines if line.startswith("process_id:")), 0)

    async def _node(self, blow: Blow) -> None:
        """A master, or the replica of one: on Sentinel the one there is, on Cluster any."""
        servers = self._house.parts.servers
        key = self._rng.choice(Keys().partitions).inbox
        try:
            if isinstance(servers, SentinelNodes):
                master = await asyncio.to_thread(servers.master_now)
                replica = servers.replica if master is servers.master else servers.master
            else:
                assert isinstance(servers, ClusterNodes)
                master = await asyncio.to_thread(servers.master_of, key)
                replica = await asyncio.to_thread(servers.replica_of, master)
        except (LookupError, OSError):
            # After the blow before, the servers have not found together again: this one falls on nobody.
            return
        await _strike(master if blow.target == "master" else replica, blow)


async def _strike(node: Node, blow: Blow) -> None:
    if blow.act is Act.KILL:
        node.kill()
        await asyncio.sleep(blow.seconds)
        node.spawn()
        return
    node.freeze()
    try:
        await asyncio.sleep(blow.seconds)
    finally:
        node.thaw()
