"""What a provider tells of an account itself, by webhook: for the log, the account's own log, the counts and the alerts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

import structlog

from hub.engine.counters import Counters
from hub.model.alerts.enforcement import Enforced, begun, ended
from hub.model.channels.abilities import Warned, Warns
from hub.model.channels.ports import Channel, Clock, Inbound
from hub.model.errors import BadSignature
from hub.web.webhooks.visit_log import Visits

Enforce = Callable[[str, Enforced], Awaitable[None]]
"""Durable when it returns; takes the account as alerts name it. Raises StoreAway, StoreFull."""

log = structlog.get_logger(__name__)


class Warnings:
    """Hears them. `ours`: the accounts of a kind by what their provider calls them; `verify` raises BadSignature."""

    def __init__(
        self,
        enforce: Enforce,
        *,
        ours: Callable[[str], Mapping[str, Channel]],
        verify: Callable[[Channel, Inbound], None],
        visits: Visits,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self._enforce = enforce
        self._ours = ours
        self._verify = verify
        self._visits = visits
        self._counters = counters
        self._clock = clock

    async def take(self, channel: Channel, inbound: Inbound) -> None:
        """What a verified webhook tells of the account it came to and, where an app has one webhook for all, of its siblings."""
        if not hasattr(channel, "warned"):
            return
        ours = self._ours(channel.kind)
        for one in dict.fromkeys((channel, *ours.values())):
            told = cast("Warns", one).warned(inbound)
            if told and (one is channel or self._is_signed(one, inbound)):
                for news in told:
                    if _is_of(news, one, brought_to=channel, ours=ours):
                        await self._note(one, news)

    def _is_signed(self, channel: Channel, inbound: Inbound) -> bool:
        try:
            self._verify(channel, inbound)
        except BadSignature:
            return False
        return True

    async def _note(self, channel: Channel, told: Warned) -> None:
        place, now = (channel.kind, channel.account), self._clock.now()
        if told.kind is not None:
            about, at = told.about, told.at
            held = begun(told.kind, about=about, at=at, ends=told.until, now=now)
            await self._enforce("/".join(place), held if told.failure else ended(told.kind, about=about, at=at, now=now))
        if told.failure:
            self._counters.failures[channel.kind, told.failure.value] += 1
        level = log.warning if told.failure else log.info
        level("the provider speaks of the account", channel=place[0], account=place[1], code=told.code, reason=told.reason)
        self._visits.warned(place, told)


def _is_of(told: Warned, one: Channel, *, brought_to: Channel, ours: Mapping[str, Channel]) -> bool:
    """Whether it is said of this account; an account that does not know its own id takes what is nobody else's."""
    own = getattr(one, "own_id", "")
    if told.recipient:
        return told.recipient == own or (not own and told.recipient not in ours)
    return one is brought_to
