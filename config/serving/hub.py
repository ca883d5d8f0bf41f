"""A hub running: web side and worker side over one store, started in order and stopped in order."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import structlog
from aiohttp import ClientSession, DummyCookieJar

from channels.kinds import Outside
from config.accounts.kinds import WEB_CHAT_ACCOUNT, web_chat
from config.accounts.lineup import House, Lineup
from config.accounts.looking import Looks, ReadTokens
from config.accounts.outside import HousedFiles, housed
from config.accounts.sealed import sealer_of
from config.rules.policy import rules_of
from config.rules.publishing import published_rules
from config.serving.at_work import AtWork
from config.serving.process import Process, Role, Tables
from config.serving.web import WebParts, open_web
from config.settings.secrets import Secrets, secrets_of
from config.settings.values import Settings
from config.storage.bucket import open_archive
from config.storage.server import Server, find_server, open_store
from config.storage.store import Store, process_name, sealing, token_house
from config.wiring.alerts import Outlook, watching_of
from config.wiring.answers import person_answers, post_answers
from config.wiring.chat import LateShelf, logins_of, onward_answers, unpacking_of
from config.wiring.core import gestures_of, intake, worker
from config.wiring.media import collector_of, lending_of, limits_of
from config.wiring.shop_port import shop_answers
from config.wiring.steps import turning_of
from hub.desk.collecting import Collector
from hub.engine.archiving.archiver import Archiver
from hub.engine.archiving.customer_index import Finding
from hub.engine.archiving.housekeeping import keep_house, look_through, read_again
from hub.engine.archiving.inbox_index import Indexing
from hub.engine.archiving.reindexing import Reindexing
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.engine.files.fetching import Fetcher
from hub.engine.files.preparing import Preparing
from hub.engine.logging.exchanges import Exchanges
from hub.engine.monitoring.watch import Lookout
from hub.engine.receiving.intake import Intake
from hub.engine.receiving.keeping import Keeping
from hub.engine.sending.gestures import Gestures
from hub.engine.sending.permit import PermitConnector
from hub.engine.workers.worker import Worker
from hub.model.channels.ports import Answer, Clock
from hub.model.errors import StoreAway
from hub.model.files.lending import Lending
from hub.nudges.rules import Rules
from hub.store.channels.accounts import KeptAccounts
from hub.store.channels.calls import Calls
from hub.store.channels.cases import Cases
from hub.store.inbox.inbox import Inbox
from hub.store.inbox.queue import Queue
from hub.store.mailboxes.dead_letters import DeadLetters
from hub.store.mailboxes.meta import FORMAT, Meta, heartbeat_name
from hub.store.mailboxes.workers import LIFE_MS, Workers
from hub.store.webchat.chats import Chats

if TYPE_CHECKING:
    from hub.store.archive.open import Archive

log = structlog.get_logger()
CONNECTIONS = 512
VERSION = "0.1.0"
RISE_EVERY_S = 2.0


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
        self._settings = settings
        self._hooks_at = settings.public_url or hooks_at
        self._roles = frozenset(roles)
        self._clock = clock or SystemClock()
        self._sign_in_clock = sign_in_clock or self._clock
        self._tables = tables
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._archive: Archive | None = None

    async def start(self) -> Process:
        """Start everything; what is started first is stopped last. Raises SettingsError."""
        try:
            return await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop intake, then workers, then the store."""
        await self._stack.aclose()

    async def _start(self) -> Process:
        settings, secrets = self._settings, secrets_of(self._settings)
        server = await find_server(settings, join=Role.WEB not in self._roles)
        self._stack.push_async_callback(server.stop)
        parts = await self._store(server)
        counters = Counters()
        taking = self._taking(parts, counters)
        session = await self._stack.enter_async_context(_session())
        chats, exchanges = Chats(parts.links, parts.keys), self._exchanges(parts)
        lineup = self._lineup(session, parts, secrets, exchanges)
        lineup.add(web_chat(chats, key=secrets.session_key, clock=self._clock))
        process = Process(
            settings=settings, secrets=secrets, store=parts, server=server, intake=taking, counters=counters, lineup=lineup,
            looks=self._looks(session, parts, secrets), rules=await self._rules(parts, lineup), exchanges=exchanges,
            gestures=self._gestures(parts, lineup, counters),
        )  # fmt: skip
        await taking.open()  # Before whoever takes things in, pollers too, so that it is closed after them.
        self._stack.push_async_callback(taking.close)
        await self._follow_console(lineup)
        if Role.WORKER in self._roles:
            await self._start_worker(process, session)
        lookout = self._lookout(process, session)
        if Role.WEB in self._roles:
            await self._start_web(process, chats, lookout)
        return process

    async def _store(self, server: Server) -> Store:
        parts = await open_store(server.url, self._settings)
        self._stack.push_async_callback(parts.links.stop)
        return parts

    def _lookout(self, process: Process, session: ClientSession) -> Lookout:
        """The lookout over the hub; whoever of its processes has the watch looks for all."""
        outlook = Outlook(
            settings=self._settings,
            store=process.store,
            channels=process.channels,
            accounts=lambda: tuple(member.account for member in process.lineup),
            session=session,
            clock=self._clock,
            stamps=self._sign_in_clock,
            key=process.secrets.case_key,
            spooled=lambda: process.intake.depth,
        )
        watching = watching_of(outlook)
        self._background(watching.run(), "lookout")
        return watching.lookout

    def _taking(self, parts: Store, counters: Counters) -> Intake:
        """The way in; it is told when the store goes and comes."""
        taking = intake(parts, spools=self._settings.data / "spool", clock=self._clock, counters=counters, process=process_name())
        parts.links.on_state = taking.store_state
        return taking

    def _exchanges(self, parts: Store) -> Exchanges:
        """The channels' log, which is written as long as the process lives."""
        exchanges = Exchanges(Calls(parts.links, parts.keys), clock=self._clock)
        self._background(exchanges.run(), "channels' log")
        return exchanges

    def _gestures(self, parts: Store, lineup: Lineup, counters: Counters) -> Gestures:
        """What customers are shown besides messages, as each account has it set."""
        gestures = gestures_of(parts, lineup.showing, clock=self._clock, counters=counters)
        self._stack.push_async_callback(gestures.close)
        return gestures

    async def _rules(self, parts: Store, lineup: Lineup) -> Rules:
        """The marketers' rules; who only takes in may start without the store, and then knows no older journeys."""
        try:
            return await published_rules(self._settings, parts, lineup)
        except StoreAway:
            if Role.WORKER in self._roles:
                raise
            return rules_of(self._settings, lineup)

    def _outside(self, session: ClientSession, parts: Store, secrets: Secrets) -> Outside:
        tokens = token_house(parts.links, parts.keys, key=secrets.case_key, clock=self._sign_in_clock)
        return housed(session, clock=self._sign_in_clock, tokens=tokens, files=self._files(secrets))

    def _looks(self, session: ClientSession, parts: Store, secrets: Secrets) -> Looks:
        """How accounts are looked at: nothing of those at work is touched, and no token is renewed for it."""
        tokens = token_house(parts.links, parts.keys, key=secrets.case_key, clock=self._sign_in_clock)
        return Looks(shared=session, clock=self._sign_in_clock, tokens=ReadTokens(tokens), public_url=self._hooks_at)

    def _files(self, secrets: Secrets) -> HousedFiles:
        """The files that messages name."""
        shelf, lending = LateShelf(self._open_archive), self._lending(secrets)
        return HousedFiles(shelf, Fetcher(), lending=lending, limits=limits_of(self._settings), clock=self._clock)

    def _lending(self, secrets: Secrets) -> Lending:
        return lending_of(self._settings, secrets, at=self._hooks_at)

    def _lineup(self, session: ClientSession, parts: Store, secrets: Secrets, exchanges: Exchanges) -> Lineup:
        """The accounts of this process; those of the settings are there at once."""
        house = House(self._outside(session, parts, secrets), exchanges, public_url=self._hooks_at, hide=self._hide)
        sealer = sealer_of(self._settings, secrets, clock=self._sign_in_clock)
        lineup = Lineup(house, clock=self._clock, kept=KeptAccounts(parts.links, parts.keys), sealer=sealer)
        self._stack.push_async_callback(lineup.close)
        lineup.begin(self._settings.accounts)
        return lineup

    async def _follow_console(self, lineup: Lineup) -> None:
        """Those that were added in the console; where the store is away they come when it does."""
        with contextlib.suppress(StoreAway):
            await lineup.look()
        self._background(lineup.keep_up(), "accounts of the console")

    async def _start_worker(self, process: Process, session: ClientSession) -> None:
        settings = self._settings
        links, keys, name = process.store.links, process.store.keys, heartbeat_name(process_name())
        answers = self._answers(process, session)
        turning = turning_of(settings, answers=answers, build=VERSION, queue=Queue(links, keys), clock=self._clock, rules=process.rules)
        await Workers(links, keys).beat(name, LIFE_MS)
        await Meta(links, keys).agree()
        preparing = Preparing(self._files(process.secrets), self._lending(process.secrets), self._clock)
        team = AtWork(self._settings, process.store, clock=self._clock, preparing=preparing)
        team.serve(process.lineup.channels["webchat", WEB_CHAT_ACCOUNT])
        process.lineup.follow(team)
        work = worker(
            process.store, turning, team.accounts, clock=self._clock, counters=process.counters, name=name, preparing=preparing,
            gestures=process.gestures,
        )  # fmt: skip
        archive = await self._open_archive()
        indexing, finding = Indexing(Inbox(links, keys)), Finding(Inbox(links, keys), archive.finder)
        collector, archiver = self._followers(process, archive, (work, team), indexing=indexing, finding=finding)
        await work.start()
        self._stack.push_async_callback(work.stop)
        self._attend(team, process, work)
        self._stack.push_async_callback(team.end)
        self._background(archiver.run(), "archiver")
        self._background(collector.run(), "collecting files")
        self._background(keep_house(archive, self._clock), "housekeeping")
        letters = DeadLetters(links, keys, inboxes=process.store.inboxes)
        self._background(read_again(letters, self._clock), "reading again")
        reindexing = Reindexing(links, keys, clock=self._clock, name=name, finding=finding)
        self._background(reindexing.run(), "the inbox's views")
        self._background(self._settle_format(Meta(links, keys), letters, reindexing), "format")
        process.worker = work

    def _attend(self, team: AtWork, process: Process, work: Worker) -> None:
        """Poll and look after the accounts, from now on."""
        cases = Cases(process.store.links, process.store.keys, seal=sealing(process.secrets.case_key))
        intake = unpacking_of(self._settings, self._open_archive, process.intake, clock=self._clock)
        team.begin(intake, Keeping(cases, process.counters, self._clock), lambda: set(work.holdings))

    def _answers(self, process: Process, session: ClientSession) -> dict[str, Answer]:
        """Who answers the questions of dialogs that the store does not."""
        onward = onward_answers(logins_of(process.store, Chats(process.store.links, process.store.keys), self._clock))
        shop = shop_answers(self._settings.shop.base_url, process.secrets.api_token, session)
        return {**shop, **onward, **person_answers(process.channels), **post_answers(process.channels)}

    def _followers(
        self, process: Process, archive: "Archive", working: tuple[Worker, AtWork], *, indexing: Indexing, finding: Finding
    ) -> tuple[Collector, Archiver]:
        """Who reads the journals of the partitions this process holds, and who fetches the files they tell of."""
        parts, (work, team) = process.store, working

        def held() -> set[int]:
            return set(work.holdings)

        collector = collector_of(
            self._settings, process.secrets, parts, sources=team.sources, shelf=archive.files, clock=self._clock, held=held,
            told=process.exchanges.fetched,
        )  # fmt: skip
        archiver = Archiver(
            parts.links, parts.keys, archive, held=held, clock=self._clock, indexing=indexing, finding=finding, wanting=collector
        )  # fmt: skip
        return collector, archiver

    async def _open_archive(self) -> "Archive":
        """The process's one archive; opened when it is asked for first."""
        async with self._opening:
            if self._archive is None:
                self._archive = await open_archive(self._settings, self._stack)
            return self._archive

    async def _settle_format(self, meta: Meta, letters: DeadLetters, reindexing: Reindexing) -> None:
        """Raise the stored format once the last worker of an older version has gone, and make good what it could not do."""
        while True:
            with contextlib.suppress(StoreAway):
                if await meta.rise() >= FORMAT:
                    break
            await self._clock.sleep(RISE_EVERY_S)
        await look_through(letters)
        await reindexing.run()

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
                clock=self._clock,
                ready={"store": process.server.ready},
                gauges=self._gauges(process, lookout),
                alerts=lambda: lookout.open,
                version=VERSION,
                archive=self._open_archive,
                rules=process.rules,
                exchanges=process.exchanges,
                gestures=process.gestures,
                sign_in_clock=self._sign_in_clock,
                tables=self._tables(process) if self._tables else (),
                lends=bool(self._hooks_at),
            )
        )
        self._stack.push_async_callback(process.web.close)
        self._background(process.web.ring(), "chat bell")
        self._background(process.web.switchboard.run(), "switchboard")
        self._background(process.web.feeding.run(), "live feed")

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
        return max(0.0, (self._clock.now() - oldest) / 1000) if oldest else 0.0

    def _background(self, work: Awaitable[None], name: str) -> None:
        """A task that lives as long as the process; its end before that is an error that is told."""
        task = asyncio.ensure_future(work)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        def told(done: asyncio.Future[None]) -> None:
            if not done.cancelled() and (error := done.exception()):
                log.error("a part broke down", part=name, error=type(error).__name__, exc_info=error)

        task.add_done_callback(told)
        self._stack.push_async_callback(end)
