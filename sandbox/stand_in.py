"""A provider's stand-in as a server: on a loopback port of its own, or mounted beside others."""

from collections.abc import AsyncIterator

from aiohttp import web

from sandbox.desk import Desk, Opens, Provider
from sandbox.door import door_routes
from sandbox.faults import FaultKind

_HOST = "127.0.0.1"
_LARGEST_BODY = 50 * 1024 * 1024


class StandIn:
    """One provider. `desk` holds its phones, faults and webhooks; `receipts`: how far they go by themselves ("", sent, delivered, read)."""

    def __init__(self, provider: Provider, *, receipts: str = "delivered") -> None:
        self.desk = Desk(provider, receipts=receipts)
        self.kind = provider.kind
        self._provider = provider
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return self.desk.base_url

    def app(self, base_url: str) -> web.Application:
        """The provider's paths and the door, to be mounted where `base_url` leads."""
        self.desk.base_url = base_url
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.add_routes([*door_routes(self.desk), *self._provider.routes(self.desk)])
        if isinstance(self._provider, Opens):
            app.cleanup_ctx.append(self._opened)
        return app

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen on a port of its own."""
        self._runner = web.AppRunner(self.app(""), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.desk.base_url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close all it holds."""
        await self.desk.stop()
        if self._runner:
            await self._runner.cleanup()

    async def _opened(self, _app: web.Application) -> AsyncIterator[None]:
        """What it listens on besides HTTP, as long as the application runs."""
        if isinstance(self._provider, Opens):
            await self._provider.open(self.desk, _HOST)
            yield
            await self._provider.close()

    def fault(self, kind: FaultKind, **what: object) -> None:
        """Set a fault; the names are Fault's."""
        self.desk.fault(kind, **what)

    def taken(self) -> list[tuple[str, str]]:
        """Recipient and text of every message that was taken, in order."""
        return self.desk.taken()
