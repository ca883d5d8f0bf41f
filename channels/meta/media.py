"""The attachments of a Messenger or Instagram message as ours.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages,
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks
"""

from collections.abc import Iterator

from channels.fields import Json, number_of, objects, soft, soft_id, soft_object
from hub.model.messaging.message import Attachment, MediaKind

_KINDS = {
    "image": MediaKind.IMAGE,
    "animated_image": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "file": MediaKind.FILE,
    "sticker": MediaKind.STICKER,
    "share": MediaKind.SHARE,
    "post": MediaKind.SHARE,
    "ig_post": MediaKind.SHARE,
    "media_share": MediaKind.SHARE,
    "ig_story": MediaKind.SHARE,
    "reel": MediaKind.REEL,
    "ig_reel": MediaKind.REEL,
    "story_mention": MediaKind.STORY_MENTION,
    "fallback": MediaKind.LINK,
    "location": MediaKind.LOCATION,
    "like_heart": MediaKind.LIKE,
}
_BARE = frozenset((MediaKind.LIKE, MediaKind.STICKER))
"""What says enough without an address."""

_THUMBS = frozenset(("369239263222822", "369239343222814", "369239383222810"))
"""Messenger's thumb at the right of its text field, small, middle and large: people press it to say yes."""

_SAID_BY = {MediaKind.LIKE: "❤️"}
_POST_IDS = ("reel_video_id", "ig_post_media_id", "ig_story_media_id", "post_id", "id")


def attachments(message: Json) -> tuple[Attachment, ...]:
    """What a message carries beside words, in its order; what cannot be seen outside the provider's app is `unsupported`.

    A sticker was told twice for a while, as a sticker and as an image: it is taken once. A story that is answered is one of them too.
    """
    found: list[Attachment] = []
    for told in objects(message, "attachments"):
        for piece in _pieces(told):
            if not piece.sticker_id or piece.sticker_id not in {other.sticker_id for other in found}:
                found.append(piece)
    if not found and message.get("is_unsupported") is True:
        found.append(Attachment(kind=MediaKind.UNSUPPORTED))
    return (*found, *_story(message))


def words_for(pieces: tuple[Attachment, ...]) -> str:
    """What a lone thumb or heart says in words, for a bot that asked; else empty."""
    if len(pieces) != 1:
        return ""
    return "👍" if pieces[0].sticker_id in _THUMBS else _SAID_BY.get(pieces[0].kind, "")


def ordered(product: Json) -> Attachment:
    """A product of a cart: what it is, how many, at what price each."""
    quantity, price = number_of(product, "quantity"), number_of(product, "unit_price")
    often = f"{quantity:g} × " if quantity else ""
    priced = f", {price:,.10g} {soft(product, 'currency')}".rstrip() if price is not None else ""
    number = soft_id(product, "retailer_id") or soft_id(product, "id")
    return Attachment(kind=MediaKind.PRODUCT, media_id=number, name=f"{often}{soft(product, 'name') or number}{priced}")


def _pieces(told: Json) -> Iterator[Attachment]:
    kind, payload = soft(told, "type"), soft_object(told, "payload")
    if kind == "template":
        yield from _template(told, payload)
        return
    yield _piece(_KINDS.get(kind), told, payload)


def _piece(kind: MediaKind | None, told: Json, payload: Json) -> Attachment:
    url = soft(payload, "url") or soft(told, "url")
    name = soft(payload, "title") or soft(told, "title")
    sticker = soft_id(payload, "sticker_id")
    if kind is MediaKind.LOCATION:
        point = soft_object(payload, "coordinates")
        return Attachment(kind=kind, latitude=number_of(point, "lat"), longitude=number_of(point, "long"), name=name)
    if sticker:
        return Attachment(kind=MediaKind.STICKER, url=url, sticker_id=sticker)
    if not url and kind not in _BARE:
        # View-once pictures, shares of what has since gone, kinds to come.
        return Attachment(kind=MediaKind.UNSUPPORTED, name=name)
    ids = (soft_id(payload, key) for key in _POST_IDS)
    return Attachment(kind=kind or MediaKind.LINK, url=url, name=name, media_id=next(filter(None, ids), ""))


def _template(told: Json, payload: Json) -> Iterator[Attachment]:
    """Products of a shop that somebody asks about; of other templates (in echoes) what they are called."""
    products = objects(soft_object(payload, "product"), "elements")
    for product in products:
        yield Attachment(
            kind=MediaKind.PRODUCT,
            media_id=soft_id(product, "retailer_id") or soft_id(product, "id"),
            name=soft(product, "title"),
            preview=soft(product, "image_url"),
        )
    if not products:
        cards = [soft(card, "title") for card in objects(payload, "elements")]
        title = soft(told, "title") or soft(payload, "text") or ", ".join(filter(None, cards))
        yield Attachment(kind=MediaKind.SHARE, name=title, url=soft(told, "url"))


def _story(message: Json) -> Iterator[Attachment]:
    story = soft_object(soft_object(message, "reply_to"), "story")
    if story:
        yield Attachment(kind=MediaKind.STORY_REPLY, url=soft(story, "url"), media_id=soft_id(story, "id"))
