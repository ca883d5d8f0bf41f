"""A hub in this process with all it speaks to: an app on the plain channel, two Telegram bots, a shop, and a clock that can be moved."""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec
from msgspec import Struct, json

from channels.plain import signature
from config.serving.hub import Hub
from config.serving.process import Process, Role
from config.settings.load import load_settings
from config.settings.values import Settings
from hub.engine.clock import SystemClock
from hub.model.address import Address
from hub.model.customers.record import Live, Record
from hub.store.archive.open import Archive
from hub.store.customers.records import Line
from hub.web.api.shapes.customers import Timeline
from sandbox.plain import PlainStandIn
from sandbox.shop import ShopStandIn
from sandbox.telegram.hooks import Timing
from sandbox.telegram.stand_in import TelegramStandIn
from tests.processes import eventually, free_port
from tests.whole.grounds import Ground
from tests.whole.page import Memory, Page

SECRET = "between the app and the hub"
HOURS_ASKED = "shop mo cua luc may gio vay"
HOURS = "9:00–21:00"
PERSON_ASKED = "cho em gap nhan vien"
QUIET_S = 0.05
"""The quiet time of a burst in these tests: it shall happen, and cost nothing."""

T = TypeVar("T")
_record: json.Decoder[Record] = json.Decoder(Record)


class MovedClock(SystemClock):
    """The system's clock, ahead of it by as much as a test has moved it. What measures real waiting stays real."""

    def __init__(self) -> None:
        self._ahead = 0

    def now(self) -> int:
        return super().now() + self._ahead

    def forward(self, *, minutes: float) -> None:
        """Let so much time pass at once."""
        self._ahead += int(minutes * 60_000)


class Told(Struct, frozen=True):
    """The API's answer."""

    status: int
    raw: bytes
    key: str

    def read(self, kind: type[T]) -> T:
        """The body in its type."""
        return msgspec.json.decode(self.raw, type=kind)

    @property
    def body(self) -> dict[str, object]:
        """The body, an object."""
        return self.read(dict[str, object])


class StandIns(Struct):
    """Everybody the hub speaks to. `polled` is a bot without a webhook."""

    plain: PlainStandIn
    telegram: TelegramStandIn
    polled: TelegramStandIn
    shop: ShopStandIn

    def toml(self) -> str:
        """Their accounts as hub.toml has them."""
        bot = f'channel = "telegram"\ntoken = "{self.telegram.token}"\nrate_per_second = 500\nrate_per_address = 50'
        return (
            # By the machine's own clock, and one after the other at once: what these tests are about is not the hour.
            '[nudges]\nquiet_hours = "none"\nlive_minutes = 0\nconsent = "conversation"\nholdout = 0\n'
            f'[shop]\nbase_url = "{self.shop.base_url}"\n'
            f'[[account]]\nchannel = "plain"\nname = "app"\nsecret = "{SECRET}"\nbase_url = "{self.plain.base_url}"\n'
            f'[[account]]\n{bot}\nname = "bot"\nsecret = "hook-secret"\nbase_url = "{self.telegram.base_url}"\n'
            f'[[account]]\n{bot}\nname = "polled"\nmode = "polling"\nbase_url = "{self.polled.base_url}"\n'
        )


@asynccontextmanager
async def stand_ins() -> AsyncIterator[StandIns]:
    """All of them, listening on loopback."""
    impatient = Timing(backoff=(0.1,))
    made = StandIns(PlainStandIn(secret=SECRET), TelegramStandIn(timing=impatient), TelegramStandIn(timing=impatient), ShopStandIn())
    async with AsyncExitStack() as stack:
        for one in (made.plain, made.telegram, made.polled, made.shop):
            await one.start()
            stack.push_async_callback(one.stop)
        yield made


class Caller:
    """Speaks HTTP to one running hub: as the shop's app, as a page, as an agent's program."""

    def __init__(self, http: aiohttp.ClientSession, base: str, *, token: str) -> None:
        self.base = base
        self.http = http
        self.token = {"Authorization": f"Bearer {token}"}
        self._ids = itertools.count(1)

    async def ask(self, method: str, path: str, body: Mapping[str, object] | None = None, *, key: str = "") -> Told:
        """One request to the API, under an Idempotency-Key where one is given."""
        headers = {**self.token, **({"Idempotency-Key": key} if key else {})}
        async with self.http.request(method, self.base + path, json=body, headers=headers) as answer:
            return Told(answer.status, await answer.read(), answer.headers.get("Idempotency-Key", ""))

    async def knock(self, path: str, body: bytes, *, signed: str = "") -> int:
        """One webhook request as it is; the status. `signed`: the secret it is signed with."""
        headers = {"x-omnihub-signature": signature(signed.encode(), body)} if signed else {}
        async with self.http.post(self.base + path, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def write(self, who: str, text: str, **more: object) -> int:
        """A customer of the app writes; the status. Each call is another word unless `id` says otherwise."""
        return await self.bring({"from": who, "id": f"w{next(self._ids)}-{who}", "text": text, **more})

    async def bring(self, element: object) -> int:
        """One element, or a list of them, on the plain channel; the status."""
        return await self.knock("/hooks/plain/app", json.encode(element), signed=SECRET)

    async def lines(self, customer: str) -> Sequence[Line]:
        """The customer's timeline, oldest first."""
        return (await self.ask("GET", f"/api/customers/{customer}/timeline")).read(Timeline).lines

    async def record(self, customer: str) -> Live:
        """The customer's record."""
        record: Record = _record.decode((await self.ask("GET", f"/api/customers/{customer}")).raw)
        assert isinstance(record, Live), record
        return record

    async def upload(self, session: str, name: str, content: bytes) -> dict[str, object]:
        """A file of a web chat page; what the hub says of it."""
        headers = {"X-Chat-Session": session}
        async with self.http.post(f"{self.base}/chat/files", params={"name": name}, data=content, headers=headers) as answer:
            assert 201 == answer.status, await answer.text()
            return json.decode(await answer.read(), type=dict[str, object])

    async def fetch(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        """Whatever lies there."""
        async with self.http.get(self.base + path) as answer:
            return answer.status, answer.headers, await answer.read()

    async def page(self, memory: Memory | None = None) -> Page:
        """A web chat page, connected."""
        return await Page.open(self.http, self.base, memory)


class House:
    """A hub that can be stopped and started again on the same ground, with its stand-ins."""

    def __init__(self, ground: Ground, settings: Settings, outside: StandIns) -> None:
        self.ground = ground
        self.settings = settings
        self.outside = outside
        self.clock = MovedClock()
        self._hub: Hub | None = None
        self._process: Process | None = None
        self._caller: Caller | None = None
        self._archive: Archive | None = None
        self._numbers = itertools.count(5_000_001)

    @property
    def process(self) -> Process:
        """The running process."""
        assert self._process is not None
        return self._process

    @property
    def caller(self) -> Caller:
        """Who speaks to it."""
        assert self._caller is not None
        return self._caller

    @property
    def archive(self) -> Archive:
        """The archive, opened beside the hub."""
        assert self._archive is not None
        return self._archive

    def somebody(self) -> str:
        """An id nobody had yet, good for the app and for Telegram."""
        return str(next(self._numbers))

    async def start(self, http: aiohttp.ClientSession) -> None:
        """Start, and wait until every partition has its owner."""
        self._hub = Hub(self.settings, [Role.WEB, Role.WORKER], clock=self.clock)
        self._process = process = await self._hub.start()
        self._caller = Caller(http, f"http://127.0.0.1:{process.port}", token=str(process.secrets.api_token))
        assert process.worker is not None
        holdings = process.worker.holdings
        await eventually(lambda: len(holdings) == len(process.store.keys.partitions), what="owners of all partitions")
        if self._archive is None:
            self._archive = await Archive.open(str(self.settings.archive_url) or str(self.settings.data / "archive.sqlite3"))

    async def stop(self) -> None:
        """Stop in order."""
        if self._hub is not None:
            await self._hub.stop()

    async def close(self) -> None:
        """Stop, and give back the archive."""
        await self.stop()
        if self._archive is not None:
            await self._archive.close()

    async def customer(self, channel: str, account: str, id: str) -> str:  # noqa: A002 - the address's name
        """Whose that address is, once somebody has written from it."""
        links, found = self.process.store.links, ""
        key = self.process.store.keys.address(Address(channel=channel, account=account, id=id))

        async def known() -> bool:
            nonlocal found
            answer = await links.call(key, "GET", key)
            found = answer.decode() if isinstance(answer, bytes) else ""
            return bool(found)

        await eventually(known, what=f"a customer behind {channel}/{id}")
        return found

    async def facts(self, customer: str) -> list[tuple[str, dict[str, str]]]:
        """What turns made known of a customer, as the archive has it, oldest first."""
        rows = (await self.archive.export(customer))["facts"]
        return [(str(row["name"]), msgspec.convert(row["detail"], dict[str, str])) for row in rows]

    async def has_fact(self, customer: str, name: str, **detail: str) -> bool:
        """Whether such a fact is in the archive."""
        return any(told == name and detail.items() <= more.items() for told, more in await self.facts(customer))


def settings_on(ground: Ground, place: Path, outside: StandIns, **environ: str) -> Settings:
    """A hub's settings on that ground with its data in a folder, served on a port that stays."""
    port = free_port()
    top = f'port = {port}\npublic_url = "http://127.0.0.1:{port}"\nburst_seconds = {QUIET_S}\n'
    (place / "hub.toml").write_text(top + outside.toml())
    told = {"HUB_DATA": str(place / "data"), "REDIS_URL": ground.redis_url, "ARCHIVE_URL": ground.archive_url, **environ}
    return load_settings(told, folder=place)


@asynccontextmanager
async def house_on(ground: Ground, place: Path, **environ: str) -> AsyncIterator[House]:
    """A running house; `environ`: more settings, by their variables."""
    async with AsyncExitStack() as stack:
        outside = await stack.enter_async_context(stand_ins())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        house = House(ground, settings_on(ground, place, outside, **environ), outside)
        stack.push_async_callback(house.close)
        await house.start(http)
        yield house
