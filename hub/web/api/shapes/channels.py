"""What the routes about channel accounts are asked and answer; an exchange is the model's (hub/model/channels/exchange.py)."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.model.channels.exchange import Exchange, Standing
from hub.model.channels.rates import Rates
from hub.model.messaging.message import Capabilities

State = Literal["connected", "quiet", "failing", "paused"]
_Place = Annotated[str, Meta(max_length=64, pattern=r"^(\d{1,20}-\d{1,20})?\Z")]


class ChannelAccount(Struct, frozen=True):
    """One configured account; `webhook`: the path to enter at the provider.

    `state`: connected (its last call went well), quiet (none was made these seven days), failing (its last call failed), paused (until
    `paused_until`, ms since 1970, for what `paused_for` says); `standing`: calls and failures of the last hour, the last error; `rates`:
    how fast it may be written through.
    """

    channel: str
    account: str
    webhook: str
    capabilities: Capabilities
    state: State = "quiet"
    paused_until: int = 0
    paused_for: str = ""
    standing: Standing = Standing()
    rates: Rates = Rates()


class ChannelList(Struct, frozen=True):
    """All configured accounts."""

    channels: tuple[ChannelAccount, ...]


class LogQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which page: older than `before`, or what came behind `after`; those that failed, or those of one delivery, only."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    before: _Place = ""
    after: _Place = ""
    failed: bool = False
    delivery: Annotated[str, Meta(max_length=128)] = ""


class LogEntry(Struct, frozen=True):
    """An exchange, and the place by which one reads on from it."""

    id: str
    exchange: Exchange


class LogPage(Struct, frozen=True):
    """Newest first; behind `after`: oldest first. `before`: where older ones begin ('': that was all)."""

    entries: tuple[LogEntry, ...]
    before: str = ""
