"""What every account needs once the hub runs: webhooks set where we have a public address, polling where it was chosen."""

from collections.abc import Callable

import structlog

from channels.telegram import Telegram
from config.settings import Account
from hub.model.errors import SendError
from hub.model.subject import account_subject, partition_of

log = structlog.get_logger()


async def introduce(channel: Telegram, account: Account, *, public_url: str) -> None:
    """Learn our own name and tell Telegram where its updates go; what fails is told and tried at the next start."""
    try:
        await channel.introduce()
        if account.mode.value == "webhook" and public_url:
            await channel.connect(f"{public_url}/hooks/{channel.kind}/{channel.account}")
    except SendError as error:
        log.warning("account not connected", channel=channel.kind, account=channel.account, error=type(error).__name__, reason=error.reason)


def ours(channel: Telegram, holdings: Callable[[], set[int]]) -> Callable[[], bool]:
    """Whether the mailbox of the account lies in a partition we hold: that process polls."""
    partition = partition_of(account_subject(channel.kind, channel.account))
    return lambda: partition in holdings()
