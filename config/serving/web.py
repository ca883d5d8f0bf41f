"""The web side wired together: providers' door, API, web chat, health and metrics on one port."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from aiohttp import web
from msgspec import Struct
from prometheus_client import CollectorRegistry

from channels.windows import RULES
from config.accounts.kinds import WEB_CHAT_ACCOUNT
from config.accounts.lineup import Lineup
from config.accounts.looking import Looks
from config.accounts.phrasing import catalogue
from config.accounts.sealed import sealer_of
from config.accounts.setup import ConsoleAccounts
from config.rules.prices import load_prices
from config.settings.load import SETTINGS_FILE
from config.settings.secrets import Secrets
from config.settings.values import Settings
from config.storage.store import Store, entropy, sealing
from config.wiring.chat import ChatParts, OpenArchive, chat_door, filing_of, unpacking_of
from config.wiring.feed import Feeding, feeding_of
from config.wiring.sign_in import new_secret, open_people
from hub.desk.asking import Desk
from hub.desk.passwords import Passwords
from hub.desk.people import People
from hub.engine.counters import Counters
from hub.engine.logging.exchanges import Exchanges
from hub.engine.receiving.intake import Intake
from hub.engine.receiving.polling import Takes
from hub.engine.sending.gestures import Gestures
from hub.model.address import Address
from hub.model.channels.ports import Clock
from hub.model.events.event import Incoming
from hub.model.shop.people import Right
from hub.model.webchat.chat import KIND
from hub.model.webchat.login import write_key
from hub.nudges.rules import Rules
from hub.store.channels.accounts import KeptAccounts
from hub.store.channels.calls import Calls
from hub.store.channels.cases import Cases
from hub.store.customers.records import Customers
from hub.store.customers.timeline import Timeline
from hub.store.inbox.inbox import Inbox
from hub.store.inbox.queue import Queue
from hub.store.inbox.signals import Signals
from hub.store.mailboxes.dead_letters import DeadLetters
from hub.store.mailboxes.kill_switch import Switch
from hub.store.shop.alerts import Alerts
from hub.store.shop.journeys import JourneySwitches
from hub.store.webchat.chats import Chats
from hub.web.api.all_routes import api_routes
from hub.web.api.journey_views import JourneyFacts, Nudging
from hub.web.api.table import Finder, Rooms
from hub.web.auth.callers import Signing
from hub.web.auth.devices import Devices
from hub.web.auth.tokens import Tokens
from hub.web.chat.bell import Bell
from hub.web.feed.switchboard import Switchboard
from hub.web.http.origin import Origin, networks
from hub.web.http.throttle import sign_in_throttle
from hub.web.server.app import application, serve
from hub.web.server.health import Health
from hub.web.server.metrics import HubCollector, Metrics
from hub.web.server.screens import Screens
from hub.web.tracking.door import DAYS as EVENT_DAYS
from hub.web.tracking.door import EventDoor, EventKeys
from hub.web.webhooks.door import Hooks

Check = Callable[[], Awaitable[None]]
SCREENS = Path(__file__).parents[2] / "console" / "dist"


class WebSide(Struct):
    """A serving web side and where."""

    runner: web.AppRunner
    port: int
    chats: Chats
    bell: Bell
    switchboard: Switchboard
    feeding: Feeding
    people: People
    passwords: Passwords

    async def ring(self) -> None:
        """Tell open chat pages of what came for them, until cancelled."""
        async for news in self.chats.news():
            account, _, session = news.partition(":")
            if session:
                self.bell.ring(Address(channel=KIND, account=account, id=session))
            else:
                self.bell.ring_all()

    async def close(self) -> None:
        """Answer what is open, then stop."""
        await self.runner.cleanup()
        self.passwords.close()


class WebParts(Struct, frozen=True):
    """What the web side serves and asks; `ready`: checks of /readyz; `gauges`, `alerts`: what /metrics shows as of now.

    `sign_in_clock`: by which sessions grow old; `tables`: routes of somebody else (the demo's shop) on the same port.
    """

    settings: Settings
    secrets: Secrets
    store: Store
    intake: Intake
    counters: Counters
    lineup: Lineup
    looks: Looks
    chats: Chats
    clock: Clock
    ready: Mapping[str, Check]
    gauges: Mapping[str, Callable[[], float]]
    alerts: Callable[[], Mapping[tuple[str, str], int]]
    version: str
    archive: OpenArchive
    rules: Rules
    exchanges: Exchanges
    gestures: Gestures
    sign_in_clock: Clock
    tables: Sequence[web.RouteDef] = ()
    lends: bool = False

    @property
    def chat(self) -> ChatParts:
        """What the chat is made of."""
        return ChatParts(
            settings=self.settings,
            secrets=self.secrets,
            store=self.store,
            intake=self.intake,
            chats=self.chats,
            clock=self.clock,
            channels=self.lineup.channels,
            archive=self.archive,
        )


async def open_web(parts: WebParts) -> WebSide:
    """Serve on the settings' host and port; OSError where that is taken."""
    settings, bell = parts.settings, Bell()
    origin = Origin(public_url=settings.public_url, proxies=networks(settings.trusted_proxies))
    cases = Cases(parts.store.links, parts.store.keys, seal=sealing(parts.secrets.case_key))
    intake = unpacking_of(settings, parts.archive, parts.intake, clock=parts.clock)
    hooks = _hooks(parts, intake, cases, origin)
    switchboard = Switchboard(_signals(parts))
    people, passwords = open_people(parts.store, clock=parts.sign_in_clock)
    tokens = Tokens({"settings": parts.secrets.api_token}, origin=origin, clock=parts.clock)
    signing = Signing(people, tokens=tokens, origin=origin)
    chat = chat_door(parts.chat, bell, switchboard, origin=origin, looks=partial(signing.caller, needed=Right.LOOK))
    feeding = feeding_of(parts.store, switchboard, clock=parts.clock, gestures=parts.gestures)
    feed = feeding.door(switchboard, signing, clock=parts.clock)
    app = application(
        hooks.routes(),
        chat.routes(),
        feed.routes(),
        _events(parts, origin, tokens).routes(),
        Health(parts.ready, now=parts.clock.now).routes(),
        api_routes(_rooms(parts, cases, people, feeding), signing=signing, version=parts.version),
        _metrics(parts).routes(),
        Screens(SCREENS).routes(),
        parts.tables,
    )
    app.on_shutdown.append(chat.close)
    app.on_shutdown.append(feed.close)
    runner, port = await serve(app, host=settings.host, port=settings.port, doors=hooks.doors())
    return WebSide(runner, port, parts.chats, bell, switchboard, feeding, people, passwords)


def _hooks(parts: WebParts, intake: Takes, cases: Cases, origin: Origin) -> Hooks:
    hooks = Hooks(
        parts.lineup.channels, intake, cases=cases, counters=parts.counters, origin=origin, clock=parts.clock, entropy=entropy,
        told=parts.exchanges.told,
    )  # fmt: skip
    hooks.awaits = parts.lineup.awaits
    hooks.enforce = Alerts(parts.store.links, parts.store.keys).enforce
    return hooks


def _metrics(parts: WebParts) -> Metrics:
    registry = CollectorRegistry()
    registry.register(HubCollector(parts.counters, gauges=parts.gauges, alerts=parts.alerts, prefix=parts.settings.key_prefix))
    return Metrics(registry)


def _signals(parts: WebParts) -> Signals:
    links, keys = parts.store.links, parts.store.keys
    return Signals(links, keys, customers=_customers(parts))


def _events(parts: WebParts, origin: Origin, tokens: Tokens) -> EventDoor:
    async def accept(incoming: list[Incoming]) -> None:
        await parts.intake.accept(incoming, days=EVENT_DAYS)

    keys = EventKeys(
        write_key=write_key(parts.secrets.session_key),
        session_key=parts.secrets.session_key,
        account=WEB_CHAT_ACCOUNT,
        origins=frozenset(parts.settings.chat.origins),
    )
    return EventDoor(keys, accept, tokens=tokens, origin=origin, clock=parts.clock)


def _nudging(parts: WebParts) -> Nudging:
    async def facts() -> JourneyFacts:
        return (await parts.archive()).journeys

    switches = JourneySwitches(parts.store.links, parts.store.keys)
    return Nudging(parts.rules, switches, facts, clock=parts.clock)


def _finder(parts: WebParts) -> Callable[[], Awaitable[Finder]]:
    async def finder() -> Finder:
        return (await parts.archive()).finder

    return finder


def _customers(parts: WebParts) -> Customers:
    return Customers(parts.store.links, parts.store.keys)


def _accounts(parts: WebParts) -> ConsoleAccounts:
    kept = KeptAccounts(parts.store.links, parts.store.keys)
    sealer = sealer_of(parts.settings, parts.secrets, clock=parts.sign_in_clock)
    return ConsoleAccounts(kept, sealer, parts.lineup, parts.looks, file=SETTINGS_FILE, words=catalogue())


def _rooms(parts: WebParts, cases: Cases, people: People, feeding: Feeding) -> Rooms:
    links, keys, customers = parts.store.links, parts.store.keys, _customers(parts)
    return Rooms(
        desk=Desk(links, keys, inboxes=parts.store.inboxes, deliveries=parts.store.deliveries, customers=customers, clock=parts.clock),
        customers=customers,
        timeline=Timeline(customers, parts.archive),
        queue=Queue(links, keys),
        inbox=Inbox(links, keys),
        feed=feeding.feed,
        presence=feeding.presence,
        dead=DeadLetters(links, keys, inboxes=parts.store.inboxes),
        switch=Switch(links, keys),
        cases=cases,
        calls=Calls(links, keys),
        alerts=Alerts(links, keys),
        intake=parts.intake, channels=parts.lineup.channels, clock=parts.clock, counters=parts.counters, entropy=entropy, people=people,
        filing=filing_of(parts.chat),
        finder=_finder(parts),
        base=parts.settings.public_url,
        lends=parts.lends,
        rates=parts.lineup.rates,
        throttle=sign_in_throttle(parts.clock),
        devices=Devices(parts.secrets.session_key, secret=new_secret),
        nudging=_nudging(parts),
        accounts=_accounts(parts),
        windows=RULES, prices=load_prices(parts.settings.shop.prices),
    )  # fmt: skip
