"""The steps of a turn in their order, with the shop's words."""

from collections.abc import Mapping
from pathlib import Path

from config.core import Turning
from config.settings import Settings
from dialogs.steps import dialog_steps, urgency
from dialogs.wording import load_shop
from hub.desk.ownership import Ownership
from hub.desk.threads import Threads
from hub.engine.merge import Merging
from hub.engine.receipts import Receipts
from hub.model.ports import Answer
from hub.model.turn import Step
from hub.nudges.gate import Gate

SAMPLE_SHOP = Path(__file__).parent / "shop"


def turning_of(settings: Settings, *, answers: Mapping[str, Answer], build: str) -> Turning:
    """Merges first, for a tombstone only forwards; then what a word belongs to, who owns it, what the bot says, and the gate last."""
    shop = load_shop(settings.shop.faq or SAMPLE_SHOP)
    steps: tuple[Step, ...] = (Merging(), Receipts(), Threads(), Ownership(), *dialog_steps(shop), Gate())
    return Turning(steps=steps, urgent=urgency(shop), quiet=settings.burst_seconds, answers=answers, build=build)
