"""Messages that went out and are corrected or taken back: what is asked, and what a delivery carries that does it."""

from enum import StrEnum

from hub.model.base import Tagged, Value
from hub.model.messaging.message import Message

CORRECTION_LINE, RECALL_LINE = "edit", "delete"
"""The kinds of timeline lines that tell of them; the customer's own corrections have the same."""

OF = "of"
"""What such a line tells: the delivery it is about."""

INSTEAD = "instead"
"""What the line of a message tells that was written in place of another which had not gone out yet: that other's delivery."""


class AmendVerb(StrEnum):
    """Other words in its place, or away with it."""

    CORRECT = "correct"
    RECALL = "recall"


class Amendment(Value, frozen=True):
    """What becomes of a message that went out. `target`: its delivery; `ids`: the provider's, in the order of its calls.

    `at`: when it was written (ms since 1970); `message`: all of it as it shall be (none: taken back); `place`: the provider's id of the
    chat, where its channel needs another one than the address.
    """

    verb: AmendVerb
    target: str
    ids: tuple[str, ...]
    at: int
    message: Message = Message()
    place: str = ""


class AmendAsked(Tagged, frozen=True, tag="amend"):
    """An agent corrects (`text`) or takes back what an agent wrote. `lead`: may do so in a colleague's conversation.

    `again`: it had not gone out when this was first looked at, and was to be withdrawn.
    """

    agent: str
    verb: AmendVerb
    delivery: str
    text: str = ""
    lead: bool = False
    again: bool = False
