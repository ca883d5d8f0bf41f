"""Messenger and Instagram events: plain JSON in, what happened out; tolerant of all that is missing or new.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events,
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks
"""

from collections.abc import Iterator

from msgspec.structs import replace

from channels.fields import FieldOdd, Json, names, object_of, objects, soft, soft_id, soft_object
from channels.meta.comments import COMMENT_FIELDS, commented
from channels.meta.events import NO_CUSTOMERS, READERS, About, called, moment
from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import Incoming, Said, Unparsed

_NOT_FOR_US = frozenset({
    "mention", "mentions", "message_mention", "story_insights", "story_reactions", "ratings", "live_videos", "videos", "leadgen",
    "leadgen_fat", "conversations", "inbox_labels", "name", "picture", "category", "description", "products", "general_info", "location",
    "hours", "phone", "email", "website", "bio", "members", "checkins", "page_upcoming_change", "page_change_proposal", "page_about_story",
    "user_action", "follow", "business_integrity", "messaging_policy_enforcement", "feature_access_list", "group_feed", "onsite_conversion",
})  # fmt: skip
"""Changes that are no customer's word to the shop: https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps"""


class Me(Value, frozen=True):
    """Whose webhook it is. `own_id`: the Page's or Instagram account's (empty: whosever comes); `app_id`: of our app at Meta.

    `numbered`: the provider's ids of people are digits, and anything else is none.
    """

    channel: str
    account: str
    own_id: str = ""
    app_id: str = ""
    numbered: bool = False


def parse_entries(found: list[Json | Unparsed], me: Me) -> list[Incoming | Unparsed]:
    """The events of a webhook's entries, in order; each element that is not understood is one Unparsed and spares the others."""
    return [event for entry in found for event in ([entry] if isinstance(entry, Unparsed) else _entry(entry, me))]


def _entry(entry: Json, me: Me) -> Iterator[Incoming | Unparsed]:
    if me.own_id and not _is_ours(entry, me):
        yield Unparsed(fields=names(entry), reason="an event of another Page or account", recipient=soft_id(entry, "id"))
        return
    for key in ("messaging", "standby", "calls"):
        for element in _listed(entry, key):
            yield from _tried(element, entry, me, key)
    if "call_permission_reply" in entry:
        # Documented without the list around it.
        yield from _tried(entry, entry, me, "messaging")
    # Business Login for Instagram is documented to tell a change without the list around it.
    for change in [entry] if "field" in entry else _listed(entry, "changes"):
        yield from _tried(change, entry, me, "changes")


def _listed(entry: Json, key: str) -> list[object]:
    """What should be a list, as one."""
    told = entry.get(key, [])
    return told if isinstance(told, list) else [told]


def _is_ours(entry: Json, me: Me) -> bool:
    """Whether the entry is of our Page; an Instagram account may be told by another id in `entry` than in `recipient`."""
    if soft_id(entry, "id") == me.own_id:
        return True
    if "sender" in entry and soft_id(soft_object(entry, "recipient"), "id") == me.own_id:
        return True
    parties = (soft_object(element, side) for element in objects(entry, "messaging") for side in ("recipient", "sender"))
    return not me.numbered and any(soft_id(party, "id") == me.own_id for party in parties)


def _tried(element: object, entry: Json, me: Me, place: str) -> list[Incoming | Unparsed]:
    if not isinstance(element, dict):
        return [Unparsed(fields=(), reason=f"an element of {place} is an object")]
    try:
        found = _READ.get(place, _happened)(element, entry, me)
    except FieldOdd as odd:
        return [Unparsed(fields=names(element), reason=f"field {odd.args[0]} is missing or not of its type")]
    if found is None:
        return [Unparsed(fields=names(element), reason="no kind of event that is known")]
    return [_aside(one) if place == "standby" else one for one in found]


def _changed(change: Json, entry: Json, me: Me) -> list[Incoming] | None:
    """A change of what is public; the dashboard's test button sends private ones in this form too."""
    field, value = soft(change, "field"), object_of(change, "value")
    if field in COMMENT_FIELDS:
        return commented(change, entry, Address(channel=me.channel, account=me.account, id=me.own_id))
    if "sender" in value and "recipient" in value:
        return _happened(value, entry, me)
    return [] if field in _NOT_FOR_US else None


def _happened(element: Json, entry: Json, me: Me) -> list[Incoming] | None:
    kind = next((kind for kind in READERS if kind in element), None)
    if kind is None:
        return [] if any(key in element for key in NO_CUSTOMERS) else None
    told = object_of(element, kind)
    customer, shop = _parties(element, entry, me, echo=told.get("is_echo") is True)
    if customer and customer == shop:
        # The account's notes to itself (is_self): nobody is written to.
        return []
    if not shop or (me.numbered and entry.get("id") and soft_id(entry, "id") != shop):
        return []
    if not customer or (me.numbered and not (customer.isascii() and customer.isdigit())):
        if "user_ref" in soft_object(element, "sender") or "user_ref" in told:
            # A plugin on a web page, which Meta has withdrawn: nobody can be written to by that.
            return []
        raise FieldOdd("sender")
    at = moment(element.get("timestamp")) or moment(entry.get("time"))
    read = READERS[kind](told, About(kind=kind, customer=customer, at=at, app_id=me.app_id))
    address = Address(channel=me.channel, account=me.account, id=customer)
    return [Incoming(address=address, body=read.body, dedupe_id=read.seen, at=at, recipient=shop, details=read.details)]


def _called(call: Json, entry: Json, me: Me) -> list[Incoming] | None:
    body = called(call)
    customer, shop = (soft_id(call, "from"), soft_id(call, "to")) if body.incoming else (soft_id(call, "to"), soft_id(call, "from"))
    if not customer:
        raise FieldOdd("from" if body.incoming else "to")
    address = Address(channel=me.channel, account=me.account, id=customer)
    at = moment(call.get("timestamp")) or moment(entry.get("time"))
    return [Incoming(address=address, body=body, dedupe_id=f"{body.external_id}/{body.state}", at=at, recipient=shop)]


_READ = {"changes": _changed, "calls": _called}


def _parties(element: Json, entry: Json, me: Me, *, echo: bool) -> tuple[str, str]:
    """Who the customer is, and who the shop: an echo goes from the shop to the customer."""
    sender, recipient = (soft_id(soft_object(element, side), "id") for side in ("sender", "recipient"))
    if echo and recipient not in {soft_id(entry, "id"), me.own_id}:
        return recipient, sender
    return sender, recipient


def _aside(event: Incoming) -> Incoming:
    """What happened while another app leads the conversation: kept, but nobody asked the bot."""
    body = replace(event.body, mentioned=False) if isinstance(event.body, Said) else event.body
    return replace(event, body=body, details={**event.details, "standby": "true"})
