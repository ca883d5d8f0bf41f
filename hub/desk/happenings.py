"""What channels tell besides words: where somebody came from, that they want to hear from us, a call, a new number."""

from collections.abc import Mapping

from hub.model.channels.ports import Question
from hub.model.customers.record import Fact, Live
from hub.model.events.event import Called, IdentityChanged, OptedIn, Referred, Said, Started
from hub.model.events.referral import Referral
from hub.model.turns.turn import Turn

CAME_BY = "came_by"
"""The fact of a profile that says which advertisement or link brought the customer last."""

_LONGEST = 200


class Happenings:
    """Puts each of them on the timeline; none of them is answered by itself."""

    name = "happenings"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing."""
        del turn
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with what happened noted."""
        if not isinstance(turn.record, Live):
            return turn
        match turn.event.body:
            case Said(referral=Referral() as referral) | Started(referral=Referral() as referral):
                return _came_by(turn, referral)
            case Referred(referral=referral):
                return _came_by(turn, referral).done()
            case OptedIn(topic=topic):
                return _noted(turn, "opted in", {"topic": topic}).fact("opted in", topic=topic).done()
            case Called(state=state, incoming=incoming, seconds=seconds):
                way = "incoming" if incoming else "outgoing"
                return _noted(turn, "call", {"state": state, "way": way, "seconds": str(seconds)}).done()
            case IdentityChanged():
                return _noted(turn, "another number", {}).fact("identity changed").done()
        return turn


def _came_by(turn: Turn, referral: Referral) -> Turn:
    """The latest one counts; a report asks for all of them in the journal."""
    told = {"ref": referral.ref, "source": referral.source, "kind": referral.kind, "ad": referral.ad, "headline": referral.headline}
    detail = {name: value[:_LONGEST] for name, value in told.items() if value}
    value = referral.ref or referral.headline or referral.ad or referral.source
    if not value:
        return turn
    by = turn.event.address.channel if turn.event.address else ""
    profile = {**turn.live.profile, CAME_BY: Fact(value=value[:_LONGEST], source=by, at=turn.now)}
    return _noted(turn.with_record(profile=profile), "came by", detail).fact("referral", **detail)


def _noted(turn: Turn, text: str, detail: Mapping[str, str]) -> Turn:
    return turn.note("fact", "system", text, address=turn.event.address, detail={name: value for name, value in detail.items() if value})
