"""LINE's messages as bubbles on a phone, and what is done there as LINE's events."""

from collections.abc import Iterator

from sandbox.shown import Act, Blocked, Bubble, Followed, Json, Media, Offer, Pressed, TookBack, Wrote

SAYS, CARRIES = "say:", "postback:"
"""What a press does stands before what it says or carries."""

_MEDIA = {"image": "image", "video": "video", "audio": "audio"}


def words_of(messages: list[Json]) -> str:
    """What a call says, in lines: of what is no text, what a notification shows."""
    return "\n".join(str(each.get("text") or each.get("altText") or "") for each in messages if each.get("text") or each.get("altText"))


def bubble_of(message: Json, external_id: str) -> Bubble:
    """One message object as it stands on the phone."""
    offers = [*_offers(message), *_quick(message)]
    text = str(message.get("text") or "")
    match message.get("type"):
        case "template" | "flex":
            text = "\n".join(_texts(message.get("template") or message.get("contents")))
        case "sticker":
            text = f"[sticker {message.get('packageId')}/{message.get('stickerId')}]"
    return Bubble(n=0, text=text, media=_media(message), offers=tuple(offers), external_id=external_id)


def _media(message: Json) -> tuple[Media, ...]:
    kind = str(message.get("type"))
    if kind in _MEDIA:
        return (Media(kind=_MEDIA[kind], url=str(message.get("originalContentUrl", ""))),)
    if kind == "location":
        latitude, longitude = message.get("latitude"), message.get("longitude")
        if isinstance(latitude, float) and isinstance(longitude, float):
            return (Media(kind="location", name=str(message.get("title", "")), latitude=latitude, longitude=longitude),)
    return ()


def _quick(message: Json) -> Iterator[Offer]:
    reply = message.get("quickReply")
    for item in reply.get("items", []) if isinstance(reply, dict) else []:
        yield _offer(item["action"], kind="quick")


def _offers(part: object) -> Iterator[Offer]:
    """Every action of a template or flex message, wherever it stands."""
    if isinstance(part, list):
        for each in part:
            yield from _offers(each)
    elif isinstance(part, dict):
        action = part.get("action")
        if isinstance(action, dict):
            yield _offer(action, kind="reply")
        for key, below in part.items():
            if key == "actions":
                yield from (_offer(each, kind="reply") for each in below)
            elif key not in {"action", "quickReply"}:
                yield from _offers(below)


def _offer(action: Json, *, kind: str) -> Offer:
    label = str(action.get("label", ""))
    match action.get("type"):
        case "message":
            return Offer(title=label, id=f"{SAYS}{action.get('text')}", kind=kind)
        case "postback":
            return Offer(title=label, id=f"{CARRIES}{action.get('data')}", kind=kind)
        case "location":
            return Offer(title=label, kind="location")
    return Offer(title=label, kind="url", value=str(action.get("uri") or action.get("clipboardText") or ""))


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)
    elif isinstance(part, dict):
        words = part.get("text")
        if isinstance(words, str):
            yield words
        for key, below in part.items():
            if key not in {"action", "actions"}:
                yield from _texts(below)


def events_of(act: Act) -> list[Json]:
    """What LINE tells of an act, without what every event has; it tells of no receipts and no reactions."""
    match act:
        case Wrote():
            return _written(act)
        case Pressed(offer=offer) if offer.id.startswith(SAYS):
            return [_message("text", text=offer.id.removeprefix(SAYS))]
        case Pressed(offer=offer) if offer.id.startswith(CARRIES):
            return [{"type": "postback", "postback": {"data": offer.id.removeprefix(CARRIES)}}]
        case TookBack(bubble=bubble):
            return [{"type": "unsend", "unsend": {"messageId": bubble.external_id}}]
        case Blocked():
            return [{"type": "unfollow"}]
        case Followed():
            return [{"type": "follow", "follow": {"isUnblocked": bool(act.phone.bubbles)}}]
    return []


def _written(act: Wrote) -> list[Json]:
    """A file is a message of its own, without words."""
    told = [_of_media(piece) for piece in act.bubble.media]
    return [*told, *([_message("text", text=act.bubble.text)] if act.bubble.text or not told else [])]


def _of_media(piece: Media) -> Json:
    match piece.kind:
        case "location":
            return _message("location", title=piece.name, address=piece.name, latitude=piece.latitude, longitude=piece.longitude)
        case "image" | "video" | "audio":
            return _message(piece.kind, id=piece.url.rpartition("/")[2], contentProvider={"type": "line"})
    return _message("file", id=piece.url.rpartition("/")[2], fileName=piece.name, fileSize=1)


def _message(kind: str, **what: object) -> Json:
    return {"type": "message", "message": {"type": kind, **what}}
