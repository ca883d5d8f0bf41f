"""The demo's phones: an account of every channel that has a stand-in, its hooks, and what its phones are told of its limits."""

from collections.abc import Mapping

from msgspec import to_builtins

from config.reference.reading import Secret
from config.settings.values import Account
from hub.model.channels.ports import Channel
from sandbox.phones import Phones
from sandbox.plugged import PLUGS

ACCOUNT = "demo"
_SECRETS = ("token", "secret")
_TOLD = (
    "text_units",
    "unit",
    "quick_replies",
    "buttons",
    "rows",
    "cards",
    "templates",
    "receipts",
    "read_receipts",
    "reactions",
    "window_hours",
)


def accounts(phones: Phones, *, name: str = ACCOUNT) -> tuple[Account, ...]:
    """An account for every stand-in, as hub.toml would have it."""
    return tuple(
        Account(
            channel=kind,
            name=name,
            base_url=f"{phones.base_url}/{kind}{plug.path}",
            token=Secret(plug.fields.get("token", "")),
            secret=Secret(plug.fields.get("secret", "")),
            options={
                key: value.format(base=f"{phones.base_url}/{kind}", **phones.desk(kind).told)
                for key, value in plug.fields.items()
                if key not in _SECRETS
            },
        )
        for kind, plug in PLUGS.items()
    )


def plug_in(phones: Phones, channels: Mapping[tuple[str, str], Channel], *, base: str, name: str = ACCOUNT) -> None:
    """Bring webhooks to the hub at that address, and tell the phones what each channel can show."""
    phones.hook(base, name)
    for (kind, account), channel in channels.items():
        if account == name:
            can = to_builtins(channel.capabilities)
            phones.limits[kind] = {key: can[key] for key in _TOLD if can.get(key)}
