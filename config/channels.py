"""From the settings' accounts to channels: a channel's client is imported only when one of its accounts is set up."""

from collections.abc import Callable, Iterable, Mapping

from aiohttp import ClientSession

from config.settings import Account
from hub.engine.accounts import Rates
from hub.model.errors import SettingsError
from hub.model.ports import Channel, ChatLog, Clock

Build = Callable[[Account, ClientSession], Channel]


def plain(secret: str) -> str:
    """The bare text of a secret, for channels that put it on the wire."""
    return "".join(secret)


def _telegram(account: Account, session: ClientSession) -> Channel:
    from channels.telegram import BASE_URL, LINK_BASE, Mode, Settings, Telegram

    settings = Settings(
        account=account.name,
        token=plain(account.token),
        secret=plain(account.secret),
        mode=Mode(account.mode.value),
        base_url=account.base_url or BASE_URL,
        bot_username=account.options.get("bot_username", ""),
        link_base=account.options.get("link_base", LINK_BASE),
    )
    return Telegram(settings, session)


def _plain(account: Account, session: ClientSession) -> Channel:
    from channels.plain import Plain, Settings

    return Plain(Settings(account=account.name, secret=plain(account.secret), base_url=account.base_url), session)


WEB_CHAT_ACCOUNT = "web"

BUILDERS: Mapping[str, Build] = {"telegram": _telegram, "plain": _plain}

RATES: Mapping[str, Rates] = {
    # 30 a second a bot and about one a second a chat: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    "telegram": Rates(per_second=30, burst=30, per_address=1, address_burst=3),
}


def build_channel(account: Account, session: ClientSession) -> Channel:
    """The channel of an account; raises SettingsError naming what is missing or wrong."""
    build = BUILDERS.get(account.channel)
    if build is None:
        raise SettingsError(f"account.channel {account.channel!r} is not known; choose one of {', '.join(sorted(BUILDERS))}.")
    return build(account, session)


def rates_of(account: Account) -> Rates:
    """How fast the account may be written through: as set, else the provider's own limits."""
    own = RATES.get(account.channel, Rates())
    per_second = account.rate_per_second or own.per_second
    per_address = account.rate_per_address or own.per_address
    return Rates(
        per_second=per_second,
        burst=max(1, int(per_second)),
        per_address=per_address,
        address_burst=max(own.address_burst, int(per_address)),
    )


def web_chat(log: ChatLog, *, key: bytes, clock: Clock) -> Channel:
    """The web chat, which every hub has; its provider is the hub itself. `key` signs sessions."""
    from channels.webchat import Settings, WebChat

    return WebChat(Settings(account=WEB_CHAT_ACCOUNT, key=key), log=log, now=clock.now)


def start_links(channels: Iterable[Channel]) -> Mapping[str, Callable[[str], str]]:
    """By channel, how a customer of the web chat is led there: token → address. The first account of a kind that can."""
    found: dict[str, Callable[[str], str]] = {}
    for channel in channels:
        make = getattr(channel, "start_link", None)
        if callable(make):
            found.setdefault(channel.kind, make)
    return found
