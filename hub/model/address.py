"""Addresses: where a customer can be reached, on which account of which channel."""

from hub.model.base import Value


class Address(Value, frozen=True):
    """One place to reach somebody: channel kind, the shop's account there, the provider's id of the person or group."""

    channel: str
    account: str
    id: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.account}:{self.id}"
