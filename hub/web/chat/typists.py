"""Who types to whom, told to the pages of this process: of all passing words, the ones that are a page's matter."""

from collections.abc import Callable

from hub.model.address import Address
from hub.store.inbox.signals import CUSTOMER, Signal, Typed

Hear = Callable[[str], None]
"""Is told who types."""


class Typists:
    """Listens once for all pages: a signal costs a look-up, however many are open."""

    def __init__(self) -> None:
        self._hearing: dict[Address, set[Hear]] = {}

    def subscribe(self, address: Address, hear: Hear) -> Callable[[], None]:
        """Hear which of us types to that address, until what is returned is called."""
        self._hearing.setdefault(address, set()).add(hear)

        def leave() -> None:
            left = self._hearing.get(address, set())
            left.discard(hear)
            if not left:
                self._hearing.pop(address, None)

        return leave

    def heard(self, signal: Signal | None) -> None:
        """What the switchboard tells."""
        if isinstance(signal, Typed) and signal.address and signal.who != CUSTOMER:
            for hear in tuple(self._hearing.get(signal.address, ())):
                hear(signal.who)
