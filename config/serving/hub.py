"""A hub running: web side and worker side over one store, started in order and stopped in order."""

import contextlib
from collections.abc import Callable, Iterable, Sequence

import structlog
from aiohttp import ClientSession, DummyCookieJar

from channels.kinds import Outside
from config.accounts.kinds import web_chat
from config.accounts.lineup import House, Lineup
from config.accounts.looking import Looks, ReadTokens
from config.accounts.outside import housed
from config.accounts.sealed import sealer_of
from config.rules.policy import rules_of
from config.rules.publishing import published_rules
from config.serving.foundation import Foundation
from config.serving.preloading import import_for_sends, import_kinds
from config.serving.process import VERSION, Process, Role, Tables
from config.serving.web import WebParts, open_web
from config.serving.worker import start_worker
from config.settings.secrets import Secrets, secrets_of
from config.settings.values import Settings
from config.storage.server import Server, find_server, open_store
from config.storage.store import Store, process_name, token_house
from config.wiring.core import gestures_of, intake
from config.wiring.monitoring import Outlook, watching_of
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.engine.logging.exchanges import Exchanges
from hub.engine.monitoring.watch import Lookout
from hub.engine.receiving.intake import Intake
from hub.engine.sending.gestures import Gestures
from hub.engine.sending.permit import PermitConnector
from hub.model.channels.ports import Clock
from hub.model.errors import StoreAway
from hub.nudges.rules import Rules
from hub.store.channels.accounts import KeptAccounts
from hub.store.channels.calls import Calls
from hub.store.webchat.chats import Chats

log = structlog.get_logger()
CONNECTIONS = 512


def _session() -> ClientSession:
    """The one session all sends share; a connection is handed out with leave for its call only."""
    return ClientSession(connector=PermitConnector(limit=CONNECTIONS), cookie_jar=DummyCookieJar())


class Hub:
    """Starts a process and stops it again; leave by `stop` whatever `start` raised.

    `clock`: by which customers' time goes; `sign_in_clock`: by which agents' sessions and providers' stamps grow old, the same unless
    given; `hooks_at`: the address providers know us by, where no public address is set; `hide`: told secrets that no log may show.
    """

    def __init__(
        self,
        settings: Settings,
        roles: Sequence[Role],
        *,
        clock: Clock | None = None,
        sign_in_clock: Clock | None = None,
        tables: Tables | None = None,
        hooks_at: str = "",
        hide: Callable[[Iterable[str]], None] = lambda _secrets: None,
    ) -> None:
        self._hide = hide
        self._roles = frozenset(roles)
        self._tables = tables
        clock = clock or SystemClock()
        self._base = Foundation(settings, clock=clock, sign_in_clock=sign_in_clock or clock, hooks_at=settings.public_url or hooks_at)

    async def start(self) -> Process:
        """Start everything; what is started first is stopped last. Raises SettingsError."""
        try:
            return await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop intake, then workers, then the store."""
        await self._base.stack.aclose()

    async def _start(self) -> Process:
        settings, secrets = self._base.settings, secrets_of(self._base.settings)
        server = await find_server(settings, join=Role.WEB not in self._roles)
        self._base.stack.push_async_callback(server.stop)
        parts = await self._store(server)
        counters = Counters()
        taking = self._taking(parts, counters)
        session = await self._base.stack.enter_async_context(_session())
        chats, exchanges = Chats(parts.links, parts.keys), self._exchanges(parts)
        lineup = self._lineup(session, parts, secrets, exchanges)
        lineup.add(web_chat(chats, key=secrets.session_key, clock=self._base.clock))
        process = Process(
            settings=settings, secrets=secrets, store=parts, server=server, intake=taking, counters=counters, lineup=lineup,
            looks=self._looks(session, parts, secrets), rules=await self._rules(parts, lineup), exchanges=exchanges,
            gestures=self._gestures(parts, lineup, counters),
        )  # fmt: skip
        await taking.open()  # Before whoever takes things in, pollers too, so that it is closed after them.
        self._base.stack.push_async_callback(taking.close)
        await self._follow_console(lineup)
        if Role.WORKER in self._roles:
            await start_worker(self._base, process, session)
        lookout = self._lookout(process, session)
        if Role.WEB in self._roles:
            await self._start_web(process, chats, lookout)
        return process

    async def _store(self, server: Server) -> Store:
        parts = await open_store(server.url, self._base.settings)
        self._base.stack.push_async_callback(parts.links.stop)
        return parts

    def _lookout(self, process: Process, session: ClientSession) -> Lookout:
        """The lookout over the hub; whoever of its processes has the watch looks for all."""
        outlook = Outlook(
            settings=self._base.settings,
            store=process.store,
            channels=process.channels,
            accounts=lambda: tuple(member.account for member in process.lineup),
            session=session,
            clock=self._base.clock,
            stamps=self._base.sign_in_clock,
            key=process.secrets.case_key,
            spooled=lambda: process.intake.depth,
        )
        watching = watching_of(outlook)
        self._base.background(watching.run(), "lookout")
        return watching.lookout

    def _taking(self, parts: Store, counters: Counters) -> Intake:
        """The way in; it is told when the store goes and comes."""
        taking = intake(parts, spools=self._base.settings.data / "spool", clock=self._base.clock, counters=counters, process=process_name())
        parts.links.on_state = taking.store_state
        return taking

    def _exchanges(self, parts: Store) -> Exchanges:
        """The channels' log, which is written as long as the process lives."""
        exchanges = Exchanges(Calls(parts.links, parts.keys), clock=self._base.clock)
        self._base.background(exchanges.run(), "channels' log")
        return exchanges

    def _gestures(self, parts: Store, lineup: Lineup, counters: Counters) -> Gestures:
        """What customers are shown besides messages, as each account has it set."""
        gestures = gestures_of(parts, lineup.showing, clock=self._base.clock, counters=counters)
        self._base.stack.push_async_callback(gestures.close)
        return gestures

    async def _rules(self, parts: Store, lineup: Lineup) -> Rules:
        """The marketers' rules; who only takes in may start without the store, and then knows no older journeys."""
        try:
            return await published_rules(self._base.settings, parts, lineup)
        except StoreAway:
            if Role.WORKER in self._roles:
                raise
            return rules_of(self._base.settings, lineup)

    def _outside(self, session: ClientSession, parts: Store, secrets: Secrets) -> Outside:
        tokens = token_house(parts.links, parts.keys, key=secrets.case_key, clock=self._base.sign_in_clock)
        return housed(session, clock=self._base.sign_in_clock, tokens=tokens, files=self._base.files(secrets))

    def _looks(self, session: ClientSession, parts: Store, secrets: Secrets) -> Looks:
        """How accounts are looked at: nothing of those at work is touched, and no token is renewed for it."""
        tokens = token_house(parts.links, parts.keys, key=secrets.case_key, clock=self._base.sign_in_clock)
        return Looks(shared=session, clock=self._base.sign_in_clock, tokens=ReadTokens(tokens), public_url=self._base.hooks_at)

    def _lineup(self, session: ClientSession, parts: Store, secrets: Secrets, exchanges: Exchanges) -> Lineup:
        """The accounts of this process; those of the settings are there at once."""
        prepare = import_for_sends if Role.WORKER in self._roles else import_kinds
        outside = self._outside(session, parts, secrets)
        house = House(outside, exchanges, public_url=self._base.hooks_at, hide=self._hide, prepare=prepare)
        sealer = sealer_of(self._base.settings, secrets, clock=self._base.sign_in_clock)
        lineup = Lineup(house, clock=self._base.clock, kept=KeptAccounts(parts.links, parts.keys), sealer=sealer)
        self._base.stack.push_async_callback(lineup.close)
        lineup.begin(self._base.settings.accounts)
        return lineup

    async def _follow_console(self, lineup: Lineup) -> None:
        """Those that were added in the console; where the store is away they come when it does."""
        with contextlib.suppress(StoreAway):
            await lineup.look()
        self._base.background(lineup.keep_up(), "accounts of the console")

    async def _start_web(self, process: Process, chats: Chats, lookout: Lookout) -> None:
        process.web = await open_web(
            WebParts(
                settings=process.settings,
                secrets=process.secrets,
                store=process.store,
                intake=process.intake,
                counters=process.counters,
                lineup=process.lineup,
                looks=process.looks,
                chats=chats,
                clock=self._base.clock,
                ready={"store": process.server.ready},
                gauges=self._gauges(process, lookout),
                alerts=lambda: lookout.open,
                version=VERSION,
                archive=self._base.open_archive,
                rules=process.rules,
                exchanges=process.exchanges,
                gestures=process.gestures,
                sign_in_clock=self._base.sign_in_clock,
                tables=self._tables(process) if self._tables else (),
                lends=bool(self._base.hooks_at),
            )
        )
        self._base.stack.push_async_callback(process.web.close)
        self._base.background(process.web.ring(), "chat bell")
        self._base.background(process.web.switchboard.run(), "switchboard")
        self._base.background(process.web.feeding.run(), "live feed")

    def _gauges(self, process: Process, lookout: Lookout) -> dict[str, Callable[[], float]]:
        return {
            "store_away": lambda: process.store.links.away,
            "seconds_since_look": lambda: lookout.unseen_for,
            "partitions_owned": lambda: len(process.worker.holdings) if process.worker else 0,
            "spool_depth": lambda: process.intake.depth,
            "oldest_delivery_seconds": lambda: self._waited(process),
        }

    def _waited(self, process: Process) -> float:
        """How long the oldest delivery of this process waits to be sent."""
        oldest = process.worker.oldest if process.worker else 0
        return max(0.0, (self._base.clock.now() - oldest) / 1000) if oldest else 0.0
