"""What a running hub consists of besides its web and worker sides: the server, the links, the checks on both."""

import os
import tempfile
from pathlib import Path

import structlog
from msgspec import Struct

from config.core import Store, store
from config.settings import Settings
from hub.store.embedded import EmbeddedServer, Phase
from hub.store.embedded_binary import find_binary, this_machine
from hub.store.embedded_lock import find_running
from hub.store.embedded_setup import ServerSetup, socket_path
from hub.store.keys import Keys
from hub.store.links import connect
from hub.store.meta import Meta
from hub.web.health import NotReady

log = structlog.get_logger()


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
    links = await connect(url)
    parts = store(links, Keys(settings.key_prefix))
    try:
        await Meta(links, parts.keys).agree()
    except BaseException:
        await links.stop()
        raise
    return parts
