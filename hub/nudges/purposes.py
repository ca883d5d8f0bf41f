"""Which purpose must pass which check: one table, and tested as one (docs/nudges.md shows it)."""

from collections.abc import Mapping

from hub.model.words import Purpose
from hub.nudges.verdict import Check

_ADVERTISING = frozenset({Check.CONSENT, Check.LAW, Check.DIALOG, Check.HOLDOUT, Check.PRIORITY, Check.CAPS, Check.BUDGET, Check.COUPON})
"""What protects people from advertising, and a shop from giving away too much of it."""

_ALL = frozenset(Check)

APPLIES: Mapping[Purpose, frozenset[Check]] = {
    Purpose.MARKETING: _ALL,
    Purpose.SERVICE: _ALL - _ADVERTISING,
    # An opt-out's confirmation, a place in the queue: what somebody waits for, also at night.
    Purpose.SYSTEM: _ALL - _ADVERTISING - {Check.QUIET_HOURS},
    # Asked for by the customer's own word, in private or under a post: it only must be able to arrive.
    Purpose.REPLY: frozenset({Check.NOT_AFTER, Check.PRESENT, Check.SUPPRESSED, Check.WINDOW, Check.VARIABLES, Check.CHANNEL}),
}
"""Purpose → the checks that are made for it."""
