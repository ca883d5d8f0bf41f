"""One customer, the house's own steps, and a clock: events in, timers when they are due, deliveries out; no store."""

from functools import cache
from pathlib import Path

from msgspec import json
from msgspec.structs import replace

from config.rules.journeys import load_journeys
from dialogs.steps import dialog_steps
from dialogs.wording import ShopTexts, load_shop
from hub.desk.knowing import Knowing
from hub.desk.ownership import Ownership
from hub.desk.threads import Threads
from hub.engine.turns.chain import digest, open_turn, take
from hub.engine.turns.merge import Merging
from hub.engine.turns.receipts import Receipts
from hub.model.address import Address, shop_address
from hub.model.customers.record import Live, Record
from hub.model.customers.runs import Run
from hub.model.events.event import Body, Event, Identified, JudgeAgain, Said, TimerFired, Tracked
from hub.model.messaging.delivery import Delivery
from hub.model.turns.journal import Change, TurnTaken
from hub.model.turns.turn import Step, Turn
from hub.model.words import ConsentState, Purpose
from hub.nudges.answers import Answers
from hub.nudges.facts import Facts
from hub.nudges.gate import Gate
from hub.nudges.journey import Journey
from hub.nudges.journeys import Journeys
from hub.nudges.linking import Linking
from hub.nudges.policy import HOUR_MS, MINUTE_MS, Caps, Hours, Policy
from hub.nudges.rules import Rules, Switches

SHOP = Path(__file__).parents[2] / "config" / "sample" / "shop"
MORNING = 1_790_000_000_000 - 1_790_000_000_000 % (24 * HOUR_MS) + 3 * HOUR_MS
"""10:00 in Ho Chi Minh City."""

SAIGON = "Asia/Ho_Chi_Minh"
PAGE = Address(channel="webchat", account="web", id="session-of-the-page-1")
PHONE = Address(channel="telegram", account="shop", id="42")
USER = shop_address("u-1")

POLICY = Policy(
    zone=SAIGON,
    language="vi",
    languages=("vi", "en", "zh-TW"),
    shop="Tiệm Lá",
    link="https://shop.example/cart",
    quiet=Hours(start=21 * 60 + 30, end=8 * 60),
    live_ms=15 * MINUTE_MS,
    caps=Caps(day=3, week=6, channel_day=2),
    accounts=frozenset({"webchat/web", "telegram/shop"}),
)


@cache
def journeys(holdout: float = 0.0) -> dict[str, Journey]:
    """The sample's journeys."""
    return load_journeys(None, holdout=holdout)


@cache
def texts() -> ShopTexts:
    """The sample shop's words."""
    return load_shop(SHOP)


def rules(policy: Policy = POLICY, *, holdout: float = 0.0) -> Rules:
    """The gate's rules with the sample's journeys."""
    return Rules(policy=policy, book=journeys(holdout))


def steps_of(given: Rules) -> tuple[Step, ...]:
    """The house's steps in their order."""
    before: tuple[Step, ...] = (Merging(), Receipts(), Threads(), Linking(), Knowing(), Ownership(), Facts(given), Answers(given))
    return (*before, *dialog_steps(texts()), Journeys(given), Gate(given))


class Walk:
    """A customer's days: `tell` an event now, `wait` for so long, and look at what was sent. Every turn is kept."""

    def __init__(self, given: Rules | None = None, *, at: int = MORNING, switches: Switches | None = None) -> None:
        self.rules = given or rules()
        self.steps = steps_of(self.rules)
        self.now = at
        self.switches = switches or Switches()
        self.record: Record = Live(id="cu-1", created=at)
        self.turns: list[TurnTaken] = []
        self.deliveries: list[Delivery] = []
        self.forwards: list[Event] = []
        self.facts: list[Change] = []
        self.extra: dict[str, str] = {}

    @property
    def live(self) -> Live:
        """The record."""
        assert isinstance(self.record, Live)
        return self.record

    @property
    def nudges(self) -> list[Delivery]:
        """What was let through unasked."""
        return [one for one in self.deliveries if one.purpose is Purpose.MARKETING]

    @property
    def run(self) -> Run:
        """The newest run."""
        return self.live.runs[-1]

    def told(self, name: str) -> list[dict[str, str]]:
        """The facts of that name."""
        return [fact.detail for fact in self.facts if fact.name == name]

    def tell(self, body: Body, *, address: Address | None = PAGE, at: int = 0) -> Turn:
        """An event now; `at`: when it happened."""
        number = len(self.turns)
        event = Event(id=f"ev-{number}", subject="customer:cu-1", body=body, at=at or self.now, received=self.now, address=address)
        before = self.record
        answers = {"switches/all": json.encode(self.switches).decode(), **self.extra}
        sheet = open_turn(before, event, entry=f"00/{number}-0", clock=self.now, revision=number, answers=answers)
        turn = take(self.steps, sheet)
        self.record = turn.record
        self.deliveries += turn.deliveries
        self.forwards += [forward.event for forward in turn.forwards]
        self.facts += turn.facts
        taken = TurnTaken(customer="cu-1", entry=turn.entry, event=turn.event, now=turn.now, revision=number, build="", answers=answers)
        self.turns.append(replace(taken, facts=turn.facts, timeline=turn.timeline, digest=digest(turn)))
        return turn

    def track(self, happened: str, /, *, address: Address | None = PAGE, at: int = 0, **properties: object) -> Turn:
        """A `track` call."""
        return self.tell(Tracked(name=happened, properties=json.encode(properties), source="browser"), address=address, at=at)

    def identify(self, *, address: Address = USER, source: str = "server", user: str = "u-1", **traits: str) -> Turn:
        """An `identify` call."""
        return self.tell(Identified(user=user, traits=traits, source=source), address=address)

    def say(self, text: str, *, address: Address = PAGE, payload: str = "") -> Turn:
        """A word of the customer."""
        return self.tell(Said(text=text, payload=payload, external_id=f"m{len(self.turns)}"), address=address)

    def wait(self, *, minutes: float = 0, hours: float = 0) -> None:
        """Let time pass, with every timer taken when it is due."""
        end = self.now + int(minutes * MINUTE_MS + hours * HOUR_MS)
        while (due := self._next(end)) is not None:
            name, at, generation = due
            self.now = max(self.now, at)
            self.tell(TimerFired(name=name, generation=generation), address=None)
        self.now = end

    def back(self, delivery: Delivery) -> Turn:
        """A marketing delivery comes back from its mark: the facts changed after it was judged."""
        again = JudgeAgain(
            message=delivery.message,
            purpose=delivery.purpose,
            address=delivery.address,
            not_after=delivery.not_after,
            key=delivery.key,
            delivery=delivery.id,
        )
        return self.tell(again, address=None)

    def fill(self, **more: object) -> None:
        """A shirt in the cart."""
        shirt = {"product_id": "p1", "name": "Áo linen", "variant": "M", "price": 290000, "quantity": 1, "currency": "VND"}
        self.track("Product Added", **{"cart_id": "c1", **shirt, **more})  # type: ignore[arg-type]

    def _next(self, end: int) -> tuple[str, int, int] | None:
        if not isinstance(self.record, Live):
            return None
        due = [(armed.due, name, armed.generation) for name, armed in self.record.timers.items() if armed.due <= end]
        at, name, generation = min(due, default=(0, "", 0))
        return (name, at, generation) if name else None


def greeted(given: Rules | None = None) -> Walk:
    """Somebody who wrote to us on the page an hour ago, and has a shirt in the cart now."""
    walk = Walk(given)
    walk.say("xin chào")
    walk.wait(hours=1)
    walk.fill()
    return walk


def consented(walk: Walk, state: ConsentState = ConsentState.GIVEN) -> Walk:
    """The same after START or STOP."""
    walk.say("START" if state is ConsentState.GIVEN else "STOP")
    return walk
