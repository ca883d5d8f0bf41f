"""`hub demo`: everything on this machine, nothing to set up: the sample shop, web chat, a Telegram phone."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path

import structlog
import uvloop
from msgspec.structs import replace

from channels.telegram import Telegram
from config.core import tune_interpreter
from config.reading import Secret
from config.reference import Mode
from config.serve import Hub, Process, Role
from config.settings import Account, Settings, load_settings
from config.telling import introduce
from hub.engine.logs import configure
from hub.model.errors import SettingsError
from sandbox.shop import ShopStandIn
from sandbox.telegram import TelegramStandIn

log = structlog.get_logger()
FOLDER = Path("data/demo")
SECRET = "demo-webhook-secret"  # noqa: S105 - between the hub and its own stand-in, on loopback
PHONE_PORT_AFTER = 1


def run_demo(environ: Mapping[str, str]) -> int:
    """Run until Ctrl-C; prints where to go."""
    settings = load_settings({"HUB_DATA": str(FOLDER), "HUB_LOG": "warning", **environ}, folder=Path.cwd())
    configure(settings.log.value, "console")
    uvloop.run(_run(settings))
    return 0


async def _run(settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    telegram, shop = TelegramStandIn(), ShopStandIn()
    await _listen(telegram, settings)
    await shop.start()
    hub = Hub(_with_stand_ins(settings, telegram, shop), [Role.WEB, Role.WORKER])
    try:
        process = await hub.start()
        tune_interpreter()
        await _connect(process, settings)
        print(_welcome(process, settings, telegram), flush=True)
        await stopping.wait()
    finally:
        await hub.stop()
        await shop.stop()
        await telegram.stop()


async def _listen(telegram: TelegramStandIn, settings: Settings) -> None:
    """The phone beside the hub's port, so that its address stays the same; any free one where that is taken."""
    try:
        await telegram.start(port=settings.port + PHONE_PORT_AFTER if settings.port else 0)
    except OSError:
        await telegram.start()


def _with_stand_ins(settings: Settings, telegram: TelegramStandIn, shop: ShopStandIn) -> Settings:
    account = Account(
        channel="telegram",
        name="demo",
        token=Secret(telegram.token),
        secret=Secret(SECRET),
        base_url=telegram.base_url,
        mode=Mode.WEBHOOK,
    )
    if any(a.channel == account.channel and a.name == account.name for a in settings.accounts):
        raise SettingsError("account telegram/demo is the demo's own; give yours another name in hub.toml.")
    return replace(settings, accounts=(*settings.accounts, account), shop=replace(settings.shop, base_url=shop.base_url))


async def _connect(process: Process, settings: Settings) -> None:
    channel = process.channels["telegram", "demo"]
    if isinstance(channel, Telegram):
        account = next(a for a in process.settings.accounts if a.name == "demo")
        await introduce(channel, account, public_url=f"http://{settings.host}:{process.port}")


def _welcome(process: Process, settings: Settings, telegram: TelegramStandIn) -> str:
    here = f"http://{settings.host}:{process.port}"
    return f"""
omnihub runs, with a sample shop and no account of yours.

  Web chat         {here}/chat
  Telegram phone   {telegram.base_url}/
  API              {here}/api/openapi.json
                   Authorization: Bearer {process.secrets.api_token}

Ask when the shop opens, where order 1001 is (its phone ends in 5678), or for a person. Ctrl-C stops it.
"""
