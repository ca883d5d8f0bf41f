"""The house of one run: the store, the hub's processes with their cables, and the provider's and the shop's stand-ins."""

import json
import os
import sys
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

import aiohttp
from msgspec import Struct

from hub.model.address import Address
from hub.store.connections.links import Links, connect
from hub.store.keys import Keys
from sandbox.faults import Fault
from sandbox.shop import ShopStandIn
from tests.chaos.cable import Cable
from tests.chaos.plan import Plan, Topology
from tests.chaos.resident import Resident
from tests.processes import eventually, folder, free_port
from tests.servers import ClusterNodes, Node, SentinelNodes, redis_cluster, redis_on_port, redis_sentinel

SECRET = "a secret of the chaos run, long enough"
ROOT = Path(__file__).parents[2]
ACCOUNT = ("plain", "app")
START_WITHIN_S = 30.0
_REPLICATED = ("--min-replicas-to-write", "1", "--min-replicas-max-lag", "2")

Servers = Node | SentinelNodes | ClusterNodes | None


class Parts(Struct):
    """What stands in a house once it is open."""

    place: Path
    servers: Servers
    cables: dict[str, Cable]
    residents: dict[str, Resident]
    ports: dict[str, int]
    stand_in: Resident
    stand_in_port: int
    shop: ShopStandIn
    http: aiohttp.ClientSession


class House:
    """Opens everything a plan needs and closes it again, whatever happened to it.

    `codes`: where the code of a process lies, if it is not this version's; `late`: processes of the plan that move in later.
    """

    def __init__(self, plan: Plan, *, codes: Mapping[str, Path] | None = None, late: Collection[str] = ()) -> None:
        self.plan = plan
        self._codes = codes or {}
        self._late = late
        self.keys = Keys()
        self._stack = AsyncExitStack()
        self._parts: Parts | None = None
        self._links: Links | None = None
        self.url = ""

    @property
    def parts(self) -> Parts:
        """What stands in it."""
        assert self._parts is not None
        return self._parts

    @property
    def links(self) -> Links:
        """Our own links to the store, past all cables."""
        assert self._links is not None
        return self._links

    @property
    def webs(self) -> list[str]:
        """The addresses of the web processes that moved in."""
        return [f"http://127.0.0.1:{self.parts.ports[name]}" for name in self.plan.webs if name in self.parts.ports]

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def address(self, chat: str) -> str:
        """The customer of a chat, '' while there is none. Raises StoreAway."""
        key = self.keys.address(Address(channel=ACCOUNT[0], account=ACCOUNT[1], id=chat))
        found = await self.links.call(key, "GET", key)
        return found.decode() if isinstance(found, bytes) else ""

    def token(self) -> str:
        """What the API asks for."""
        return str(json.loads((self.parts.place / "hub" / "secrets.json").read_text())["api_token"])

    async def trouble(self, fault: Fault | None) -> None:
        """Tell the provider's stand-in what to do wrong; None: nothing any more."""
        path = "fault" if fault else "mend"
        body = json.dumps({name: getattr(fault, name) for name in fault.__struct_fields__}) if fault else ""
        url = f"http://127.0.0.1:{self.parts.stand_in_port}/_sandbox/{path}"
        async with self.parts.http.post(url, data=body) as answer:
            assert answer.status == 200, await answer.text()

    async def _open(self) -> None:
        place, plan = self._stack.enter_context(folder()), self.plan
        servers, url = self._servers()
        http = await self._stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        shop = ShopStandIn()
        shop.delay = plan.shop_delay
        await shop.start()
        self._stack.push_async_callback(shop.stop)
        (place / "hub").mkdir(mode=0o700)
        port = free_port()
        stand_in = Resident(
            "stand-in", _python("sandbox.plain", "--port", str(port), "--secret", SECRET), log=place / "stand-in.log", environ=_bare()
        )
        self._stack.push_async_callback(stand_in.stop)
        stand_in.start()
        self._parts = Parts(place, servers, {}, {}, {}, stand_in, port, shop, http)
        (place / "hub.toml").write_text(_settings(place, f"http://127.0.0.1:{port}/messages", shop.base_url))
        self.url = url
        for name in self._first(*plan.webs, *plan.workers):
            await self.move_in(name)
            if plan.topology is Topology.EMBEDDED and name in plan.webs:
                await self.answers(name)
        await self._ready()

    def _servers(self) -> tuple[Servers, str]:
        match self.plan.topology:
            case Topology.SINGLE:
                node = self._stack.enter_context(redis_on_port())
                return node, node.url
            case Topology.SENTINEL:
                watched = self._stack.enter_context(redis_sentinel(*_REPLICATED))
                return watched, watched.url
            case Topology.CLUSTER:
                nodes = self._stack.enter_context(redis_cluster(*_REPLICATED))
                return nodes, nodes.url
            case Topology.EMBEDDED:
                return None, ""

    async def move_in(self, name: str) -> None:
        """Start a process of the hub: a web process where the plan names it so, else a worker."""
        url = self.url
        parts, servers = self.parts, self.parts.servers
        environ = {**_bare(self._codes.get(name, ROOT)), "HUB_CONFIG": str(parts.place / "hub.toml"), "HUB_LOG": "info"}
        if name in self.plan.webs:
            parts.ports[name] = free_port()
            environ["HUB_PORT"] = str(parts.ports[name])
        if isinstance(servers, Node):
            cable = parts.cables[name] = Cable(servers.port)
            await cable.start()
            self._stack.callback(cable.cut)
            url = f"redis://127.0.0.1:{cable.port}"
        if url:
            environ["REDIS_URL"] = url
        resident = Resident(
            name, _python("config.main", "serve", "--roles", self._roles(name)), log=parts.place / f"{name}.log", environ=environ
        )
        parts.residents[name] = resident
        self._stack.push_async_callback(resident.stop)
        resident.start()

    def _first(self, *names: str) -> list[str]:
        return [name for name in names if name not in self._late]

    def _roles(self, name: str) -> str:
        if name not in self.plan.webs:
            return "worker"
        return "web,worker" if self.plan.topology is Topology.EMBEDDED else "web"

    async def answers(self, name: str) -> None:
        """Wait until that web process does."""

        async def up() -> bool:
            try:
                async with self.parts.http.get(f"http://127.0.0.1:{self.parts.ports[name]}/healthz") as answer:
                    return answer.status == 200
            except (OSError, aiohttp.ClientError):
                return False

        await eventually(up, within=START_WITHIN_S, what=name)

    async def _ready(self) -> None:
        """All webs answer and all partitions have an owner."""
        url = self.url
        for name in self._first(*self.plan.webs):
            await self.answers(name)
        if not url:
            from hub.store.embedded.lock import find_running

            url = f"unix://{find_running(self.parts.place / 'hub')}"
        self._links = await connect(url)
        self._stack.push_async_callback(self._links.stop)
        await eventually(self._all_held, within=START_WITHIN_S, what="owners of all partitions")

    async def holders(self) -> dict[int, str]:
        """Partition → the worker that should serve it, as the workers agreed."""
        flat = await self.links.call(self.keys.holders, "HGETALL", self.keys.holders)
        assert isinstance(flat, list)
        words = [part for part in flat if isinstance(part, bytes)]
        return {int(words[i]): words[i + 1].decode() for i in range(0, len(words), 2)}

    async def _all_held(self) -> bool:
        living = await self.links.call(self.keys.workers, "ZCARD", self.keys.workers)
        named = len(self._first(*self.plan.workers)) + (self.plan.topology is Topology.EMBEDDED)
        return len(await self.holders()) == len(self.keys.partitions) and living == named


def _python(module: str, *args: str) -> list[str]:
    return [sys.executable, "-m", module, *args]


def _bare(code: Path = ROOT) -> dict[str, str]:
    """Our environment without the hub's settings, for a process of that code."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HUB_") and name not in {"REDIS_URL", "ARCHIVE_URL", "PORT"}
    }
    # Shoppers say the same few things as fast as they can, and are no machines here; the landed version does not know the setting.
    ours = {"HUB_LOOPS_SAME": "0"} if code == ROOT else {}
    # Not the folder we happen to run in: it has the code of this version.
    return {**kept, **ours, "PYTHONPATH": str(code), "PYTHONSAFEPATH": "1"}


def _settings(place: Path, base_url: str, shop: str) -> str:
    account = f'[[account]]\nchannel = "{ACCOUNT[0]}"\nname = "{ACCOUNT[1]}"\nsecret = "{SECRET}"\nbase_url = "{base_url}"\n'
    # As many nudges as they ask for, at any hour: the gate's patience is tested elsewhere, here it is what becomes of what it lets through.
    nudges = '[nudges]\nquiet_hours = "none"\nlive_minutes = 0\nconsent = "conversation"\nper_day = 0\nper_week = 0\nper_channel_day = 0\n'
    return f'data = "{place}/hub"\nburst_seconds = 0\n{nudges}[shop]\nbase_url = "{shop}"\n{account}'
