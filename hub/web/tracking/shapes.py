"""What shops and pages send to `/v1`, after the Segment spec, and what they are answered.

https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/http-api
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

_Id = Annotated[str, Meta(max_length=200)]
_Key = Annotated[str, Meta(max_length=100, description="The caller's own id of the call: a repeat within 7 days is taken once.")]
_Instant = Annotated[str, Meta(max_length=40, description="ISO 8601, with or without a zone (then UTC).")]


class EventPage(Struct, frozen=True, kw_only=True):
    """The page an event happened on."""

    url: Annotated[str, Meta(max_length=2000)] = ""


class EventContext(Struct, frozen=True, kw_only=True):
    """What the call tells of the device; whatever else it says is not read. `session`: the web chat session's token, from a page."""

    locale: Annotated[str, Meta(max_length=35)] = ""
    timezone: Annotated[str, Meta(max_length=64)] = ""
    session: Annotated[str, Meta(max_length=256)] = ""
    page: EventPage = EventPage()


class EventCall(Struct, frozen=True, kw_only=True, rename="camel"):
    """What all calls have in common: who (a user of the shop, or a web chat session), when, and its own id."""

    user_id: _Id | None = None
    anonymous_id: _Id | None = None
    message_id: _Key | None = None
    timestamp: _Instant | None = None
    sent_at: _Instant | None = None
    context: EventContext = EventContext()


class TrackCall(EventCall, frozen=True, kw_only=True, rename="camel"):
    """Somebody did something in the shop: `Product Added`, `Order Completed`, or any name of the shop's own."""

    event: Annotated[str, Meta(min_length=1, max_length=120)]
    properties: dict[str, Any] = {}


class IdentifyCall(EventCall, frozen=True, kw_only=True, rename="camel"):
    """Who somebody is: name, email, phone, language, timezone, and whatever the shop adds."""

    traits: dict[str, Any] = {}


class BatchCall(Struct, frozen=True, kw_only=True, rename="camel"):
    """Many calls, each with its `type` (track, identify); what holds for all stands beside them."""

    batch: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=2000)]
    sent_at: _Instant | None = None
    context: EventContext = EventContext()


class Success(Struct, frozen=True, kw_only=True):
    """Durable."""

    success: bool = True


class RefusedCall(Struct, frozen=True, kw_only=True):
    """One call of a batch that was not taken: which, what is wrong, and where in it."""

    index: int
    detail: str
    field: str = ""


class BatchTaken(Struct, frozen=True, kw_only=True):
    """How many are durable, and each that is not with its reason. `success` is false where none was taken."""

    success: bool
    taken: int
    refused: tuple[RefusedCall, ...] = ()
