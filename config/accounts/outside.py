"""What channels get from the house, and the same without a house: for checks, captured webhooks and previews."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from aiohttp import ClientSession
from msgspec import Struct

from channels.kinds import Outside
from config.accounts.kinds import kind_of, setup_of
from config.settings.values import Account
from hub.engine.clock import SystemClock
from hub.engine.files.fetching import Bounds, Fetcher, HadLater, NotHad
from hub.engine.logging.exchanges import Exchanges, redactor_of
from hub.model.channels.abilities import Located
from hub.model.channels.ports import Clock, File, Files, Token, Tokens
from hub.model.errors import Rejected, TemporaryFailure
from hub.model.failure import Failure
from hub.model.files.kinds import StoredFile, ids_of
from hub.model.files.lending import Lending
from hub.model.files.wanted import Limits, Whence
from hub.model.messaging.message import Attachment
from hub.store.archive.errors import ArchiveAway


class NoFiles:
    """No files can be had."""

    async def read(self, attachment: Attachment) -> File:
        """Raises Rejected."""
        raise Rejected(f"the {attachment.kind.value} cannot be read here", failure=Failure.MEDIA)


class PassingTokens:
    """Tokens of one process, forgotten with it."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str], Token] = {}

    async def current(self, channel: str, account: str) -> Token | None:
        """The newest one."""
        return self._newest.get((channel, account))

    async def renew(self, channel: str, account: str, get: Callable[[Token | None], Awaitable[Token]]) -> Token:
        """Have the next one made; raises what `get` raises."""
        token = await get(self._newest.get((channel, account)))
        self._newest[channel, account] = token
        return token


def alone(session: ClientSession, *, clock: Clock | None = None) -> Outside:
    """For channels outside a running hub: nothing is kept, no file is there."""
    return Outside(session=session, clock=clock or SystemClock(), tokens=PassingTokens(), files=NoFiles())


class Shelf(Protocol):
    """Where files lie; both raise ArchiveAway."""

    async def find(self, ids: Sequence[str]) -> tuple[StoredFile, ...]:
        """Those that are there."""
        ...

    async def piece(self, id: str, start: int, length: int) -> bytes:  # noqa: A002 - the field's name
        """So many bytes of a file from there on."""
        ...


class HousedFiles(Struct, frozen=True):
    """The files messages name: ours from the archive, also by a link of `lending`, the shop's own from any public https address."""

    shelf: Shelf
    fetcher: Fetcher
    lending: Lending
    limits: Limits
    clock: Clock

    async def read(self, attachment: Attachment) -> File:
        """The file, whole; raises Rejected, TemporaryFailure."""
        url = attachment.url
        if ours := self._id(url):
            return await self._ours(ours)
        if not url:
            raise Rejected(f"the {attachment.kind.value} has no address", failure=Failure.MEDIA)
        bounds = Bounds(self.limits.of(attachment.kind), self.limits.seconds)
        try:
            brought = await self.fetcher.fetch(Located(url=url), Whence(hosts=("*",)), bounds)
        except NotHad as error:
            raise Rejected(f"the {attachment.kind.value} cannot be had: {error}", failure=Failure.MEDIA) from error
        except HadLater as error:
            raise TemporaryFailure(f"the {attachment.kind.value} cannot be had now: {error}", failure=Failure.MEDIA) from error
        name = attachment.filename or url.rpartition("/")[2].partition("?")[0]
        return File(content=brought.content, mime_type=attachment.mime_type or brought.mime_type, name=name)

    def _id(self, url: str) -> str:
        """Which file of ours an address names; empty where none."""
        base = self.lending.base
        if lent := self.lending.lent_by(url, now=self.clock.now()):
            return lent
        return next(iter(ids_of([url], "") or (ids_of([url], base) if base else ())), "")

    async def _ours(self, id: str) -> File:  # noqa: A002 - the field's name
        try:
            found = await self.shelf.find([id])
            content = await self.shelf.piece(id, 0, found[0].size) if found else b""
        except ArchiveAway as error:
            raise TemporaryFailure("the archive does not answer") from error
        if not content:
            raise Rejected("the file is gone", failure=Failure.MEDIA)
        return File(content=content, mime_type=found[0].mime, name=found[0].name)


def housed(session: ClientSession, *, clock: Clock, tokens: Tokens, files: Files) -> Outside:
    """For channels of a running hub."""
    return Outside(session=session, clock=clock, tokens=tokens, files=files)


def noted(outside: Outside, account: Account, exchanges: Exchanges) -> Outside:
    """The same for one account, whose every call is noted as its own; its session is the caller's to close."""
    values = setup_of(account).values
    secret = {field.key for field in kind_of(account.channel).fields if field.secret} | {"token", "secret"}
    session = exchanges.session(outside.session, (account.channel, account.name), redactor_of(values, frozenset(secret)))
    return replace(outside, session=session, tell=partial(exchanges.told, (account.channel, account.name)))
