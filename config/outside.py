"""What channels get from the house, and the same without a house: for checks, captured webhooks and previews."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from aiohttp import ClientSession

from channels.kinds import Outside
from config.channels import kind_of, setup_of
from config.settings import Account
from hub.engine.clock import SystemClock
from hub.engine.exchanges import Exchanges, redactor_of
from hub.model.errors import Rejected
from hub.model.failure import Failure
from hub.model.message import Attachment
from hub.model.ports import Clock, File, Token, Tokens


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


def housed(session: ClientSession, *, clock: Clock, tokens: Tokens) -> Outside:
    """For channels of a running hub."""
    return Outside(session=session, clock=clock, tokens=tokens, files=NoFiles())


def noted(outside: Outside, account: Account, exchanges: Exchanges) -> Outside:
    """The same for one account, whose every call is noted as its own; its session is the caller's to close."""
    values = setup_of(account).values
    secret = {field.key for field in kind_of(account.channel).fields if field.secret} | {"token", "secret"}
    session = exchanges.session(outside.session, (account.channel, account.name), redactor_of(values, frozenset(secret)))
    return replace(outside, session=session, tell=partial(exchanges.told, (account.channel, account.name)))
