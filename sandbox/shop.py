"""A stand-in for a shop's own system: orders to look up, slow when told so."""

import asyncio

from aiohttp import web

SHIRT = {"title": "Áo sơ mi linen, M", "quantity": 1}
TROUSERS = {"title": "Quần linen ống rộng, M", "quantity": 2}
ORDERS: dict[str, dict[str, object]] = {
    "1001": {
        "found": True, "number": "1001", "status": "shipped", "phone_last4": "5678", "user": "lan",
        "items": [SHIRT, TROUSERS], "total": 1870000, "currency": "VND", "carrier": "GHN", "tracking": "GHN48213977",
    },
    "1002": {"found": True, "number": "1002", "status": "delivered", "phone_last4": "4321", "user": "lan", "items": [SHIRT]},
    "1003": {"found": True, "number": "1003", "status": "packed", "phone_last4": "9999", "user": "minh"},
}  # fmt: skip
"""By number; `user`: whose it is, which the hub is not told."""


class ShopStandIn:
    """A shop on a loopback port. `delay`: seconds each answer takes; `asked`: the numbers asked for."""

    def __init__(self) -> None:
        self.base_url = ""
        self.delay = 0.0
        self.asked: list[str] = []
        self.orders = dict(ORDERS)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen; `base_url` tells where."""
        app = web.Application()
        app.router.add_get("/orders/{number}", self._order)
        app.router.add_get("/customers/{user}/orders", self._orders)
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
        return web.json_response(_shown(order)) if order else web.json_response({"found": False}, status=404)

    async def _orders(self, request: web.Request) -> web.Response:
        user = request.match_info["user"]
        self.asked.append(user)
        await asyncio.sleep(self.delay)
        return web.json_response({"orders": [_shown(order) for order in self.orders.values() if order.get("user") == user]})


def _shown(order: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in order.items() if key != "user"}
