"""When a customer was last heard on each channel, and how much we wrote since: what every provider's window is counted from."""

from collections.abc import Mapping

from msgspec.structs import replace

from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.channels.window import HOUR_MS, Heard, Leave, Wanted, WindowRule, may_send
from hub.model.customers.record import Live
from hub.model.events.event import Body, Called, Reacted, Referred, Said, Started
from hub.model.events.referral import Referral
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import Origin, Purpose

KEPT = 20
"""Addresses whose windows a record remembers, the latest heard."""

_ADS = frozenset(("ad", "ads", "ctwa", "post"))

Windows = Mapping[str, WindowRule]
"""By kind of channel."""


class Counting:
    """Stands last: notes that the customer was heard, and counts what this turn sends where a provider counts it."""

    name = "windows"

    def __init__(self, rules: Windows) -> None:
        self._rules = rules

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing."""
        del turn
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with what windows are counted from."""
        if not isinstance(turn.record, Live):
            return turn
        heard = dict(turn.live.heard)
        if turn.event.address and _opens(self._rules.get(turn.event.address.channel), turn.event.body):
            key = str(turn.event.address)
            old = heard.pop(key, Heard())
            heard[key] = Heard(at=_at(turn), ad_at=_at(turn) if _by_advertisement(turn) else old.ad_at)
        for delivery in (one for one in turn.deliveries if one.amends is None):
            rule = self._rules.get(delivery.address.channel)
            if rule and rule.most and (known := heard.get(str(delivery.address))):
                heard[str(delivery.address)] = replace(known, sent=known.sent + 1)
        return turn if heard == turn.live.heard else turn.with_record(heard=dict(list(heard.items())[-KEPT:]))


def _opens(rule: WindowRule | None, body: Body) -> bool:
    """Whether what the customer did opens the provider's window; a reaction that was taken back does not."""
    if rule is None:
        return False
    if isinstance(body, Reacted):
        return rule.reactions and not body.removed
    return isinstance(body, (Said, Started, Called, Referred))


def leave(rules: Windows, record: Live, to: Address, wanted: Wanted) -> Leave:
    """Whether something may be sent to that address, by its provider's rule."""
    return may_send(rules.get(to.channel, WindowRule()), record.heard.get(str(to), Heard()), wanted)


def heard_lately(rules: Windows, record: Live, to: Address, *, now: int) -> bool:
    """Whether the customer's last word there is so fresh that the provider takes anything for it; always where it sets no hours."""
    rule, heard = rules.get(to.channel, WindowRule()), record.heard.get(str(to), Heard())
    return not rule.hours or now < heard.at + rule.hours * HOUR_MS


def wanted(message: Message, *, now: int, purpose: Purpose = Purpose.REPLY, origin: Origin = Origin.BOT) -> Wanted:
    """The question a message asks."""
    return Wanted(now=now, marketing=purpose is Purpose.MARKETING, by_person=origin is Origin.AGENT, template=message.template is not None)


def _at(turn: Turn) -> int:
    """The provider's own clock where it tells the time, for that is what it counts from; never the future."""
    return turn.event.at if 0 < turn.event.at <= turn.now else turn.now


def _by_advertisement(turn: Turn) -> bool:
    referral = getattr(turn.event.body, "referral", None)
    return isinstance(referral, Referral) and (bool(referral.ad or referral.click) or referral.source.lower() in _ADS)
