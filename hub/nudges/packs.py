"""What the law says about advertising, by country, as data. Not legal advice: each line names its source; have it checked."""

from collections.abc import Mapping

from hub.model.base import Value
from hub.model.customers.record import Live
from hub.nudges.policy import Hours, Policy


class Pack(Value, frozen=True):
    """One country's rules. `hours`: when advertising may be sent, on every channel of ours; `source`: where it is written.

    `sms_day`: most a number and 24 h by SMS; `sms_label`: what an advertising SMS begins with.
    """

    country: str
    hours: Hours | None = None
    sms_day: int = 0
    sms_label: str = ""
    source: str = ""


PACKS: Mapping[str, Pack] = {
    "VN": Pack(
        country="VN",
        # The decree speaks of SMS; the same hours for chat are what its readers expect, and cost nothing.
        hours=Hours(start=7 * 60, end=22 * 60),
        sms_day=3,
        sms_label="[QC]",
        source="Decree 91/2020/ND-CP, art. 13",
    ),
}

_PREFIXES = {"+84": "VN", "+886": "TW"}


def pack_of(record: Live, policy: Policy) -> Pack | None:
    """The rules of the customer's country: by their phone, else the shop's own country; None where we know none."""
    phone = record.profile.get("phone")
    known = (code for prefix, code in _PREFIXES.items() if phone and phone.value.startswith(prefix))
    return PACKS.get(next(known, policy.country))
