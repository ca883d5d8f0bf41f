"""The store's parts over one set of links, and the names of what is new: all that a command needs which speaks for itself."""

import os
from collections.abc import Iterator

from msgspec import Struct

from config.settings.secrets import open_sealed, seal
from hub.model.channels.ports import Clock
from hub.store.channels.cases import Seal
from hub.store.channels.tokens import TokenHouse
from hub.store.connections.links import Links
from hub.store.functions import library_name, library_source
from hub.store.keys import Keys
from hub.store.mailboxes.deliveries import Deliveries
from hub.store.mailboxes.inboxes import Inboxes

CASES, TOKENS = "case", "token"
_PIECE, _PIECES = 10, 256


class Entropy:
    """80 random bits at each call, for new ids. Asked of the system for many at once: a webhook takes one or two."""

    def __init__(self) -> None:
        self._pieces: Iterator[bytes] = iter(())

    def __call__(self) -> int:
        """The next ones."""
        for piece in self._pieces:
            return int.from_bytes(piece, "big")
        many = os.urandom(_PIECE * _PIECES)
        self._pieces = iter([many[at : at + _PIECE] for at in range(0, len(many), _PIECE)])
        return self()


def entropy() -> int:
    """74 random bits and more, for new ids."""
    return int.from_bytes(os.urandom(_PIECE), "big")


def process_name() -> str:
    """A name no other process of the hub has."""
    return f"{os.getpid()}-{os.urandom(4).hex()}"


class Store(Struct, frozen=True):
    """What reads and writes the mailboxes, over one set of links."""

    links: Links
    keys: Keys
    inboxes: Inboxes
    deliveries: Deliveries


def store(links: Links, keys: Keys) -> Store:
    """The store's parts; the links learn which functions every server must hold."""
    links.library = (library_name(), library_source())
    return Store(links=links, keys=keys, inboxes=Inboxes(links, keys), deliveries=Deliveries(links, keys))


def sealing(key: bytes) -> Seal:
    """How kept webhooks are sealed."""
    return Seal(close=lambda plain: seal(key, plain, purpose=CASES), open=lambda sealed: open_sealed(key, sealed, purpose=CASES))


def token_house(links: Links, keys: Keys, *, key: bytes, clock: Clock) -> TokenHouse:
    """Where tokens that turn over live, sealed with the hub's key for nothing else."""
    sealed = Seal(close=lambda plain: seal(key, plain, purpose=TOKENS), open=lambda blob: open_sealed(key, blob, purpose=TOKENS))
    return TokenHouse(links, keys, seal=sealed, clock=clock, owner=process_name())
