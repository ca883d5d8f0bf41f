"""How a channel account is doing: its rate, and whether it can take anything now."""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from math import ceil

from hub.engine.files.preparing import Preparing
from hub.model.address import Address
from hub.model.channels.ports import Channel, Clock
from hub.model.channels.rates import Rates
from hub.model.errors import HubError, SendError, Throttled
from hub.model.messaging.delivery import Delivery
from hub.store.channels.calls import Calls, Pause
from hub.store.mailboxes.token_buckets import Buckets

FAILURES_BEFORE_PAUSE = 5
LOOK_S = 0.5
"""So often, at most, an account's next call is preceded by a look whether another process was told to wait."""
PAUSES_S = (1.0, 4.0, 15.0, 60.0, 300.0)
IDENTITIES_KEPT = 4096


class Account:
    """One channel account as the outboxes of this process see it."""

    def __init__(
        self, channel: Channel, rates: Rates, *, clock: Clock, buckets: Buckets, calls: Calls, preparing: Preparing | None = None
    ) -> None:
        self.channel = channel
        self._preparing = preparing
        self._rates = rates
        self._clock = clock
        self._buckets = buckets
        self._calls = calls
        self._looked = -LOOK_S
        self._failures = 0
        self._until = 0.0
        self._waiting: dict[str, float] = {}
        self._identities: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def prepared(self, delivery: Delivery) -> Delivery:
        """The delivery with its files where the provider finds them; raises a SendError, StoreAway."""
        return await self._preparing.prepared(self.channel, delivery) if self._preparing else delivery

    @property
    def paused_for(self) -> float:
        """Seconds until the account can be tried again; 0 where it can be now."""
        return max(0.0, self._until - self._clock.boottime())

    async def wait_ms(self, address: Address) -> int:
        """Take a token for a call to that address: 0 where it may go, else the ms to wait (nothing is taken then)."""
        if resting := await self._resting():
            return resting
        rates = self._rates
        now = self._clock.now()
        rate, burst, recipient = self._of_one(address)
        if rate:
            wait = await self._buckets.take(address.channel, address.account, now, rate=rate, burst=burst, recipient=recipient)
            if wait:
                return wait
        if rates.per_second:
            return await self._buckets.take(address.channel, address.account, now, rate=rates.per_second, burst=rates.burst)
        return 0

    def _of_one(self, address: Address) -> tuple[float, int, str]:
        """The limit of one recipient, a group's being its own: calls a second, how many at once, whose bucket."""
        rates = self._rates
        if rates.per_group and address.id.startswith(rates.group_ids):
            return rates.per_group, rates.group_burst, f"{address.id}/group"
        return rates.per_address, rates.address_burst, address.id

    def went_well(self) -> None:
        """A call was answered: the account is there."""
        self._failures = 0

    def pause(self, seconds: float) -> None:
        """The provider asked the whole account to wait."""
        self._until = max(self._until, self._clock.boottime() + seconds)

    async def rest(self, seconds: float, error: SendError) -> None:
        """Pause, and have every other process pause too: they look before their next call, twice a second."""
        self.pause(seconds)
        now = self._clock.now()
        pause = Pause(until=now + int(seconds * 1000), failure=error.failure.value, code=error.code)
        with suppress(HubError):  # The store is away: then nobody sends, and what the provider asked for holds here all the same.
            await self._calls.pause((self.channel.kind, self.channel.account), pause, now=now)

    async def _resting(self) -> int:
        """How many ms the account rests still, for what another process was told."""
        now = self._clock.boottime()
        if now - self._looked >= LOOK_S:
            self._looked = now
            told = await self._calls.paused((self.channel.kind, self.channel.account))
            self.pause((told.until - self._clock.now()) / 1000)
        return ceil(self.paused_for * 1000)

    def speaks_of_all(self, error: Throttled, address: Address) -> bool:
        """Whether a wait told for that address holds for every send: as the provider says, else once two addresses are told to wait."""
        now, mine = self._clock.boottime(), str(address)
        self._waiting = {other: until for other, until in self._waiting.items() if until > now and other != mine}
        whole = error.whole_account or (error.untold and bool(self._waiting))
        self._waiting[mine] = now + error.retry_after
        return whole

    def is_new(self, address: Address, identity: str) -> bool:
        """Whether this other id of somebody was not told yet: some providers tell it with every answer, and it is a turn each time."""
        told = (str(address), identity)
        if told in self._identities:
            self._identities.move_to_end(told)
            return False
        self._identities[told] = None
        if len(self._identities) > IDENTITIES_KEPT:
            self._identities.popitem(last=False)
        return True

    def failed(self) -> None:
        """A call found nobody; after several in a row the account rests, longer each time."""
        self._failures += 1
        over = self._failures - FAILURES_BEFORE_PAUSE
        if over >= 0:
            self.pause(PAUSES_S[min(over, len(PAUSES_S) - 1)])


Accounts = Mapping[tuple[str, str], Account]
"""All accounts by (channel kind, account name)."""
