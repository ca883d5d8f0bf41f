"""What an `identify` call and a device tell of a customer, as facts with source and time."""

import re
from collections.abc import Mapping

from hub.model.customers.record import Fact
from hub.model.customers.trust import counts
from hub.nudges.local import zone_named

OWN_KEPT = 24
"""Traits of the shop's own that are kept, under `trait:<name>`."""

_LONGEST = 200
_NAMES = {
    "name": "name",
    "firstname": "first_name",
    "first_name": "first_name",
    "lastname": "last_name",
    "last_name": "last_name",
    "email": "email",
    "phone": "phone",
    "language": "language",
    "locale": "language",
    "time_zone": "time_zone",
    "timezone": "time_zone",
}
"""The Segment spec's traits and their usual spellings → what we call them."""

_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,24}")
_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_DIALLED = {"VN": "84", "TW": "886", "US": "1", "SG": "65", "JP": "81"}


def learned(profile: Mapping[str, Fact], told: Mapping[str, str], *, source: str, at: int, country: str = "") -> dict[str, Fact]:
    """The profile with what was told: newer before older, the shop's server before a page; what is not plausible is left out."""
    found = dict(profile)
    for given, value in told.items():
        name = _NAMES.get(given.lower(), f"trait:{given}"[:60])
        clean = _clean(name, " ".join(str(value).split())[:_LONGEST], country)
        fact = Fact(value=clean, source=source, at=at)
        if not clean or not counts(found.get(name), fact):
            continue
        if name.startswith("trait:") and name not in found and sum(key.startswith("trait:") for key in found) >= OWN_KEPT:
            continue
        found[name] = fact
    return _named(found, told, source=source, at=at)


def phone(text: str, country: str) -> str:
    """A number in the form of E.164 (`+84901234567`); '' where it cannot be one."""
    digits = re.sub(r"[\s().-]", "", text)
    code = _DIALLED.get(country, "")
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0") and code:
        digits = f"+{code}{digits[1:]}"
    return digits if re.fullmatch(r"\+[1-9]\d{7,14}", digits) else ""


def _clean(name: str, value: str, country: str) -> str:
    match name:
        case "email":
            return value.lower() if _MAIL.fullmatch(value) else ""
        case "phone":
            return phone(value, country)
        case "language":
            return value if _TAG.fullmatch(value) else ""
        case "time_zone":
            return value if zone_named(value) else ""
        case _:
            return value


def _named(found: dict[str, Fact], told: Mapping[str, str], *, source: str, at: int) -> dict[str, Fact]:
    """With a name made of its parts, where the shop tells only those."""
    parts = [found[key].value for key in ("first_name", "last_name") if key in found]
    whole = Fact(value=" ".join(parts), source=source, at=at)
    if parts and not any(key.lower() == "name" for key in told) and counts(found.get("name"), whole):
        return {**found, "name": whole}
    return found
