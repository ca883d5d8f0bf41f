"""The steps of a turn in their order, with the shop's words."""

from collections.abc import Mapping
from pathlib import Path

from channels.commenting import COMMENTING
from channels.introducing import INTRODUCING
from channels.windows import RULES
from config.rules.policy import rules_of
from config.settings.values import Settings
from config.wiring.core import Turning
from config.wiring.queue import QueuePlaces, place_answers
from dialogs.steps import dialog_steps, urgency
from dialogs.wording import load_shop
from hub.desk.aliases import Aliases
from hub.desk.amending import Amending
from hub.desk.arrivals import Arrivals
from hub.desk.commenting import Commenting
from hub.desk.echoes import Echoes
from hub.desk.happenings import Happenings
from hub.desk.knowing import Knowing
from hub.desk.looping import Looping, Loops
from hub.desk.naming import Naming
from hub.desk.ownership import Ownership
from hub.desk.remarks import Remarks
from hub.desk.resending import Resending
from hub.desk.threads import Threads
from hub.engine.turns.merge import Merging
from hub.engine.turns.receipts import Receipts
from hub.engine.turns.windows import Counting
from hub.model.channels.ports import Answer, Clock
from hub.model.turns.turn import Step
from hub.nudges.answers import Answers
from hub.nudges.commenting import AnswersComments
from hub.nudges.facts import Facts
from hub.nudges.gate import Gate
from hub.nudges.journeys import Journeys
from hub.nudges.linking import Linking
from hub.nudges.rules import Rules
from hub.store.inbox.queue import Queue

SAMPLE_SHOP = Path(__file__).parents[1] / "sample" / "shop"


def turning_of(
    settings: Settings,
    *,
    answers: Mapping[str, Answer],
    build: str,
    queue: Queue | None = None,
    clock: Clock | None = None,
    rules: Rules | None = None,
) -> Turning:
    """Merges first, for a tombstone only forwards; then what a word belongs to, who owns it, what the bot says, and the gate last.

    Without `rules` the journeys are as their files have them, with no older version.
    """
    shop = load_shop(settings.shop.faq or SAMPLE_SHOP, time_zone=settings.shop.time_zone)
    if queue is not None and clock is not None:
        answers = {**answers, **place_answers(QueuePlaces(queue, shop.calendar, clock=clock))}
    dialogs = dialog_steps(shop, feedback_ms=int(settings.shop.feedback_seconds * 1000))
    rules = rules or rules_of(settings)
    heard: tuple[Step, ...] = (
        Merging(), Receipts(), Arrivals(), Threads(), Naming(INTRODUCING), Aliases(), Happenings(), Linking(), Knowing(), Echoes(),
        Ownership(RULES), Amending(), Remarks(), Resending(RULES), Looping(_loops(settings)), Commenting(COMMENTING),
    )  # fmt: skip
    steps = (*heard, Facts(rules), AnswersComments(rules), Answers(rules), *dialogs, Journeys(rules), Gate(rules), Counting(RULES))
    return Turning(steps=steps, urgent=urgency(shop), quiet=settings.burst_seconds, answers=answers, build=build)


def _loops(settings: Settings) -> Loops:
    told = settings.loops
    return Loops(same=told.same, minutes=told.minutes, paced=told.paced, pace=told.pace, quiet=told.quiet_minutes)
