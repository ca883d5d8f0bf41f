"""What every account needs once the hub runs: webhooks set where we have a public address, polling where it was chosen."""

from collections.abc import Callable
from typing import TypeGuard

import structlog

from channels.telegram.channel import Telegram
from config.reference.tables import Mode
from config.settings.values import Account
from hub.engine.receiving.polling import Polled
from hub.model.channels.abilities import Connects
from hub.model.channels.ports import Channel
from hub.model.errors import SendError
from hub.model.subject import account_subject, partition_of

log = structlog.get_logger()


async def present(channel: Channel, account: Account, *, public_url: str) -> None:
    """What a channel does once it is at work: it learns who it is, and brings its events here where that takes no click."""
    if isinstance(channel, Telegram):
        await introduce(channel, account, public_url=public_url)
    elif learns(channel):
        await learn(channel, account)


async def introduce(channel: Telegram, account: Account, *, public_url: str) -> None:
    """Learn our own name and tell Telegram where its updates go; what fails is told and tried at the next start."""
    try:
        if account.mode.value == "webhook" and public_url:
            await channel.connect(f"{public_url}/hooks/{channel.kind}/{channel.account}")
        else:
            await channel.introduce()
    except SendError as error:
        log.warning("account not connected", channel=channel.kind, account=channel.account, error=type(error).__name__, reason=error.reason)


def learns(channel: Channel) -> TypeGuard[Connects]:
    """Whether the channel wants to know who the account is before it can do all it does: its links lead there, its name is spoken to."""
    return getattr(channel, "learns", False) is True


async def learn(channel: Connects, account: Account) -> None:
    """Have the channel look at its account; what fails is told and tried at the next start."""
    try:
        await channel.look("")
    except SendError as error:
        log.warning("account not looked at", channel=account.channel, account=account.name, error=type(error).__name__, reason=error.reason)


def polls(channel: Channel, account: Account) -> TypeGuard[Polled]:
    """Whether somebody has to ask for what is new: where polling was chosen, and always for a mailbox."""
    asked = account.mode is Mode.POLLING or getattr(channel, "polls", False) is True
    return asked and callable(getattr(channel, "poll", None))


def ours(channel: Polled, holdings: Callable[[], set[int]]) -> Callable[[], bool]:
    """Whether the mailbox of the account lies in a partition we hold: that process polls."""
    partition = partition_of(account_subject(channel.kind, channel.account))
    return lambda: partition in holdings()
