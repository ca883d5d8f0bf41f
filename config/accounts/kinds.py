"""From the settings' accounts to channels: a channel's client is imported only when one of its accounts is set up."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from importlib.metadata import entry_points

from channels.kinds import AccountSetup, ChannelKind, Outside
from config.settings.values import Account
from hub.model.channels.ports import Channel, ChatLog, Clock
from hub.model.channels.rates import Rates
from hub.model.errors import SettingsError

WEB_CHAT_ACCOUNT = "web"

GROUP = "omnihub.channels"
"""The entry points by which a package from outside brings a channel: its kind = "module:KIND"."""

MODULES: Mapping[str, str] = {
    "email": "channels.email.channel",
    "instagram": "channels.meta.instagram",
    "line": "channels.line.channel",
    "messenger": "channels.meta.messenger",
    "plain": "channels.plain",
    "slack": "channels.slack.channel",
    "telegram": "channels.telegram.channel",
    "twilio_sms": "channels.twilio.sms",
    "twilio_whatsapp": "channels.twilio.whatsapp",
    "viber": "channels.viber.channel",
    "whatsapp_cloud": "channels.whatsapp_cloud.channel",
    "zalo": "channels.zalo.channel",
}
"""Where each kind of channel is described, as `KIND`."""


def known_kinds() -> tuple[str, ...]:
    """The names of all kinds of channel, ours and those of packages beside us."""
    return tuple(sorted({*MODULES, *(point.name for point in entry_points(group=GROUP))}))


@cache
def kind_of(channel: str) -> ChannelKind:
    """A kind of channel by its name; raises SettingsError for one nobody brings."""
    if channel in MODULES:
        found = import_module(MODULES[channel]).KIND
    else:
        (point, *_) = (*entry_points(group=GROUP, name=channel), None)
        if point is None:
            raise SettingsError(f"account.channel {channel!r} is not known; choose one of {', '.join(known_kinds())}.")
        found = point.load()
    if not isinstance(found, ChannelKind):
        raise SettingsError(f"The package behind the channel {channel!r} does not describe one; update or remove it.")
    return found


def setup_of(account: Account, *, public_url: str = "") -> AccountSetup:
    """The account as its channel sees it: bare texts, secrets too, for they go on the wire."""
    own = {"token": account.token, "secret": account.secret, "mode": account.mode.value, **account.options}
    return AccountSetup(
        channel=account.channel,
        name=account.name,
        values={key: "".join(value) for key, value in own.items() if value},
        base_url=account.base_url,
        public_url=public_url,
        hook_url=f"{public_url}/hooks/{account.channel}/{account.name}" if public_url else "",
    )


def build_channel(account: Account, outside: Outside, *, public_url: str = "") -> Channel:
    """The channel of an account; raises SettingsError naming what is missing or wrong."""
    return kind_of(account.channel).build(setup_of(account, public_url=public_url), outside)


def rates_of(account: Account) -> Rates:
    """How fast the account may be written through: as set, else the provider's own limits."""
    own = kind_of(account.channel).rates
    per_second = account.rate_per_second or own.per_second
    per_address = account.rate_per_address or own.per_address
    return Rates(
        per_second=per_second,
        burst=max(1, int(per_second)),
        per_address=per_address,
        address_burst=max(own.address_burst, int(per_address)),
        per_group=own.per_group,
        group_burst=own.group_burst,
        group_ids=own.group_ids,
    )


def web_chat(log: ChatLog, *, key: bytes, clock: Clock) -> Channel:
    """The web chat, which every hub has; its provider is the hub itself. `key` signs sessions."""
    from channels.webchat import Settings, WebChat

    return WebChat(Settings(account=WEB_CHAT_ACCOUNT, key=key), log=log, now=clock.now)


class StartLinks(Mapping[str, Callable[[str], str]]):
    """By channel, how a customer of the web chat is led there: token → address, of the first account of a kind that can, as it is now.

    The address is empty where none of them can: some learn only once they run what they are called there.
    """

    def __init__(self, channels: Mapping[tuple[str, str], Channel]) -> None:
        self._channels = channels

    def __getitem__(self, kind: str) -> Callable[[str], str]:
        """Raises KeyError where no account of that kind can."""
        return self._found()[kind]

    def __iter__(self) -> Iterator[str]:
        """The channels with such links."""
        return iter(self._found())

    def __len__(self) -> int:
        """How many they are."""
        return len(self._found())

    def _found(self) -> dict[str, Callable[[str], str]]:
        found: dict[str, list[Callable[[str], str]]] = {}
        for channel in self._channels.values():
            make = getattr(channel, "start_link", None)
            if callable(make):
                found.setdefault(channel.kind, []).append(make)
        return {kind: partial(_first, makers) for kind, makers in found.items()}


def _first(makers: Sequence[Callable[[str], str]], token: str) -> str:
    return next((url for make in makers if (url := make(token))), "")
