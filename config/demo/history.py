"""The demo's past: told once to an empty hub through its own doors, the clock going along."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping

import structlog
from aiohttp import ClientSession
from msgspec import Struct, json

from config.demo.clock import DemoClock
from config.demo.shop import signed_login
from config.serving.process import Process
from hub.model.address import Address
from hub.model.errors import HubError
from hub.model.inbox.feed import Line
from hub.model.webchat.chat import KIND
from hub.model.words import DeliveryState
from hub.store.customers.records import Customers
from sandbox.store.accounts import ACCOUNTS
from sandbox.store.book import Line as OrderLine
from sandbox.store.book import Order, OrderBook
from sandbox.store.catalog import CURRENCY, load_catalog
from sandbox.store.history import Customer, History, Part, PastOrder, instant, load_history
from sandbox.telegram.stand_in import TelegramStandIn

log = structlog.get_logger()
PATIENCE_S = 15.0
LOOK_S = 0.03
ACCOUNT = "demo"
_UNDER_WAY = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING})


class HistoryStuck(HubError):
    """The hub did not do what the history waits for."""


class Doors(Struct, frozen=True):
    """Where the history is told: the hub over HTTP, the phone, the shop's orders."""

    process: Process
    telegram: TelegramStandIn
    http: ClientSession
    book: OrderBook
    clock: DemoClock
    secret: str


def place_orders(doors: Doors) -> None:
    """What was ordered at the shop before the demo begins: without these nothing could be asked about."""
    for ordered in load_history().order:
        _order(doors.book, ordered, opening=doors.clock.now())


async def tell_history(doors: Doors) -> None:
    """Tell it to an empty hub; the clock begins with the first scene and ends where the demo begins. What fails is told and left out."""
    opening, history = doors.clock.now(), load_history()
    first = history.scene[0]
    doors.clock.begin(instant(first.day, first.time, opening=opening))
    past = Past(doors, history)
    try:
        for scene in history.scene:
            doors.clock.push_to(instant(scene.day, scene.time, opening=opening))
            await past.happens(scene.part)
    except HistoryStuck as stuck:
        log.warning("the demo begins with a shorter past", reason=str(stuck))
    finally:
        doors.clock.push_to(opening)


class Past:
    """Plays the parts: each customer's own in their order, different customers' at once."""

    def __init__(self, doors: Doors, history: History) -> None:
        self._doors = doors
        self._cast = {customer.id: customer for customer in history.customer}
        self._customers = Customers(doors.process.store.links, doors.process.store.keys)
        self._base = f"http://127.0.0.1:{doors.process.port}"
        self._sessions: dict[str, str] = {}
        self._agents: dict[str, str] = {}
        self._said = 0

    async def happens(self, parts: tuple[Part, ...]) -> None:
        """All parts of one time; returns once everything said is on its timeline and has left."""
        by_customer: dict[str, list[Part]] = {}
        for part in parts:
            by_customer.setdefault(part.who, []).append(part)
        await asyncio.gather(*(self._play(self._cast[who], own) for who, own in by_customer.items()))

    async def _play(self, customer: Customer, parts: list[Part]) -> None:
        for part in parts:
            if part.says:
                await self._says(customer, part)
            if part.claims:
                self._agents[customer.id] = part.claims
                await self._desk(customer, "claim", {})
            if part.notes:
                await self._desk(customer, "notes", {"text": part.notes})
            if part.tells:
                await self._desk(customer, "say", {"text": part.tells})
            if part.resolves:
                await self._desk(customer, "resolve", {"reason": part.reason})
            await self._until(customer, lambda lines: not any(line.state in _UNDER_WAY for line in lines), "what was said to leave")

    async def _says(self, customer: Customer, part: Part) -> None:
        self._said += 1
        word = f"past-{self._said}-{customer.id}"
        match customer.channel:
            case "telegram":
                self._doors.telegram.say(customer.id, part.says, name=customer.name, language=customer.language)
            case "plain":
                await self._plain(customer, part.says, word)
            case _:
                await self._web(customer, part.says, word)

        def heard(lines: list[Line]) -> bool:
            spoken = [n for n, line in enumerate(lines) if line.entry.who == "customer" and line.entry.text == part.says]
            answered = bool(spoken) and any(line.entry.kind == "message" and line.entry.who != "customer" for line in lines[spoken[-1] :])
            return answered if part.bot else bool(spoken)

        await self._until(customer, heard, f"an answer to {customer.id}")

    async def _plain(self, customer: Customer, text: str, word: str) -> None:
        body = json.encode({"from": customer.id, "id": word, "text": text, "name": customer.name, "language": customer.language})
        signature = hmac.new(self._doors.secret.encode(), body, hashlib.sha256).hexdigest()
        await self._post(f"/hooks/plain/{ACCOUNT}", body, {"x-omnihub-signature": f"sha256={signature}"})

    async def _web(self, customer: Customer, text: str, word: str) -> None:
        account = ACCOUNTS.get(customer.account)
        language = account.language if account else customer.language
        if customer.id not in self._sessions:
            await self._frame(customer, {"type": "hello"})
            if account:
                await self._frame(customer, {"type": "login", "token": signed_login(self._doors.process, self._doors.clock)(account)})
        await self._frame(customer, {"type": "say", "id": word, "text": text, "language": language})

    async def _frame(self, customer: Customer, frame: Mapping[str, object]) -> None:
        """One frame of the page, by a plain request; a welcome tells whose session it is from then on."""
        headers = {"X-Chat-Session": self._sessions.get(customer.id, ""), "Origin": self._base}
        for told in json.decode(await self._post("/chat/say", json.encode(frame), headers)):
            if told["type"] == "welcome":
                self._sessions[customer.id] = told["session"]

    async def _desk(self, customer: Customer, what: str, body: Mapping[str, object]) -> None:
        id_ = await self._customer(customer)
        asked = json.encode({"agent": self._agents[customer.id], **body})
        headers = {"Authorization": f"Bearer {self._doors.process.secrets.api_token}", "Content-Type": "application/json"}
        await self._post(f"/api/customers/{id_}/{what}", asked, headers)

    async def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        async with self._doors.http.post(self._base + path, data=body, headers={"Content-Type": "application/json", **headers}) as answer:
            said = await answer.read()
            if answer.status >= 400:  # noqa: PLR2004 - refused
                raise HistoryStuck(f"{path} answered {answer.status}: {said.decode(errors='replace')[:200]}")
            return said

    async def _customer(self, customer: Customer) -> str | None:
        address = Address(channel=customer.channel, account=ACCOUNT, id=customer.id)
        if customer.channel == "web":
            session = self._sessions.get(customer.id, "")
            address = Address(channel=KIND, account="web", id=session.partition(".")[0])
        found = await self._customers.at(address)
        record = await self._customers.find(found) if found else None
        return record.id if record else None

    async def _until(self, customer: Customer, holds: Callable[[list[Line]], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while True:
            id_ = await self._customer(customer)
            if id_ and holds(await self._customers.timeline(id_)):
                return
            if time.monotonic() > end:
                raise HistoryStuck(f"waited {PATIENCE_S:.0f} s for {what}")
            await asyncio.sleep(LOOK_S)


def _order(book: OrderBook, past: PastOrder, *, opening: int) -> None:
    account = ACCOUNTS.get(past.account)
    language, catalog = (account.language if account else "vi"), load_catalog()
    currency = CURRENCY[language]
    lines = tuple(
        OrderLine(product=id_, title=catalog[id_].name[language], size=size, quantity=1, price=catalog[id_].price[currency])
        for id_, size in past.lines.items()
    )
    at = instant(past.day, past.time, opening=opening)
    placed = Order(
        number="",
        at=at,
        user=past.account,
        name=account.name if account else past.name,
        phone=account.phone if account else past.phone,
        address=account.address if account else "",
        language=language,
        currency=currency,
        lines=lines,
        status=past.status,
        key=f"past-{past.account or past.phone}-{at}",
    )
    book.place(placed)
