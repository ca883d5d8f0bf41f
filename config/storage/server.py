"""What a running hub consists of besides its web and worker sides: the server, the links, the checks on both."""

import asyncio
import os
import tempfile
from pathlib import Path

import structlog
from msgspec import Struct

from config.settings.values import Settings
from config.storage.store import Store, store
from hub.model.errors import NotReady, StoreAway
from hub.store.connections.links import Links, connect
from hub.store.embedded.binary import find_binary, this_machine
from hub.store.embedded.lock import find_running
from hub.store.embedded.setup import ServerSetup, socket_path
from hub.store.embedded.supervisor import EmbeddedServer, Phase
from hub.store.keys import Keys
from hub.store.mailboxes.meta import Meta
from hub.store.mailboxes.workers import LIFE_MS, Workers

log = structlog.get_logger()
LOOK_S = 0.2


class Server(Struct):
    """Where the store is: an embedded server of ours, one we joined, or one given by REDIS_URL (`embedded` None)."""

    url: str
    embedded: EmbeddedServer | None = None

    async def ready(self) -> None:
        """Raise NotReady while the embedded server cannot serve."""
        if self.embedded and self.embedded.state.phase is not Phase.READY:
            state = self.embedded.state
            raise NotReady(f"The embedded server is {state.phase.value} ({state.loaded:.0f} %). {state.detail}".strip())

    async def stop(self) -> None:
        """End what is ours."""
        if self.embedded:
            await self.embedded.stop()


async def find_server(settings: Settings, *, join: bool) -> Server:
    """The store's address; starts the embedded server where none is given. `join`: use the one another process of this folder runs."""
    if settings.redis_url:
        return Server(url=settings.redis_url)
    if join:
        return Server(url=f"unix://{find_running(settings.data)}")
    setup = ServerSetup(
        binary=find_binary(settings.redis_bin, this_machine()).path,
        folder=settings.data,
        socket=_socket(settings),
        fsync=settings.fsync,
        maxmemory=settings.maxmemory,
    )
    embedded = EmbeddedServer(setup)
    return Server(url=f"unix://{await embedded.start()}", embedded=embedded)


def _socket(settings: Settings) -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    shelters = tuple(Path(p) for p in (runtime, tempfile.gettempdir()) if p)
    return socket_path(settings.data, shelters=shelters, uid=os.getuid())


async def open_store(url: str, settings: Settings) -> Store:
    """Links and what stands on them; raises SettingsError where the data there were written with other partitions or a newer format."""
    links = await connect(url, replicas=settings.redis_replicas)
    parts = store(links, Keys(settings.key_prefix))
    try:
        await _first_answer(links, parts.keys)
    except BaseException:
        await links.stop()
        raise
    return parts


async def _first_answer(links: Links, keys: Keys) -> None:
    """Agree with the other processes, however long the store is away; the look at who lives also has the functions loaded."""
    told = False
    while True:
        try:
            await Workers(links, keys).beat("", LIFE_MS)
            await Meta(links, keys).agree()
        except StoreAway:
            if not told:
                log.warning("the store is away; the hub starts when it answers")
            told = True
            await asyncio.sleep(LOOK_S)
        else:
            return
