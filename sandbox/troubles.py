"""What can be made to go wrong for one customer from a phone's menu: each by a name the page has words for."""

from collections.abc import Mapping

from sandbox.faults import Fault, FaultKind

WEBHOOK = "webhook"
EXPIRED = "expired"
"""The time in which an answer is allowed is over: each provider says so in its own words."""
TICKET = "ticket"
"""A word's own token, which answers it for nothing, is not good any more."""

TROUBLES: Mapping[str, Fault] = {
    "busy": Fault(kind=FaultKind.THROTTLE, times=3, retry_after=2),
    "down": Fault(kind=FaultKind.ERROR, times=2, status=503, description="Service Unavailable"),
    "silent": Fault(kind=FaultKind.HANG_AFTER, seconds=15.0),
    "cut": Fault(kind=FaultKind.RESET_AFTER),
    "twice": Fault(kind=FaultKind.DUPLICATE, method=WEBHOOK),
    "swapped": Fault(kind=FaultKind.REORDER, method=WEBHOOK),
}
"""Those of every provider with a desk; an answer withheld for 15 s is one the hub no longer waits for."""


def refused(words: str, *, method: str = "*", status: int = 400) -> Fault:
    """Refused once in that provider's own words, which may begin with its code."""
    return Fault(kind=FaultKind.ERROR, method=method, status=status, description=words)
