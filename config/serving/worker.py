"""The worker side of a process: turns, sending, files, archive, and what is put right in the background."""

import contextlib
from typing import TYPE_CHECKING

from aiohttp import ClientSession

from config.accounts.kinds import WEB_CHAT_ACCOUNT
from config.serving.account_tasks import AtWork
from config.serving.foundation import Foundation
from config.serving.process import VERSION, Process
from config.storage.store import process_name, sealing
from config.wiring.answers import person_answers, post_answers
from config.wiring.chat import logins_of, onward_answers, unpacking_of
from config.wiring.core import worker
from config.wiring.files import collector_of
from config.wiring.shop_port import shop_answers
from config.wiring.steps import turning_of
from hub.desk.collecting import Collector
from hub.engine.archiving.archiver import Archiver
from hub.engine.archiving.customer_index import Finding
from hub.engine.archiving.housekeeping import keep_house, look_through, read_again
from hub.engine.archiving.inbox_index import Indexing
from hub.engine.archiving.reindexing import Reindexing
from hub.engine.files.preparing import Preparing
from hub.engine.receiving.keeping import Keeping
from hub.engine.workers.worker import Worker
from hub.model.channels.ports import Answer, Clock
from hub.model.errors import StoreAway
from hub.store.channels.cases import Cases
from hub.store.inbox.inbox import Inbox
from hub.store.inbox.queue import Queue
from hub.store.mailboxes.dead_letters import DeadLetters
from hub.store.mailboxes.meta import FORMAT, Meta, heartbeat_name
from hub.store.mailboxes.workers import LIFE_MS, Workers
from hub.store.webchat.chats import Chats

if TYPE_CHECKING:
    from hub.store.archive.open import Archive

RISE_EVERY_S = 2.0


async def start_worker(base: Foundation, process: Process, session: ClientSession) -> None:
    """Start what a worker does, and have it ended with the process."""
    links, keys, name = process.store.links, process.store.keys, heartbeat_name(process_name())
    answers = _answers(base, process, session)
    turning = turning_of(base.settings, answers=answers, build=VERSION, queue=Queue(links, keys), clock=base.clock, rules=process.rules)
    await Workers(links, keys).beat(name, LIFE_MS)
    await Meta(links, keys).agree()
    preparing = Preparing(base.files(process.secrets), base.lending(process.secrets), base.clock)
    team = AtWork(base.settings, process.store, clock=base.clock, preparing=preparing)
    team.serve(process.lineup.channels["webchat", WEB_CHAT_ACCOUNT])
    process.lineup.follow(team)
    work = worker(
        process.store, turning, team.accounts, clock=base.clock, counters=process.counters, name=name, preparing=preparing,
        gestures=process.gestures,
    )  # fmt: skip
    archive = await base.open_archive()
    indexing, finding = Indexing(Inbox(links, keys)), Finding(Inbox(links, keys), archive.finder)
    collector, archiver = _followers(base, process, archive, (work, team), indexing=indexing, finding=finding)
    await work.start()
    base.stack.push_async_callback(work.stop)
    _attend(base, process, team, work)
    base.stack.push_async_callback(team.end)
    base.background(archiver.run(), "archiver")
    base.background(collector.run(), "collecting files")
    base.background(keep_house(archive, base.clock), "housekeeping")
    letters = DeadLetters(links, keys, inboxes=process.store.inboxes)
    base.background(read_again(letters, base.clock), "reading again")
    reindexing = Reindexing(links, keys, clock=base.clock, name=name, finding=finding)
    base.background(reindexing.run(), "the inbox's views")
    base.background(_settle_format(base.clock, Meta(links, keys), letters, reindexing), "format")
    process.worker = work


def _attend(base: Foundation, process: Process, team: AtWork, work: Worker) -> None:
    """Poll and look after the accounts, from now on."""
    cases = Cases(process.store.links, process.store.keys, seal=sealing(process.secrets.case_key))
    intake = unpacking_of(base.settings, base.open_archive, process.intake, clock=base.clock)
    team.begin(intake, Keeping(cases, process.counters, base.clock), lambda: set(work.holdings))


def _answers(base: Foundation, process: Process, session: ClientSession) -> dict[str, Answer]:
    """Who answers the questions of dialogs that the store does not."""
    onward = onward_answers(logins_of(process.store, Chats(process.store.links, process.store.keys), base.clock))
    shop = shop_answers(base.settings.shop.base_url, process.secrets.api_token, session)
    return {**shop, **onward, **person_answers(process.channels), **post_answers(process.channels)}


def _followers(
    base: Foundation, process: Process, archive: "Archive", working: tuple[Worker, AtWork], *, indexing: Indexing, finding: Finding
) -> tuple[Collector, Archiver]:
    """Who reads the journals of the partitions this process holds, and who fetches the files they tell of."""
    parts, (work, team) = process.store, working

    def held() -> set[int]:
        return set(work.holdings)

    collector = collector_of(
        base.settings, process.secrets, parts, sources=team.sources, shelf=archive.files, clock=base.clock, held=held,
        told=process.exchanges.fetched,
    )  # fmt: skip
    archiver = Archiver(
        parts.links, parts.keys, archive, held=held, clock=base.clock, indexing=indexing, finding=finding, wanting=collector
    )  # fmt: skip
    return collector, archiver


async def _settle_format(clock: Clock, meta: Meta, letters: DeadLetters, reindexing: Reindexing) -> None:
    """Raise the stored format once the last worker of an older version has gone, and make good what it could not do."""
    while True:
        with contextlib.suppress(StoreAway):
            if await meta.rise() >= FORMAT:
                break
        await clock.sleep(RISE_EVERY_S)
    await look_through(letters)
    await reindexing.run()
