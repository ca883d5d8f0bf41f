"""Which of two facts counts, where sources tell different things of a customer."""

from collections.abc import Mapping

from hub.model.customers.record import Fact

_SHOP = 2
_CHANNEL = 1
_TRUST = {"server": _SHOP, "widget": _SHOP, "feedback": _SHOP, "browser": 0}
"""What the shop's server said or signed stays; a channel tells what somebody calls themselves there; a page can be made to say anything."""


def counts(known: Fact | None, told: Fact) -> bool:
    """Whether what is told now replaces what is known: never by a weaker source, else the newer."""
    if known is None:
        return True
    mine, theirs = _TRUST.get(told.source, _CHANNEL), _TRUST.get(known.source, _CHANNEL)
    return mine > theirs or (mine == theirs and told.at >= known.at)


def both(mine: Mapping[str, Fact], theirs: Mapping[str, Fact]) -> dict[str, Fact]:
    """What is known of two who are one: of each thing what counts, and ours where neither does."""
    joined = dict(mine)
    for name, fact in theirs.items():
        known = joined.get(name)
        if known is None or not counts(fact, known):
            joined[name] = fact
    return joined
