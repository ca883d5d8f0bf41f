"""Errors on demand: what a stand-in shall do wrong, for which method and chat, and how often."""

from enum import StrEnum

from hub.model.base import Value


class FaultKind(StrEnum):
    """What goes wrong. "Taken" means: recorded as accepted, and shown to the customer."""

    THROTTLE = "throttle"
    ERROR = "error"
    HANG_BEFORE = "hang_before"
    HANG_AFTER = "hang_after"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    MALFORMED = "malformed"
    DUPLICATE = "duplicate"
    REORDER = "reorder"


_OF_WEBHOOKS = frozenset((FaultKind.DUPLICATE, FaultKind.REORDER))


class Fault(Value, frozen=True):
    """One fault. `*` fits any method or chat; `times` 0 lasts until cleared.

    throttle: refused with 429 and `retry_after` seconds; error: refused with `status` and `description`; hang_before: nothing is
    done for `seconds`, then as usual; hang_after: taken, answered `seconds` later; reset_before, reset_after: the connection is
    reset before or after it is taken; malformed: taken, answered with what is no JSON; duplicate, reorder: a webhook is delivered
    twice, or not in its turn: before the one that waits, else behind the next (method `webhook`).
    """

    kind: FaultKind
    method: str = "*"
    chat: str = "*"
    times: int = 1
    seconds: float = 1.0
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int = 1


class Faults:
    """The faults that are set, the earliest fitting first."""

    def __init__(self) -> None:
        self._left: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Set one."""
        self._left.append((fault, fault.times))

    def clear(self) -> None:
        """Take all back."""
        self._left.clear()

    def pick(self, method: str, chat: str, kind: FaultKind | None = None) -> Fault | None:
        """The fault for this call (of this kind only, if one is named), used up by one; None where all shall go well."""
        for n, (fault, left) in enumerate(self._left):
            fits = fault.method in {"*", method} and fault.chat in {"*", chat} and kind in {None, fault.kind}
            if not fits or (fault.kind in _OF_WEBHOOKS) != (method == "webhook"):
                continue
            if left == 1:
                del self._left[n]
            elif left:
                self._left[n] = (fault, left - 1)
            return fault
        return None
