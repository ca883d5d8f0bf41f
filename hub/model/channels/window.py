"""May this be sent now, at what price, and if not, what instead? One question for every channel; the rules are each provider's, as data."""

from enum import StrEnum

from hub.model.base import Value

HOUR_MS = 3_600_000


class WindowRule(Value, frozen=True):
    """What a provider allows. Hours count from the customer's last word there; 0: no such rule.

    `hours`: how long free messages go, at most `most` of them (0: any number); `ad_hours`: how long everything is free after a word that
    came by an advertisement; `human_hours`: how long a person may still answer, under the tag `human_tag`; `templates`: whether approved
    texts go outside of it all; `paid`: the category in which any message goes outside of it, for money or from a quota (empty: none does),
    for `paid_hours` (0: at any time); `reactions`: whether a reaction opens the hours as a word does.
    """

    hours: int = 0
    most: int = 0
    ad_hours: int = 0
    human_hours: int = 0
    human_tag: str = ""
    templates: bool = False
    paid: str = ""
    paid_hours: int = 0
    reactions: bool = False


class Heard(Value, frozen=True):
    """When a customer last wrote from an address, and last by an advertisement (ms since 1970; 0: never); `sent`: ours since then."""

    at: int = 0
    ad_at: int = 0
    sent: int = 0


class Way(StrEnum):
    """How a message may go."""

    FREE = "free"
    TAGGED = "tagged"
    PAID = "paid"
    CLOSED = "closed"


class Wanted(Value, frozen=True):
    """What shall be sent: `template`: by an approved text; `answering`: with the provider's leave to answer one word."""

    now: int
    marketing: bool = False
    by_person: bool = False
    template: bool = False
    answering: bool = False


class Leave(Value, frozen=True):
    """Whether it may go. `until` (ms since 1970; 0: no end is known): how long this answer holds; `left`: how many more, -1: any number.

    `tag`: the ground on which it goes; `category`: what it is priced as; `instead`: what could go where it may not (template).
    """

    way: Way
    until: int = 0
    left: int = -1
    tag: str = ""
    category: str = ""
    instead: tuple[str, ...] = ()


def may_send(rule: WindowRule, heard: Heard, wanted: Wanted) -> Leave:
    """The answer, from what the provider allows and when the customer was last heard there."""
    ad_until = heard.ad_at + rule.ad_hours * HOUR_MS if rule.ad_hours and heard.ad_at else 0
    until = heard.at + rule.hours * HOUR_MS if rule.hours and heard.at else 0
    left = max(0, rule.most - heard.sent) if rule.most else -1
    in_ad, within = wanted.now < ad_until, wanted.now < until and left != 0
    if in_ad:
        return Leave(way=Way.FREE, until=max(ad_until, until))
    if wanted.template and rule.templates:
        free = within and not wanted.marketing
        return Leave(way=Way.FREE, until=until, left=left) if free else Leave(way=Way.PAID, category=_category(wanted))
    if within:
        return Leave(way=Way.FREE, until=until, left=left)
    return _outside(rule, heard, wanted)


def _outside(rule: WindowRule, heard: Heard, wanted: Wanted) -> Leave:
    if wanted.answering or not (rule.hours or rule.paid):
        return Leave(way=Way.FREE)
    human_until = heard.at + rule.human_hours * HOUR_MS if heard.at else 0
    if wanted.by_person and wanted.now < human_until:
        return Leave(way=Way.TAGGED, until=human_until, tag=rule.human_tag)
    paid_until = heard.at + rule.paid_hours * HOUR_MS if heard.at and rule.paid_hours else 0
    if rule.paid and (wanted.now < paid_until or not rule.paid_hours):
        return Leave(way=Way.PAID, until=paid_until, category=rule.paid)
    return Leave(way=Way.CLOSED, instead=("template",) if rule.templates else ())


def _category(wanted: Wanted) -> str:
    return "marketing" if wanted.marketing else "utility"
