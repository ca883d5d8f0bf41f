"""`hub serve` as child processes of a test: started with roles, asked by HTTP, ended by a signal."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from msgspec import json

from config.settings.values import Settings
from hub.store.connections.links import Links, connect
from hub.store.embedded.lock import find_running
from hub.store.keys import Keys
from hub.store.mailboxes.workers import Workers
from tests.processes import eventually
from tests.whole.grounds import Ground
from tests.whole.world import Caller, StandIns, settings_on, stand_ins

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 40.0
SERVES = "omnihub serves on"
PARTITIONS = 64


class Child:
    """One process of a hub."""

    def __init__(self, place: Path, roles: str, environ: Mapping[str, str], *, name: str) -> None:
        self.roles = roles
        self._said = place / f"{name}.log"
        with self._said.open("ab") as log:
            command = [sys.executable, "-m", "config.main", "serve", "--roles", roles]
            self.process = subprocess.Popen(command, env=environ, cwd=place, stdout=log, stderr=log)

    @property
    def said(self) -> str:
        """What it printed and logged."""
        return self._said.read_text(errors="replace")

    async def serving(self) -> None:
        """Wait until it says where it serves."""
        await eventually(lambda: SERVES in self.said or self.process.poll() is not None, within=STARTS_WITHIN_S, what="a serving hub")
        assert self.process.poll() is None, self.said

    async def end(self) -> int:
        """SIGTERM, and its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            await eventually(lambda: self.process.poll() is not None, within=STARTS_WITHIN_S, what=f"the end of {self.roles}")
        return self.process.wait()

    def kill(self) -> None:
        """Leave nothing behind."""
        self.process.kill()
        self.process.wait()


class Family:
    """The processes of one hub on one ground, and a look into their store."""

    def __init__(self, ground: Ground, settings: Settings, place: Path, outside: StandIns) -> None:
        self.ground, self.settings, self.outside = ground, settings, outside
        self._place = place
        self._stack = AsyncExitStack()
        self._links: Links | None = None
        self._children: list[Child] = []

    def start(self, roles: str) -> Child:
        """One more process."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        told = {"HUB_CONFIG": str(self._place / "hub.toml"), "HUB_DATA": str(self.settings.data), "HUB_PREFIX": self.settings.prefix}
        urls = {"REDIS_URL": self.ground.redis_url, "ARCHIVE_URL": self.ground.archive_url, "PYTHONPATH": str(ROOT)}
        child = Child(self._place, roles, {**kept, **told, **urls}, name=f"{len(self._children)}")
        self._children.append(child)
        self._stack.callback(child.kill)
        return child

    async def caller(self, http: aiohttp.ClientSession) -> Caller:
        """Who speaks to the web process."""
        token = json.decode((self.settings.data / "secrets.json").read_bytes(), type=dict[str, object])["api_token"]
        return Caller(http, f"http://127.0.0.1:{self.settings.port}", token=str(token))

    async def links(self) -> Links:
        """Our own links to their store."""
        if self._links is None:
            self._links = await connect(self.ground.redis_url or f"unix://{find_running(self.settings.data)}")
            self._stack.push_async_callback(self._links.stop)
        return self._links

    async def shares(self) -> list[int]:
        """How many partitions each worker holds, the largest share first."""
        holders = list((await Workers(await self.links(), Keys(self.settings.key_prefix)).holders()).values())
        return sorted((holders.count(name) for name in set(holders)), reverse=True)

    async def shared(self, *expected: int) -> None:
        """Wait until the workers hold these shares."""

        async def so() -> bool:
            return await self.shares() == list(expected)

        await eventually(so, within=STARTS_WITHIN_S, what=f"the shares {expected}")

    async def close(self) -> None:
        """End them all, the last first."""
        try:
            for child in reversed(self._children):
                await child.end()
        finally:
            await self._stack.aclose()


@asynccontextmanager
async def family_on(ground: Ground, place: Path) -> AsyncIterator[Family]:
    """A hub of which no process runs yet."""
    async with stand_ins() as outside:
        family = Family(ground, settings_on(ground, place, outside), place, outside)
        try:
            yield family
        finally:
            await family.close()
