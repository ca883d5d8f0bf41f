"""The lookout over the hub wired together: what it looks at on this machine and at providers, and whom it tells."""

import platform
import random
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from msgspec import Struct

from config.accounts.looking import Looks, ReadTokens, look_at
from config.accounts.webhooks import polls
from config.settings.values import Account, Settings
from config.storage.store import Store, process_name, token_house
from hub.engine.monitoring.probes import HouseProbes, Machine, Watched
from hub.engine.monitoring.watch import Lookout, Told
from hub.model.address import Address
from hub.model.alerts.alert import Notice
from hub.model.alerts.message import Reader, posted_form
from hub.model.channels.look import Seen
from hub.model.channels.ports import Channel, Clock
from hub.store.customers.records import Customers
from hub.store.inbox.signals import AlertsChanged, Signals
from hub.store.shop.alerts import Alerts

log = structlog.get_logger()
POST_TIMEOUT = ClientTimeout(total=4.0)
REFUSED_FROM = 300
Channels = Mapping[tuple[str, str], Channel]


class Outlook(Struct, frozen=True):
    """What the lookout of one process needs of it.

    `accounts`: those at work now; `spooled`: events on its disk; `key`: what the house's tokens are sealed with, which it only reads;
    `stamps`: the clock that providers' stamps are compared with.
    """

    settings: Settings
    store: Store
    channels: Channels
    accounts: Callable[[], Sequence[Account]]
    session: ClientSession
    clock: Clock
    stamps: Clock
    key: bytes
    spooled: Callable[[], int]


class Watching(Struct, frozen=True):
    """The lookout of one process and its probes, which end with it."""

    lookout: Lookout
    probes: HouseProbes

    async def run(self) -> None:
        """Watch until cancelled."""
        try:
            await self.lookout.run()
        finally:
            await self.probes.close()


def watching_of(outlook: Outlook) -> Watching:
    """The lookout over a process's hub."""
    settings, store, clock = outlook.settings, outlook.store, outlook.clock
    machine = Machine(
        name=platform.node() or "this machine", free=lambda: shutil.disk_usage(settings.data).free, spooled=outlook.spooled
    )  # fmt: skip
    probes = HouseProbes(
        store.links,
        store.keys,
        accounts=lambda: watched(outlook.accounts(), outlook.channels),
        look_at=_looks_of(outlook),
        machine=machine,
        clock=clock,
        chance=random.SystemRandom().random,
    )
    signals = Signals(store.links, store.keys, customers=Customers(store.links, store.keys))
    lookout = Lookout(
        Alerts(store.links, store.keys),
        store.deliveries,
        probes,
        told=_told_by(outlook),
        clock=clock,
        every=settings.alerts.every_seconds,
        me=process_name(),
        on_change=lambda: signals.publish(AlertsChanged()),
    )
    return Watching(lookout=lookout, probes=probes)


def watched(accounts: Sequence[Account], channels: Channels) -> tuple[Watched, ...]:
    """The accounts that have a provider; those it calls are known by their silence, too."""
    served = ((account, channels[place]) for account in accounts if (place := (account.channel, account.name)) in channels)
    return tuple(Watched((account.channel, account.name), hooked=not polls(channel, account), setup=account) for account, channel in served)


def reader_of(settings: Settings) -> Reader:
    """How the shop's people read."""
    shop = settings.shop
    return Reader(shop=shop.name, language=shop.language, time_zone=shop.time_zone)


def _looks_of(outlook: Outlook) -> Callable[[tuple[str, str]], Awaitable[Seen]]:
    tokens = token_house(outlook.store.links, outlook.store.keys, key=outlook.key, clock=outlook.stamps)
    looks = Looks(outlook.session, outlook.stamps, ReadTokens(tokens), outlook.settings.public_url)

    async def look(place: tuple[str, str]) -> Seen:
        found = next((one for one in outlook.accounts() if (one.channel, one.name) == place), None)
        # One that was taken away a moment ago has nothing to tell.
        return await look_at(found, looks) if found else Seen(channel=place[0], account=place[1], at=outlook.clock.now(), points=())

    return look


def _told_by(outlook: Outlook) -> Told:
    alerts, reader = outlook.settings.alerts, reader_of(outlook.settings)

    def serves(address: Address) -> bool:
        return (address.channel, address.account) in outlook.channels

    async def post(notice: Notice) -> bool:
        return await _posted(outlook.session, str(alerts.webhook), posted_form(notice, reader))

    return Told(to=alerts.to, reader=reader, serves=serves, post=post if alerts.webhook else None)


async def _posted(session: ClientSession, url: str, form: Mapping[str, object]) -> bool:
    """Whether the address took it. It may have, though no answer came: it is posted again then, under the same id."""
    try:
        async with session.post(url, json=form, timeout=POST_TIMEOUT, allow_redirects=False) as answer:
            if answer.status < REFUSED_FROM:
                return True
            log.warning("the web address for alerts refuses", status=answer.status)
    except (ClientError, TimeoutError, OSError) as error:
        log.warning("the web address for alerts is not reached", error=type(error).__name__)
    return False
