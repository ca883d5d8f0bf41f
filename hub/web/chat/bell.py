"""The bell: in this process, who wants to know that something new lies for an address."""

from collections.abc import Callable

from hub.model.address import Address

Notify = Callable[[], None]


class Bell:
    """Rings those who listen for an address. A ring carries nothing: who hears it reads from their own cursor."""

    def __init__(self) -> None:
        self._listening: dict[Address, set[Notify]] = {}

    def subscribe(self, address: Address, notify: Notify) -> Callable[[], None]:
        """Call `notify` at each ring, until what is returned is called."""
        self._listening.setdefault(address, set()).add(notify)

        def leave() -> None:
            left = self._listening.get(address, set())
            left.discard(notify)
            if not left:
                self._listening.pop(address, None)

        return leave

    def ring(self, address: Address) -> None:
        """Something new lies there."""
        for notify in tuple(self._listening.get(address, ())):
            notify()

    def ring_all(self) -> None:
        """Rings may have been lost (a connection to the store was made again): everybody reads."""
        for address in tuple(self._listening):
            self.ring(address)
