"""The web chat wired together: its door, who is signed in, the files, and what turns ask of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from msgspec import Struct, json

from config.accounts.kinds import WEB_CHAT_ACCOUNT, StartLinks
from config.settings.secrets import Secrets
from config.settings.values import Settings
from config.storage.store import Store, entropy
from config.wiring.files import lending_of
from hub.desk.filing import Filing
from hub.desk.logins import Logins
from hub.desk.unpacking import Unpacking
from hub.engine.receiving.intake import Intake
from hub.model.channels.ports import Answer, Channel, Clock
from hub.model.events.event import Incoming
from hub.model.files.kinds import Quota, StoredFile
from hub.model.webchat.login import login_key
from hub.model.webchat.onward import TOPIC
from hub.store.customers.records import Customers
from hub.store.webchat.chats import Chats
from hub.store.webchat.logins import LoginStore
from hub.web.chat.bell import Bell
from hub.web.chat.door import ChatDoor
from hub.web.chat.media import Looks, Media
from hub.web.chat.ports import ChatPorts, ChatSettings
from hub.web.chat.typists import Typists
from hub.web.feed.switchboard import Switchboard
from hub.web.http.origin import Origin

if TYPE_CHECKING:
    from hub.store.archive.open import Archive

PAGES = Path(__file__).parents[2] / "console" / "chat"
BUILT = Path(__file__).parents[2] / "console" / "dist"
CHAT_DAYS = 7
"""How long a page may keep a word it could not send."""

OpenArchive = Callable[[], Awaitable["Archive"]]


class LateShelf(Struct, frozen=True):
    """The archive's files, which is opened when the first one comes: a hub without files needs no archive to serve."""

    archive: OpenArchive

    async def put(self, file: StoredFile, content: bytes, *, quota: Quota) -> None:
        """Keep a file."""
        await (await self.archive()).files.put(file, content, quota=quota)

    async def find(self, ids: Sequence[str]) -> tuple[StoredFile, ...]:
        """Those that are there."""
        return await (await self.archive()).files.find(ids)

    async def piece(self, id: str, start: int, length: int) -> bytes:  # noqa: A002 - the field's name
        """So many bytes of a file from there on."""
        return await (await self.archive()).files.piece(id, start, length)

    async def say(self, ids: Sequence[str]) -> None:
        """A message names them."""
        await (await self.archive()).files.say(ids)


class ChatParts(Struct, frozen=True):
    """What the chat's door is made of."""

    settings: Settings
    secrets: Secrets
    store: Store
    intake: Intake
    chats: Chats
    clock: Clock
    channels: Mapping[tuple[str, str], Channel]
    archive: OpenArchive


def new_session() -> str:
    """An id nobody can guess; a letter first, so that no command takes it for an option."""
    return f"s{token_urlsafe(18)}"


def login_secret(settings: Settings, secrets: Secrets) -> str:
    """What the shop's server signs with."""
    return str(settings.chat.login_secret) or login_key(secrets.session_key)


def logins_of(parts: Store, chats: Chats, clock: Clock) -> Logins:
    """Who signs in where, over the store."""
    return Logins(
        store=LoginStore(parts.links, parts.keys),
        chats=chats,
        inboxes=parts.inboxes,
        customers=Customers(parts.links, parts.keys),
        clock=clock,
        new_session=new_session,
        entropy=entropy,
    )


def onward_answers(logins: Logins) -> Mapping[str, Answer]:
    """Topic `onward` (token|address): whose link somebody came by."""

    async def onward(key: str) -> str:
        token, _, address = key.partition("|")
        return json.encode(await logins.followed(token, by=address)).decode()

    return {TOPIC: onward}


def unpacking_of(settings: Settings, archive: OpenArchive, intake: Intake, *, clock: Clock) -> Unpacking:
    """The intake, with what keeps files that come along with a word."""
    return Unpacking(intake, _filing(settings, archive, clock))


def filing_of(parts: ChatParts) -> Filing:
    """What takes files in and gives them back."""
    return _filing(parts.settings, parts.archive, parts.clock)


def _filing(settings: Settings, archive: OpenArchive, clock: Clock) -> Filing:
    chat = settings.chat
    return Filing(
        shelf=LateShelf(archive),
        clock=clock,
        new_id=lambda: token_urlsafe(24),
        most=chat.file_size,
        a_day=chat.files_a_day,
    )


def chat_door(parts: ChatParts, bell: Bell, switchboard: Switchboard, *, origin: Origin, looks: Looks) -> ChatDoor:
    """The page, the widget, and what they speak over."""
    typists = Typists()
    switchboard.listen(typists.heard)
    filing = filing_of(parts)

    async def accept(incoming: list[Incoming]) -> None:
        await parts.intake.accept(incoming, days=CHAT_DAYS)

    ports = ChatPorts(
        accept=accept,
        read=parts.chats.read,
        log=parts.chats,
        subscribe=bell.subscribe,
        now=parts.clock.now,
        new_session=new_session,
        logins=logins_of(parts.store, parts.chats, parts.clock),
        filing=filing,
        media=Media(filing, looks=looks, lending=lending_of(parts.settings, parts.secrets)),
        types=switchboard.signals.customer_types,
        listen=typists.subscribe,
    )
    settings = ChatSettings(
        account=WEB_CHAT_ACCOUNT,
        key=parts.secrets.session_key,
        pages=PAGES,
        built=BUILT,
        login_key=login_secret(parts.settings, parts.secrets).encode(),
        origins=frozenset(parts.settings.chat.origins),
        links=StartLinks(parts.channels),
    )
    return ChatDoor(settings, ports, origin=origin)
