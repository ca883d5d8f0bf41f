"""Addresses: where a customer can be reached, on which account of which channel."""

from hub.model.base import Value


class Address(Value, frozen=True):
    """One place to reach somebody: channel kind, the shop's account there, the provider's id of the person or group."""

    channel: str
    account: str
    id: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.account}:{self.id}"


SHOP = "shop"
"""The channel of addresses that only say who somebody is in the shop's own system; nothing can be sent there."""

SHOP_ACCOUNT = "main"
"""A hub serves one shop."""


def shop_address(user: str) -> Address:
    """Who the shop's server says somebody is: by a signed login, or by an `identify` call."""
    return Address(channel=SHOP, account=SHOP_ACCOUNT, id=user)


def is_reachable(address: Address) -> bool:
    """Whether a message can go there at all."""
    return address.channel != SHOP
