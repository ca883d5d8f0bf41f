"""The heart wired together: over given links, with given channels and steps. What `hub serve` and the tests both start."""

import gc
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from channels.windows import RULES
from config.storage.store import Entropy, Store
from config.wiring.answers import amend_answers, nudge_answers, receipt_answers, store_answers
from hub.engine.counters import Counters
from hub.engine.files.preparing import Preparing
from hub.engine.mailboxes.asking import Asking
from hub.engine.mailboxes.mailbox import TurnSettings
from hub.engine.receiving.intake import Intake
from hub.engine.sending.accounts import Account, Accounts
from hub.engine.sending.gestures import Gestures, Known, Showing
from hub.engine.streams.reader import Reader
from hub.engine.turns.budget import TurnBudget
from hub.engine.workers.partition import Engine
from hub.engine.workers.worker import Worker
from hub.model.channels.ports import Answer, Channel, Clock
from hub.model.channels.rates import Rates
from hub.model.turns.turn import Step, Urgent
from hub.store.channels.calls import Calls
from hub.store.customers.records import Customers
from hub.store.mailboxes.gestures import Shown
from hub.store.mailboxes.kill_switch import Switch
from hub.store.mailboxes.spooling import Spooling
from hub.store.mailboxes.token_buckets import Buckets
from hub.store.mailboxes.workers import Workers
from hub.store.shop.journeys import JourneySwitches

TURN_BUDGET_S = 1.0
SWITCH_S = 0.0005


def tune_interpreter() -> None:
    """Once all is started: what lives now the collector looks at no more, and at new things less often; threads change sooner.

    By default the cyclic collector takes 8 % of the CPU of a webhook, and a full round over a hub's modules and records stops the loop
    for tens of ms. Hardly anything of ours is cyclic. And the loop, each time it wakes, waits 5 ms for the archive's thread to let go of
    the interpreter, ten times on a word's way: that alone was 50 ms for every word that met a batch being archived.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    sys.setswitchinterval(SWITCH_S)


class Turning(Struct, frozen=True):
    """How turns are taken: steps, what is urgent, quiet time of a burst in s, who answers dialogs' questions, the build."""

    steps: Sequence[Step]
    urgent: Urgent
    quiet: float = 1.5
    answers: Mapping[str, Answer] = {}
    build: str = "dev"


def engine_account(parts: Store, channel: Channel, rates: Rates, *, clock: Clock, preparing: Preparing | None = None) -> Account:
    """An account as a worker's outboxes see it."""
    buckets, calls = Buckets(parts.links, parts.keys), Calls(parts.links, parts.keys)
    return Account(channel, rates, clock=clock, buckets=buckets, calls=calls, preparing=preparing)


def worker(
    parts: Store,
    turning: Turning,
    channels: Sequence[tuple[Channel, Rates]] | Accounts,
    *,
    clock: Clock,
    counters: Counters,
    name: str,
    preparing: Preparing | None = None,
    gestures: Gestures | None = None,
) -> Worker:
    """A worker over the store; started by its `start`. `channels`: a list, or accounts that come and go."""
    accounts = (
        channels
        if isinstance(channels, Mapping)
        else {(c.kind, c.account): engine_account(parts, c, rates, clock=clock, preparing=preparing) for c, rates in channels}
    )
    customers = Customers(parts.links, parts.keys)
    nudging = nudge_answers(Switch(parts.links, parts.keys), JourneySwitches(parts.links, parts.keys), parts.inboxes)
    answers = {**store_answers(parts.deliveries), **receipt_answers(parts.deliveries, customers), **nudging, **turning.answers}
    answers |= amend_answers(parts.deliveries, lambda place: accounts[place].channel if place in accounts else None, preparing)
    engine = Engine(
        links=parts.links,
        inboxes=parts.inboxes,
        deliveries=parts.deliveries,
        accounts=accounts,
        turns=TurnSettings(
            steps=tuple(turning.steps), urgent=turning.urgent, quiet=turning.quiet, build=turning.build, budget=TurnBudget(TURN_BUDGET_S)
        ),
        asking=Asking(answers),
        clock=clock,
        counters=counters,
        gestures=gestures or gestures_of(parts, {}, clock=clock, counters=counters),
        mail=Reader(parts.links, clock),
        posts=Reader(parts.links, clock),
    )
    return Worker(engine, Workers(parts.links, parts.keys), name=name)


def gestures_of(parts: Store, showing: Mapping[tuple[str, str], Showing], *, clock: Clock, counters: Counters) -> Gestures:
    """What these accounts, which may come and go, show their customers besides messages."""
    links, keys = parts.links, parts.keys
    known = Known(Customers(links, keys), Shown(links, keys), Buckets(links, keys), Calls(links, keys))
    return Gestures(showing, known, windows=RULES, clock=clock, counters=counters)


def intake(parts: Store, *, spools: Path, clock: Clock, counters: Counters, process: str) -> Intake:
    """The way in, with its spool below `spools`."""
    spooling = Spooling(parts.links, parts.keys, process=process)
    return Intake(parts.inboxes, spooling, spools=spools, clock=clock, counters=counters, entropy=Entropy())
