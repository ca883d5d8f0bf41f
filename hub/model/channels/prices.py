"""What a message costs: a list of prices with the day each holds from; what no line tells is not known, and is said so."""

from collections.abc import Mapping, Sequence

from hub.model.base import Value

_SHORTEST_NUMBER = 7


class PriceLine(Value, frozen=True):
    """One price. `country` as ISO 3166 (empty: every other one); `amount` in whole units of `currency`; `since`: a day, 2025-07-01.

    `source`: where the provider says so.
    """

    channel: str
    category: str
    amount: str
    currency: str
    since: str
    country: str = ""
    source: str = ""


class Prices(Value, frozen=True):
    """A shop's prices; `prefixes`: the numbers each country's phones begin with, without +."""

    lines: tuple[PriceLine, ...] = ()
    prefixes: Mapping[str, str] = {}

    def country_of(self, number: str) -> str:
        """Whose phone it is, by the longest prefix that fits; empty for what is no phone number, or of a country not listed."""
        digits = number.removeprefix("whatsapp:").lstrip("+")
        if not digits.isdigit() or len(digits) < _SHORTEST_NUMBER:
            return ""
        fitting = [(len(prefix), country) for country, prefix in self.prefixes.items() if digits.startswith(prefix)]
        return max(fitting)[1] if fitting else ""

    def price_of(self, channel: str, category: str, *, to: str, day: str) -> PriceLine | None:
        """The newest line that holds on that day, of the number's own country before any; None: not known."""
        country = self.country_of(to)
        fitting = [line for line in self.lines if (line.channel, line.category) == (channel, category) and line.since <= day]
        own = [line for line in fitting if line.country == country] if country else []
        return _newest(own) or _newest([line for line in fitting if not line.country])


def _newest(lines: Sequence[PriceLine]) -> PriceLine | None:
    return max(lines, key=lambda line: line.since, default=None)
