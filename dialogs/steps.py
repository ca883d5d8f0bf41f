"""The dialogs in their order, and what ends the wait for more lines."""

from dialogs.burst import Burst
from dialogs.cart import CartTalk
from dialogs.consent import ConsentWords
from dialogs.faq import Faq
from dialogs.feedback import AFTER_MS, AskFeedback
from dialogs.idle import Idle
from dialogs.onward import GoneOn
from dialogs.order import OrderStatus
from dialogs.person import PersonPlease, wants_person
from dialogs.wording import ShopTexts
from hub.model.customers.cart import STOP
from hub.model.events.event import Event, Said
from hub.model.turns.turn import Step, Urgent


def dialog_steps(shop: ShopTexts, *, feedback_ms: int = AFTER_MS) -> tuple[Step, ...]:
    """To stand behind the hub's own steps: consent first, for STOP is heard in any state; what is left falls to the answers.

    `feedback_ms`: how long after an agent closed a conversation the customer is asked for a score; 0: never.
    """
    feedback = AskFeedback(shop, after_ms=feedback_ms)
    return (
        ConsentWords(shop),
        GoneOn(shop),
        PersonPlease(shop),
        Burst(shop),
        feedback,
        CartTalk(shop),
        OrderStatus(shop),
        Faq(shop),
        Idle(),
    )


def urgency(shop: ShopTexts) -> Urgent:
    """The judge of what must not wait for more lines: STOP, and the wish for a person."""

    def urgent(event: Event) -> bool:
        said = event.body
        return isinstance(said, Said) and (shop.stop.has(said.text) or said.payload == STOP or wants_person(said, shop))

    return urgent
