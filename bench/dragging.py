"""`hub serve` with one more dialog, which dawdles: `python -m bench.dragging serve …`. Some words make it wait, some compute.

The hub has no place to plug such a thing in, so it is put before the last step where `config.serving.worker` wires them.
"""

import asyncio
import sys
import time
from functools import partial
from typing import Any

from msgspec.structs import replace

from bench.hooked import BURNS, WAITS
from config import main
from config.serving import worker as serving
from config.wiring.core import Turning
from config.wiring.steps import turning_of
from hub.model.channels.ports import Question
from hub.model.events.event import Said
from hub.model.turns.turn import Turn

TOPIC = "dawdling"
BURN_S = 0.05
LONGER_THAN_ASKED_S = 30.0


class Dawdling:
    """Asks what is answered too late, or keeps the processor busy; answers nothing itself."""

    name = "dawdling"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """What nobody answers in time."""
        return (Question(topic=TOPIC, key=turn.event.id),) if _says(turn, WAITS) else ()

    def take(self, turn: Turn) -> Turn:
        """The turn as it was, after a while of computing."""
        if _says(turn, BURNS):
            end = time.thread_time() + BURN_S
            while time.thread_time() < end:
                pass
        return turn


def _says(turn: Turn, word: str) -> bool:
    return isinstance(turn.event.body, Said) and turn.event.body.text.startswith(word)


async def _never(_key: str) -> str:
    await asyncio.sleep(LONGER_THAN_ASKED_S)
    return "null"


def _dawdling(wired: Any, *given: Any, answers: Any, **more: Any) -> Turning:  # noqa: ANN401 - whatever the wiring takes
    turning: Turning = wired(*given, answers={**answers, TOPIC: _never}, **more)
    return replace(turning, steps=(*turning.steps[:-1], Dawdling(), turning.steps[-1]))


if __name__ == "__main__":
    vars(serving)["turning_of"] = partial(_dawdling, turning_of)
    sys.exit(main.main())
