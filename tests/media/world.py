"""A hub with four providers at its door, in this process: pictures come in from phones and go out to them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import aiohttp
from msgspec import Struct

from config.serving.hub import Hub
from config.serving.process import Process, Role
from config.settings.load import load_settings
from config.settings.values import Settings
from hub.model.address import Address
from hub.model.files.wanted import FILE_LINE
from hub.store.archive.open import Archive
from hub.store.customers.records import Line
from hub.web.api.shapes.customers import Timeline
from sandbox import line, twilio, whatsapp_cloud
from sandbox.shown import Media
from sandbox.stand_in import StandIn
from sandbox.telegram.stand_in import TelegramStandIn
from tests.processes import eventually, free_port
from tests.whole.world import Caller, MovedClock

TOKEN, SECRET = "token-of-tests-0123456789", "secret-of-tests-0123456789"
NUMBER, SENDER, SID = "204000000000001", "+15005550006", "AC" + "7" * 32
PHONES = {"whatsapp_cloud": "84901234567", "line": "U" + "4" * 32, "twilio_whatsapp": "84901234568", "twilio_sms": "+84901234569"}


def providers() -> dict[str, StandIn]:
    """Each on a port of its own, once started."""
    return {
        "whatsapp_cloud": whatsapp_cloud.stand_in(token=TOKEN, secret=SECRET, number=NUMBER, receipts=""),
        "line": line.stand_in(token=TOKEN, secret=SECRET),
        "twilio_whatsapp": twilio.stand_in("twilio_whatsapp", account_sid=SID, token=SECRET, sender=SENDER, receipts=""),
        "twilio_sms": twilio.stand_in("twilio_sms", account_sid=SID, token=SECRET, sender=SENDER, receipts=""),
    }


def toml_of(made: Mapping[str, StandIn], telegram: TelegramStandIn) -> str:
    """Their accounts as hub.toml has them."""
    twilios = f'account_sid = "{SID}"\ntoken = "{SECRET}"\nfrom = "{SENDER}"\n'
    own = {
        "whatsapp_cloud": f'token = "{TOKEN}"\nsecret = "{SECRET}"\nverify_token = "words"\nphone_number_id = "{NUMBER}"\n',
        "line": f'token = "{TOKEN}"\nsecret = "{SECRET}"\n',
        "twilio_whatsapp": twilios,
        "twilio_sms": f'{twilios}mms = "yes"\n',
    }
    tail = {"whatsapp_cloud": "/v25.0"}
    bot = f'[[account]]\nchannel = "telegram"\nname = "shop"\ntoken = "{telegram.token}"\n'
    bot += f'secret = "hook-secret"\nbase_url = "{telegram.base_url}"\n'
    return bot + "".join(
        f'[[account]]\nchannel = "{kind}"\nname = "shop"\nbase_url = "{made[kind].base_url}{tail.get(kind, "")}"\n{own[kind]}'
        for kind in made
    )


class Desk(Struct):
    """The running hub, its clock and its providers."""

    settings: Settings
    clock: MovedClock
    process: Process
    caller: Caller
    phones: dict[str, StandIn]
    telegram: TelegramStandIn
    archive: Archive

    def send(self, kind: str, *pieces: tuple[str, bytes, str], text: str = "", who: str = "") -> None:
        """A customer sends pieces: kind, bytes, media type."""
        desk, media = self.phones[kind].desk, []
        for piece, content, mime in pieces:
            name = desk.new_id()
            desk.media[name] = (content, mime)
            media.append(Media(kind=piece, url=f"{desk.base_url}/_sandbox/media/{name}", name=f"{piece}.bin", mime_type=mime))
        desk.say(who or PHONES[kind], text, name="Lan", media=tuple(media))

    async def customer(self, kind: str, who: str = "") -> str:
        """Whose that phone is, once it has written."""
        address = Address(channel=kind, account="shop", id=who or PHONES[kind])
        found: list[str] = []

        async def known() -> bool:
            owner = await self.process.store.inboxes.find(address)
            found[:] = [owner] if owner else []
            return bool(found)

        await eventually(known, what=f"a customer behind {address}")
        return found[0]

    async def files(self, customer: str, n: int) -> list[Line]:
        """The first n lines that say what became of files, once they are there."""
        found: list[Line] = []

        async def there() -> bool:
            told = await self.caller.ask("GET", f"/api/customers/{customer}/timeline")
            lines = told.read(Timeline).lines if told.status == HTTPStatus.OK else ()
            found[:] = [one for one in lines if one.entry.kind == FILE_LINE]
            return len(found) >= n

        await eventually(there, what=f"{n} files told of")
        return found


@asynccontextmanager
async def desk_on(place: Path, **environ: str) -> AsyncIterator[Desk]:
    """A running hub, embedded, with its providers; `environ`: more settings."""
    async with AsyncExitStack() as stack:
        made = providers()
        for one in made.values():
            await one.start()
            stack.push_async_callback(one.stop)
        telegram = TelegramStandIn()
        await telegram.start()
        stack.push_async_callback(telegram.stop)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        port = free_port()
        top = f'port = {port}\npublic_url = "http://127.0.0.1:{port}"\nburst_seconds = 0.05\n'
        (place / "hub.toml").write_text(top + toml_of(made, telegram))
        settings = load_settings({"HUB_DATA": str(place / "data"), **environ}, folder=place)
        clock = MovedClock()
        hub = Hub(settings, [Role.WEB, Role.WORKER], clock=clock)
        stack.push_async_callback(hub.stop)
        process = await hub.start()
        base = f"http://127.0.0.1:{process.port}"
        for kind, one in made.items():
            one.desk.hook(f"{base}/hooks/{kind}/shop")
        archive = await Archive.open(str(settings.data / "archive.sqlite3"))
        stack.push_async_callback(archive.close)
        yield Desk(settings, clock, process, Caller(http, base, token=str(process.secrets.api_token)), made, telegram, archive)
