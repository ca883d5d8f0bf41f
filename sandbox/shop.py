"""A stand-in for a shop's own system: orders to look up, slow or failing when told so."""

import asyncio

from aiohttp import web

ORDERS = {
    "1001": {"found": True, "status": "shipped", "phone_last4": "5678"},
    "1002": {"found": True, "status": "delivered", "phone_last4": "4321"},
    "1003": {"found": True, "status": "packed", "phone_last4": "9999"},
}


class ShopStandIn:
    """A shop on a loopback port. `delay`: seconds each answer takes; `asked`: the numbers asked for."""

    def __init__(self) -> None:
        self.base_url = ""
        self.delay = 0.0
        self.asked: list[str] = []
        self.orders: dict[str, dict[str, object]] = dict(ORDERS)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen; `base_url` tells where."""
        app = web.Application()
        app.router.add_get("/orders/{number}", self._order)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close all it holds."""
        if self._runner:
            await self._runner.cleanup()

    async def _order(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        self.asked.append(number)
        await asyncio.sleep(self.delay)
        order = self.orders.get(number)
        return web.json_response(order) if order else web.json_response({"found": False}, status=404)
