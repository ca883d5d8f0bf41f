"""How a channel account is doing: its rate, and whether it can take anything now."""

from collections.abc import Mapping

from hub.model.address import Address
from hub.model.ports import Channel, Clock
from hub.model.rates import Rates
from hub.store.buckets import Buckets

FAILURES_BEFORE_PAUSE = 5
PAUSES_S = (1.0, 4.0, 15.0, 60.0, 300.0)


class Account:
    """One channel account as the outboxes of this process see it."""

    def __init__(self, channel: Channel, rates: Rates, *, clock: Clock, buckets: Buckets) -> None:
        self.channel = channel
        self._rates = rates
        self._clock = clock
        self._buckets = buckets
        self._failures = 0
        self._until = 0.0

    @property
    def paused_for(self) -> float:
        """Seconds until the account can be tried again; 0 where it can be now."""
        return max(0.0, self._until - self._clock.boottime())

    async def wait_ms(self, address: Address) -> int:
        """Take a token for a call to that address: 0 where it may go, else the ms to wait (nothing is taken then)."""
        rates = self._rates
        now = self._clock.now()
        if rates.per_address:
            wait = await self._buckets.take(
                address.channel, address.account, now, rate=rates.per_address, burst=rates.address_burst, recipient=address.id
            )
            if wait:
                return wait
        if rates.per_second:
            return await self._buckets.take(address.channel, address.account, now, rate=rates.per_second, burst=rates.burst)
        return 0

    def went_well(self) -> None:
        """A call was answered: the account is there."""
        self._failures = 0

    def pause(self, seconds: float) -> None:
        """The provider asked the whole account to wait."""
        self._until = max(self._until, self._clock.boottime() + seconds)

    def failed(self) -> None:
        """A call found nobody; after several in a row the account rests, longer each time."""
        self._failures += 1
        over = self._failures - FAILURES_BEFORE_PAUSE
        if over >= 0:
            self.pause(PAUSES_S[min(over, len(PAUSES_S) - 1)])


Accounts = Mapping[tuple[str, str], Account]
"""All accounts by (channel kind, account name)."""
