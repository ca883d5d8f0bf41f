"""A customer's way through a journey, and what was sent unasked, by which caps are kept. Instants in ms since 1970."""

from enum import StrEnum

from hub.model.address import Address
from hub.model.base import Value
from hub.model.messaging.message import QuickReply

RUNS_KEPT = 8
SENDS_KEPT = 24
RUN_TIMER = "run:"
"""A run's timer is named by this and the run's id."""


class RunState(StrEnum):
    """Where a run is: it waits for a time, has a message at the gate (deferred), or has ended."""

    WAITING = "waiting"
    DEFERRED = "deferred"
    ENDED = "ended"


class RunStep(Value, frozen=True):
    """What became of one step of a run: `outcome`: waited, sent, refused, deferred; `reason`: the gate's."""

    step: str
    at: int
    outcome: str
    reason: str = ""
    check: str = ""


class Run(Value, frozen=True):
    """One customer's run of one journey for one key (a cart). Its id is derived, so there is one run per customer and key.

    `due`: when it goes on (0: something else decides); `end`: why it ended (finished, ordered, emptied, replied, opted_out, expired,
    switched_off, unknown_journey); `answer`: the payload last pressed; `invited`: the customer asked for the next message;
    `offered`: the answers under the last message, which came to `asked_at`.
    """

    id: str
    journey: str
    key: str
    version: int = 1
    step: str = ""
    state: RunState = RunState.WAITING
    entered: int = 0
    due: int = 0
    ended: int = 0
    end: str = ""
    holdout: bool = False
    invited: bool = False
    answer: str = ""
    offered: tuple[QuickReply, ...] = ()
    asked_at: Address | None = None
    told: tuple[RunStep, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it still goes on."""
        return self.state is not RunState.ENDED

    @property
    def sent(self) -> tuple[RunStep, ...]:
        """The steps whose message was let through."""
        return tuple(one for one in self.told if one.outcome == "sent")


class SentNudge(Value, frozen=True):
    """One message that was let through unasked: counted by the caps from the commit on that let it through."""

    key: str
    at: int
    channel: str
    priority: int = 0
    delivery: str = ""
