"""Comments under a Page's and an Instagram account's posts: what is told of them, and the calls that answer them.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page, https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram
"""

from msgspec.structs import replace

from channels.fields import FieldOdd, Json, id_of, object_of, soft, soft_id, soft_object, text_of
from channels.meta.events import moment
from hub.model.address import Address
from hub.model.events.event import Commented, Incoming
from hub.model.messaging.message import Attachment, MediaKind

COMMENT_FIELDS = frozenset(("feed", "comments", "live_comments"))
"""The fields of a Page (the first) and of an Instagram account that tell of comments."""

_VERBS = {"add": "add", "edit": "edited", "edited": "edited", "remove": "remove", "hide": "hide", "unhide": "unhide"}
"""Facebook says both "edit" and "edited": https://github.com/restfb/restfb/issues/749"""

_ONCE = frozenset(("add", "remove"))


def commented(change: Json, entry: Json, to: Address) -> list[Incoming]:
    """What a change of a feed or of comments says: at most one event; none for posts, likes and our own comments.

    The event's address is the commenter's, as their private messages have it. Raises FieldOdd.
    """
    field, value = soft(change, "field"), object_of(change, "value")
    if field == "feed" and soft(value, "item") != "comment":
        return []
    body = _on_page(value) if field == "feed" else _on_instagram(value, live=field == "live_comments")
    writer = soft_id(soft_object(value, "from"), "id") or soft_id(value, "sender_id")
    if not writer:
        raise FieldOdd("from")
    if writer in {soft_id(entry, "id"), to.id}:
        return []
    told = moment(entry.get("time"))
    at = moment(value.get("created_time")) if body.verb == "add" else told
    seen = f"comment/{body.comment}/{body.verb}" if body.verb in _ONCE else f"comment/{body.comment}/{body.verb}/{told}"
    address = replace(to, id=writer)
    return [Incoming(address=address, body=body, dedupe_id=seen, at=at or told, recipient=soft_id(entry, "id"), details=_details(value))]


def _on_page(value: Json) -> Commented:
    """A comment's parent is the post itself, or the comment it answers.

    https://developers.facebook.com/docs/graph-api/webhooks/reference/page#feed
    """
    verb = _VERBS.get(soft(value, "verb"))
    if verb is None:
        raise FieldOdd("verb")
    post, parent = id_of(value, "post_id"), soft_id(value, "parent_id")
    return Commented(
        post=post,
        comment=id_of(value, "comment_id"),
        text=text_of(value, "message"),
        verb=verb,
        parent="" if parent == post else parent,
        name=soft(soft_object(value, "from"), "name") or soft(value, "sender_name"),
        attachments=tuple(_media(value)),
        url=soft(soft_object(value, "post"), "permalink_url"),
    )


def _on_instagram(value: Json, *, live: bool) -> Commented:
    """Instagram tells of new ones only.

    https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram#comments
    """
    return Commented(
        post=soft_id(soft_object(value, "media"), "id"),
        comment=soft_id(value, "id") or id_of(value, "comment_id"),
        text=text_of(value, "text"),
        parent=soft_id(value, "parent_id"),
        name=soft(soft_object(value, "from"), "username"),
        live=live,
    )


def _media(value: Json) -> list[Attachment]:
    kinds = (("photo", MediaKind.IMAGE), ("video", MediaKind.VIDEO))
    return [Attachment(kind=kind, url=soft(value, key)) for key, kind in kinds if soft(value, key)]


def _details(value: Json) -> dict[str, str]:
    """The advertisement the comment stands under, and where the medium was shown."""
    media = soft_object(value, "media")
    told = {"ad_id": soft_id(media, "ad_id"), "ad_title": soft(media, "ad_title"), "media_product_type": soft(media, "media_product_type")}
    return {key: fact for key, fact in told.items() if fact}
