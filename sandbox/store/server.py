"""The shop's own server side: pages, sign-in, checkout with a test payment, the demo's clock, and what became of a reminder."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from aiohttp import web
from msgspec import Struct, json

from sandbox.store.accounts import ACCOUNTS, Account
from sandbox.store.book import Line, Order, OrderBook
from sandbox.store.catalog import CURRENCY, LANGUAGES, Product, load_catalog

T = TypeVar("T")
FOLDER = Path(__file__).parent
COOKIE = "shop_account"
BODY_BYTES = 32 * 1024
MOST_LINES, MOST_PIECES = 20, 20
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; connect-src 'self'; base-uri 'none'; object-src 'none'; "
        "form-action 'self'; frame-ancestors 'self'"
    ),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGES = ("", "p/{id}", "cart", "checkout", "done/{id}", "account")
_FILES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class Clock(Protocol):
    """The demo's clock."""

    @property
    def state(self) -> object:
        """What it shows, as JSON."""
        ...

    def now(self) -> int:
        """Ms since 1970."""
        ...

    def go(self, pace: int) -> None:
        """So many times as fast; ValueError for what is not offered."""
        ...

    def push(self, ms: int) -> None:
        """Let so much time pass; ValueError for too much."""
        ...


class Outside(Struct, frozen=True):
    """What the shop's server asks of the hub, as any shop's server would, and of the demo.

    `token`: a signed login for an account; `track`: a call of the Segment spec; `reminders`: what became of reminders to who holds
    a chat session (its token) or is signed in; `links`: where phone and console are; `sign_ins`: for a caller on this machine only.
    """

    token: Callable[[Account], str]
    track: Callable[[Mapping[str, object]], Awaitable[None]]
    reminders: Callable[[str, str], Awaitable[Sequence[Mapping[str, object]]]]
    links: Mapping[str, str]
    sign_ins: Callable[[], Sequence[Mapping[str, str]]]


class _Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    product: str
    size: str = ""
    quantity: int = 1


class _Checkout(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    cart: str
    language: str
    name: str
    phone: str
    address: str
    lines: tuple[_Wanted, ...]
    email: str = ""


class _SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    account: str


class _Turn(Struct, frozen=True, forbid_unknown_fields=True):
    pace: int = 0
    minutes: int = 0


class _Who(Struct, frozen=True, forbid_unknown_fields=True):
    session: str = ""


class Store:
    """Serves `/shop/…`. Orders are placed under a key, so that a repeated checkout is one order."""

    def __init__(self, book: OrderBook, clock: Clock, outside: Outside, *, key: bytes) -> None:
        self._book = book
        self._clock = clock
        self._outside = outside
        self._key = key
        self._catalog = load_catalog()

    def routes(self) -> list[web.RouteDef]:
        """The pages, their files, and what they ask."""
        pages = [web.get(f"/shop/{path}", _file("index.html")) for path in _PAGES]
        return [
            web.get("/shop", _to_shop),
            *pages,
            web.get("/shop/files/{name:[a-z-]+\\.(?:js|css|svg)}", _asset("pages")),
            web.get("/shop/pictures/{name:[a-z-]+\\.svg}", _asset("pictures")),
            web.get("/shop/api/catalog", self._shelf),
            web.get("/shop/api/guide", self._guide),
            web.get("/shop/api/account", self._account),
            web.post("/shop/api/account", self._sign_in),
            web.delete("/shop/api/account", self._sign_out),
            web.post("/shop/api/orders", self._order),
            web.get("/shop/api/orders/{number}", self._placed),
            web.post("/shop/api/reminders", self._reminders),
            web.get("/shop/clock", self._time),
            web.post("/shop/clock", self._turn),
        ]

    async def _shelf(self, _request: web.Request) -> web.Response:
        return _told({"products": list(self._catalog.values()), "currency": CURRENCY})

    async def _guide(self, request: web.Request) -> web.Response:
        here = request.remote in {"127.0.0.1", "::1"}
        return _told({"links": self._outside.links, "sign_ins": self._outside.sign_ins() if here else ()})

    async def _account(self, request: web.Request) -> web.Response:
        account = self._signed_in(request)
        return _told(self._shown(account) if account else {"accounts": list(ACCOUNTS.values())})

    async def _sign_in(self, request: web.Request) -> web.Response:
        account = ACCOUNTS.get((await _read(request, _SignIn)).account)
        if account is None:
            raise web.HTTPNotFound(text="There is no such account.\n")
        answer = _told(self._shown(account))
        answer.set_cookie(COOKIE, f"{account.id}.{self._proof(account.id)}", httponly=True, samesite="Lax", path="/shop")
        return answer

    async def _sign_out(self, _request: web.Request) -> web.Response:
        answer = _told({})
        answer.del_cookie(COOKIE, path="/shop")
        return answer

    async def _order(self, request: web.Request) -> web.Response:
        asked, account = await _read(request, _Checkout), self._signed_in(request)
        if (
            asked.language not in LANGUAGES
            or not asked.lines
            or len(asked.lines) > MOST_LINES
            or not (asked.name and asked.phone and asked.key)
        ):
            raise web.HTTPBadRequest(text="An order needs something in it, a name and a phone number.\n")
        lines = tuple(self._line(wanted, asked.language) for wanted in asked.lines)
        placed = self._book.place(
            Order(
                number="",
                at=self._clock.now(),
                user=account.id if account else "",
                name=asked.name,
                phone="".join(c for c in asked.phone if c.isdigit() or c == "+"),
                address=asked.address,
                language=asked.language,
                currency=CURRENCY[asked.language],
                lines=lines,
                key=asked.key,
            )
        )
        if placed.user:
            # A guest's order the page itself tells; the shop's server knows nobody it could name.
            await self._outside.track(_completed(placed, asked))
        return _told({"number": placed.number}, status=HTTPStatus.CREATED)

    async def _placed(self, request: web.Request) -> web.Response:
        order, account = self._book.find(request.match_info["number"]), self._signed_in(request)
        known = order is not None and (order.key == request.query.get("key") or (account is not None and order.user == account.id))
        if order is None or not known:
            raise web.HTTPNotFound(text="There is no such order for you.\n")
        return _told({**order.told(self._clock.now()), "lines": order.lines, "name": order.name, "address": order.address})

    async def _reminders(self, request: web.Request) -> web.Response:
        account = self._signed_in(request)
        who = await _read(request, _Who)
        return _told({"reminders": await self._outside.reminders(who.session, account.id if account else ""), "clock": self._clock.state})

    async def _time(self, _request: web.Request) -> web.Response:
        return _told(self._clock.state)

    async def _turn(self, request: web.Request) -> web.Response:
        asked = await _read(request, _Turn)
        try:
            if asked.minutes:
                self._clock.push(asked.minutes * 60_000)
            if asked.pace:
                self._clock.go(asked.pace)
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from error
        return _told(self._clock.state)

    def _line(self, wanted: _Wanted, language: str) -> Line:
        product = self._catalog.get(wanted.product)
        if product is None or not 0 < wanted.quantity <= MOST_PIECES or not _has(product, wanted.size):
            raise web.HTTPBadRequest(text="The cart holds something the shop does not have: look at it again.\n")
        price = product.price[CURRENCY[language]]
        return Line(product=product.id, title=product.name[language], size=wanted.size, quantity=wanted.quantity, price=price)

    def _signed_in(self, request: web.Request) -> Account | None:
        id_, _, proof = request.cookies.get(COOKIE, "").partition(".")
        return ACCOUNTS.get(id_) if id_ in ACCOUNTS and hmac.compare_digest(proof.encode(), self._proof(id_).encode()) else None

    def _shown(self, account: Account) -> dict[str, object]:
        now = self._clock.now()
        orders = [{"number": order.number, "status": order.state(now), "at": order.at} for order in self._book.of(account.id)]
        return {"account": account, "token": self._outside.token(account), "orders": orders}

    def _proof(self, account: str) -> str:
        return hmac.new(self._key, f"shop account {account}".encode(), hashlib.sha256).hexdigest()


def _completed(order: Order, asked: _Checkout) -> dict[str, object]:
    """The order as a `track` call about the account."""
    products = [
        {"product_id": line.product, "name": line.title, "variant": line.size, "quantity": line.quantity, "price": line.price}
        for line in order.lines
    ]
    properties = {"order_id": order.number, "cart_id": asked.cart, "total": order.total, "currency": order.currency, "products": products}
    return {"userId": order.user, "event": "Order Completed", "messageId": f"order-{order.number}", "properties": properties}


def _has(product: Product, size: str) -> bool:
    return (size in product.sizes and size not in product.sold_out) if product.sizes else not size


async def _to_shop(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/shop/")


def _file(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def page(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(FOLDER / "pages" / name, headers=_HEADERS)

    return page


def _asset(folder: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def asset(request: web.Request) -> web.StreamResponse:
        path = FOLDER / folder / request.match_info["name"]
        if not path.is_file():
            raise web.HTTPNotFound(text="There is nothing here.\n")
        return web.FileResponse(path, headers={**_HEADERS, "Content-Type": _FILES[path.suffix]})

    return asset


async def _read(request: web.Request, shape: type[T]) -> T:
    """A JSON body, which a page of another origin cannot send unasked."""
    if request.content_type != "application/json" or (request.content_length or 0) > BODY_BYTES:
        raise web.HTTPUnsupportedMediaType(text="Send JSON.\n")
    try:
        return json.decode(await request.read(), type=shape)
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(text=f"{error}\n") from error


def _told(body: object, *, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(status=status, body=json.encode(body), content_type="application/json", headers=headers)
