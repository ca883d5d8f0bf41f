"""`hub demo`: everything on this machine, nothing to set up: the sample shop with its widget, a console, phones of every channel."""

import asyncio
import signal
import socket
from collections.abc import Mapping
from contextlib import AsyncExitStack
from enum import Enum
from pathlib import Path

import structlog
import uvloop
from aiohttp import ClientSession
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from channels.telegram.channel import Telegram
from config.accounts.webhooks import introduce
from config.demo.clock import DemoClock
from config.demo.history import Doors, place_orders, tell_history
from config.demo.people import SignIn, staff
from config.demo.phones import accounts, plug_in
from config.demo.shop import reminders, server_track, signed_login
from config.reference.reading import Secret
from config.reference.tables import Mode
from config.serving.hub import Hub
from config.serving.process import Process, Role
from config.settings.load import load_settings
from config.settings.secrets import secrets_of
from config.settings.values import Account, Settings
from config.wiring.core import tune_interpreter
from config.wiring.steps import SAMPLE_SHOP
from hub.desk.people import People
from hub.engine.clock import SystemClock
from hub.engine.logging.logs import configure
from hub.model.errors import SettingsError
from sandbox.phones import Phones
from sandbox.phones_memory import PhonesMemory
from sandbox.plain import PlainStandIn
from sandbox.store.book import OrderBook
from sandbox.store.port import ShopPort
from sandbox.store.server import Outside, Store
from sandbox.telegram.memory import Memory
from sandbox.telegram.phones import TelegramShelf
from sandbox.telegram.stand_in import TelegramStandIn

log = structlog.get_logger()
FOLDER = Path("data/demo")
COMMENT_RULES = SAMPLE_SHOP / "comments.yaml"
SECRET = "demo-webhook-secret"  # noqa: S105 - between the hub and its own stand-ins, on loopback
PHONE_PORT_AFTER, PHONES_PORT_AFTER = 1, 2
TELEGRAM_PHONES, PHONES = "phones.json", "apps.json"
KEEP_EVERY_S = 1.0
ZONE = "Asia/Ho_Chi_Minh"


class Past(Enum):
    """Whether the demo begins with customers who wrote before."""

    TOLD = "told"
    NONE = "none"


class Stage(Struct, frozen=True):
    """Everybody the demo's hub speaks to, and its clock."""

    telegram: TelegramStandIn
    phones: Phones
    app: PlainStandIn
    port: ShopPort
    book: OrderBook
    clock: DemoClock
    past: Past
    http: ClientSession


def run_demo(environ: Mapping[str, str], past: Past) -> int:
    """Run until Ctrl-C; prints where to go. `past`: whether an empty hub is told of customers who wrote before."""
    sample = {"HUB_DATA": str(FOLDER), "HUB_LOG": "warning", "HUB_COMMENTS_RULES": str(COMMENT_RULES)}
    settings = load_settings({**sample, **environ}, folder=Path.cwd())
    configure(settings.log.value, "console")
    _look_for_port(settings)
    uvloop.run(_run(settings, past))
    return 0


async def _run(settings: Settings, past: Past) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        stage = await _stage(settings, stack, past)
        people: list[SignIn] = []
        hub = Hub(
            _with_stand_ins(settings, stage),
            [Role.WEB, Role.WORKER],
            clock=stage.clock,
            sign_in_clock=SystemClock(),
            tables=lambda process: _shop(process, stage, people).routes(),
            hooks_at=f"http://{settings.host}:{settings.port}" if settings.port else "",
        )
        stack.push_async_callback(hub.stop)
        process = await hub.start()
        tune_interpreter()
        if process.web is None:
            return
        await _connect(process, settings)
        plug_in(stage.phones, process.channels, base=f"http://{settings.host}:{process.port}")
        people += await _peopled(process, process.web.people, stage)
        keeping = asyncio.create_task(_keep(stage, settings.data))
        print(_welcome(process, settings, stage, people), flush=True)
        await stopping.wait()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _peopled(process: Process, people: People, stage: Stage) -> tuple[SignIn, ...]:
    """The past of an empty hub, then its staff: a first start that was cut off tells the past again."""
    if await people.nobody():
        doors = Doors(process=process, telegram=stage.telegram, http=stage.http, book=stage.book, clock=stage.clock, secret=SECRET)
        place_orders(doors)
        if stage.past is Past.TOLD:
            await tell_history(doors)
    return await staff(people, process.settings.data / "staff.json")


async def _keep(stage: Stage, folder: Path) -> None:
    """Write down what the clock has reached and what the phones show, again and again, and once more at the end."""
    phones = (Memory(stage.telegram, folder / TELEGRAM_PHONES), PhonesMemory(stage.phones, folder / PHONES))
    try:
        while True:
            stage.clock.write_ahead(KEEP_EVERY_S)
            for one in phones:
                one.write()
            await asyncio.sleep(KEEP_EVERY_S)
    finally:
        stage.clock.write()
        for one in phones:
            one.write()


async def _stage(settings: Settings, stack: AsyncExitStack, past: Past) -> Stage:
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    secrets = secrets_of(settings)
    clock = DemoClock(settings.data / "clock.json", zone=ZONE)
    book = OrderBook(settings.data / "orders.json")
    telegram = TelegramStandIn()
    Memory(telegram, settings.data / TELEGRAM_PHONES).read()
    stage = Stage(
        telegram=telegram,
        phones=Phones(more=(TelegramShelf(telegram),)),
        app=PlainStandIn(secret=SECRET),
        port=ShopPort(book, secret=str(secrets.api_token), now=clock.now),
        book=book,
        clock=clock,
        past=past,
        http=await stack.enter_async_context(ClientSession()),
    )
    PhonesMemory(stage.phones, settings.data / PHONES).read()
    for one in (stage.telegram, stage.phones, stage.app, stage.port):
        stack.push_async_callback(one.stop)
    await _listen(stage.telegram, settings, after=PHONE_PORT_AFTER)
    await _listen(stage.phones, settings, after=PHONES_PORT_AFTER)
    await stage.app.start()
    await stage.port.start()
    return stage


def _look_for_port(settings: Settings) -> None:
    """Before anything is started: a port that somebody has is said at once."""
    try:
        socket.create_server((settings.host, settings.port), family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET).close()
    except OSError as error:
        raise SettingsError(
            f"Port {settings.port} cannot be had ({error.strerror}); stop what uses it, or take another: make PORT=9000 run."
        ) from error


async def _listen(stand_in: TelegramStandIn | Phones, settings: Settings, *, after: int) -> None:
    """Phones beside the hub's port, so that their address stays the same; any free one where that is taken."""
    try:
        await stand_in.start(port=settings.port + after if settings.port else 0)
    except OSError:
        await stand_in.start()


def _with_stand_ins(settings: Settings, stage: Stage) -> Settings:
    telegram = Account(
        channel="telegram",
        name="demo",
        token=Secret(stage.telegram.token),
        secret=Secret(SECRET),
        base_url=stage.telegram.base_url,
        mode=Mode.WEBHOOK,
        options={"link_base": stage.telegram.base_url},
    )
    app = Account(channel="plain", name="demo", secret=Secret(SECRET), base_url=stage.app.base_url)
    every = accounts(stage.phones)
    for account in (telegram, app, *every):
        if any(a.channel == account.channel and a.name == account.name for a in settings.accounts):
            raise SettingsError(f"account {account.channel}/{account.name} is the demo's own; give yours another name in hub.toml.")
    shop = replace(settings.shop, base_url=stage.port.base_url, time_zone=ZONE, name="Tiệm Mây", language="vi")
    # Everybody gets the reminders here: who tries a thing out should see it.
    nudges = replace(settings.nudges, holdout=0.0, country="VN")
    return replace(settings, accounts=(*settings.accounts, telegram, app, *every), shop=shop, nudges=nudges)


def _shop(process: Process, stage: Stage, people: list[SignIn]) -> Store:
    """The shop's server; `people` are known once it serves."""
    outside = Outside(
        token=signed_login(process, stage.clock),
        track=server_track(process, stage.http),
        reminders=reminders(process, stage.clock),
        links={"phone": f"{stage.telegram.base_url}/", "phones": f"{stage.phones.base_url}/", "console": "/"},
        sign_ins=lambda: [to_builtins(one) for one in people],
    )
    return Store(stage.book, stage.clock, outside, key=process.secrets.session_key)


async def _connect(process: Process, settings: Settings) -> None:
    channel = process.channels["telegram", "demo"]
    if isinstance(channel, Telegram):
        account = next(a for a in process.settings.accounts if a.channel == "telegram" and a.name == "demo")
        await introduce(channel, account, public_url=f"http://{settings.host}:{process.port}")


def _welcome(process: Process, settings: Settings, stage: Stage, people: list[SignIn]) -> str:
    here = f"http://{settings.host}:{process.port}"
    signing = "\n".join(f"      {one.login:<8} {one.password:<18} {one.role}, {one.name}" for one in people)
    return f"""
omnihub runs, with a sample shop and no account of yours. Begin at the shop: it shows five things to try.

  Shop             {here}/shop/
  Console          {here}/
{signing}
  Phones           {stage.phones.base_url}/
  Telegram phone   {stage.telegram.base_url}/
  Web chat         {here}/chat
  API              {here}/api/openapi.json
                   Authorization: Bearer {process.secrets.api_token}

It is ten in the morning by the demo's clock; the bar on the shop's pages lets it run.
Ctrl-C stops it, and the next start knows all of this.
"""
