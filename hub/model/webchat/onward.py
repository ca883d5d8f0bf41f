"""Going on in another channel: a link made in a signed-in session tells there who comes."""

from msgspec import DecodeError, json

from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.events.event import Body, Referred, Said, Started
from hub.model.events.referral import Referral
from hub.model.turns.turn import Turn

TOPIC = "onward"
MARK = "go-"
"""What a link's token begins with, so that no other reference is taken for one."""
FOLLOWED, REFUSED = "link followed", "link refused"
"""The facts of a link that made somebody known, and of one that did not."""
EVIDENCE = "link made in a signed-in web chat"


class Onward(Value, frozen=True):
    """What a link says: the customer who made it, and their id in the shop; both empty for one that is old, used or unknown.

    `looked`: whether anybody could look; the link of a question that stayed unanswered is good for another try from the same address.
    """

    customer: str = ""
    user: str = ""
    looked: bool = True


def link_question(turn: Turn) -> tuple[Question, ...]:
    """What is to be asked where somebody comes by such a link."""
    key = _key(turn)
    return (Question(topic=TOPIC, key=key),) if key else ()


def link_followed(turn: Turn) -> Onward | None:
    """What the link says by which somebody came; None where nobody came by one."""
    key = _key(turn)
    if not key:
        return None
    answer = turn.answers.get(f"{TOPIC}/{key}")
    if answer is None:
        return Onward(looked=False)
    try:
        return json.decode(answer, type=Onward)
    except DecodeError:
        return Onward()


def _key(turn: Turn) -> str:
    ref, address = _ref(turn.event.body), turn.event.address
    # By address, not by event: a turn taken again asks the same, and so does whoever opens the link again after no answer came in time.
    return f"{ref}|{address}" if ref.startswith(MARK) and address else ""


def _ref(body: Body) -> str:
    """What the link carried: some providers tell it beside the first word, or by itself to whom they know."""
    match body:
        case Started(ref=ref) if ref:
            return ref
        case Started(referral=Referral(ref=ref)) | Said(referral=Referral(ref=ref)) | Referred(referral=Referral(ref=ref)):
            return ref
    return ""
