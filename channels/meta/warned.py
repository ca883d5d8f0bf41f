"""What Meta tells a Page of itself: that it was warned, may not write any more, or may again.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_policy_enforcement
"""

from collections.abc import Iterator

from channels.fields import Json, number_of, objects, soft, soft_id, soft_object
from channels.meta import graph
from hub.model.alerts.alert import AlertKind
from hub.model.channels.abilities import Warned
from hub.model.channels.ports import Inbound
from hub.model.errors import Unparseable
from hub.model.events.event import Unparsed
from hub.model.failure import Failure

_LATEST_MS = 1 << 50
_NAMED = b'"policy_enforcement"'
_MEANS = {"block": Failure.POLICY, "warning": Failure.QUALITY}
"""Anything else (`unblock`) is good news."""
_KINDS = {"block": AlertKind.RESTRICTED, "unblock": AlertKind.RESTRICTED, "warning": AlertKind.QUALITY}
"""Of a warning nobody says that it is over."""


def warned(request: Inbound, about: str) -> tuple[Warned, ...]:
    """The warnings in a webhook about `about`; nearly all have none, so the body is read only where it names one."""
    if _NAMED not in request.body:
        return ()
    try:
        found = graph.entries(request, about)
    except Unparseable:
        return ()
    return tuple(one for entry in found if not isinstance(entry, Unparsed) for one in _in(entry))


def _in(entry: Json) -> Iterator[Warned]:
    for element in objects(entry, "messaging"):
        if told := soft_object(element, "policy_enforcement"):
            action = soft(told, "action")
            recipient = soft_id(soft_object(element, "recipient"), "id") or soft_id(entry, "id")
            yield Warned(
                recipient=recipient, code=action, failure=_MEANS.get(action), reason=soft(told, "reason"), kind=_KINDS.get(action),
                at=_told_at(element),
            )  # fmt: skip


def _told_at(element: Json) -> int:
    at = number_of(element, "timestamp")
    return int(at) if at is not None and 0 < at < _LATEST_MS else 0
