"""A provider's stand-in as a server: on a loopback port of its own, or mounted beside others."""

from aiohttp import web

from sandbox.desk import Desk, Provider
from sandbox.door import door_routes
from sandbox.faults import FaultKind

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
        return app

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen on a port of its own."""
        self._runner = web.AppRunner(self.app(""), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.desk.base_url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close all it holds."""
        await self.desk.bringing.stop()
        if self._runner:
            await self._runner.cleanup()

    def fault(self, kind: FaultKind, **what: object) -> None:
        """Set a fault; the names are Fault's."""
        self.desk.fault(kind, **what)

    def taken(self) -> list[tuple[str, str]]:
        """Recipient and text of every message that was taken, in order."""
        return self.desk.taken()
