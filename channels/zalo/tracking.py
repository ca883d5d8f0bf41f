"""What we call a template that goes to a phone number, so that its answer is known for whose it is."""

import re

LONGEST = 48
"""https://developers.zalo.me/docs/zalo-notification-service/gui-tin-zns/gui-zns"""

_OURS = re.compile(r"(\d{8,15})\.[0-9a-zA-Z]*")
_SIGNS = re.compile(r"[^0-9a-zA-Z]")


def tracking_of(phone: str, delivery: str) -> str:
    """The `tracking_id`: the number, which answers do not tell otherwise, and as much of the delivery's id as has room."""
    return f"{phone}.{_SIGNS.sub('', delivery.removeprefix('dl_'))}"[:LONGEST]


def phone_behind(tracking: str) -> str:
    """The number it went to; empty for a `tracking_id` that is not ours."""
    found = _OURS.fullmatch(tracking)
    return found[1] if found else ""
