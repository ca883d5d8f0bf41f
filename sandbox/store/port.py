"""The shop's port: what the hub asks it about orders, each request signed by the hub."""

import hashlib
import hmac
from collections.abc import Callable

from aiohttp import web

from sandbox.store.book import OrderBook
from sandbox.store.catalog import load_catalog

SIGNATURE_HEADER = "X-Omnihub-Signature"


class ShopPort:
    """Answers on a loopback port of its own; a request without the hub's signature is refused."""

    def __init__(self, book: OrderBook, *, secret: str, now: Callable[[], int]) -> None:
        self.base_url = ""
        self._book = book
        self._catalog = load_catalog()
        self._secret = secret.encode()
        self._now = now
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen; `base_url` tells where."""
        app = web.Application()
        app.router.add_get("/orders/{number}", self._order)
        app.router.add_get("/customers/{user}/orders", self._orders)
        app.router.add_get("/products/{id}", self._product)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close all it holds."""
        if self._runner:
            await self._runner.cleanup()

    async def _order(self, request: web.Request) -> web.Response:
        self._check(request)
        order = self._book.find(request.match_info["number"])
        return web.json_response(order.told(self._now())) if order else web.json_response({"found": False}, status=404)

    async def _orders(self, request: web.Request) -> web.Response:
        self._check(request)
        return web.json_response({"orders": [order.told(self._now()) for order in self._book.of(request.match_info["user"])]})

    async def _product(self, request: web.Request) -> web.Response:
        self._check(request)
        product = self._catalog.get(request.match_info["id"])
        return web.json_response({"found": True, "stock": product.stock}) if product else web.json_response({"found": False}, status=404)

    def _check(self, request: web.Request) -> None:
        wanted = "sha256=" + hmac.new(self._secret, request.rel_url.raw_path.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted.encode(), request.headers.get(SIGNATURE_HEADER, "").encode()):
            raise web.HTTPForbidden(text="This is not signed by the hub.\n")
