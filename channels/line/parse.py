"""What a LINE webhook says, in the hub's words: pure, and tolerant of all it does not know.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects. The SDK's own model raises on drift (no `mode`, no
`webhookEventId`), so we read plain JSON.
"""

import re
from collections.abc import Callable
from typing import TypedDict

from channels.fields import FieldOdd, Json, names, number_of, object_of, objects, soft, soft_id, soft_object, text_of
from channels.fields import id_of as id_in
from hub.model.address import Address
from hub.model.events.event import Body, Deleted, Edited, Incoming, Noted, OptedIn, OptedOut, Said, Started, Unparsed
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.webchat.onward import MARK

CHANNEL = "line"

_LATEST_MS = 1 << 50
_LINK = re.compile(re.escape(MARK) + r"[A-Za-z0-9_-]{16,200}")
"""What a link from the web chat has the customer say first: LINE's links carry nothing but words."""

_KEYWORDS_TOLD = 3

_DUMMY_TOKENS = frozenset(("0" * 32, "f" * 32))
_DUMMY_USER = "Udeadbeefdeadbeefdeadbeefdeadbeef"
"""What the console's verify button sent before it sent `events: []`: nobody wrote, and the tokens answer nothing."""

_NOT_FOR_US = frozenset({
    "module", "activated", "deactivated", "botSuspended", "botResumed", "delivery", "pnp",
})  # fmt: skip
"""Events that are about the channel itself, or about notification messages by phone number, which we do not send."""

_CHOSEN = ("date", "time", "datetime", "newRichMenuAliasId", "status")
"""What a postback tells beside its data: https://developers.line.biz/en/reference/messaging-api/#postback-params-object"""

_CHATS = {"user": "userId", "group": "groupId", "room": "roomId"}


def parse_event(event: object, account: str, recipient: str = "") -> list[Incoming | Unparsed]:
    """What one element of `events` says: nothing where it is known and not for us, Unparsed where it is not understood.

    Never raises. A further event of the same element bears `/n` behind its de-duplication id.
    """
    if not isinstance(event, dict):
        return [Unparsed(fields=names(event), reason="an event is a JSON object")]
    try:
        return _incoming(event, account, recipient)
    except FieldOdd as odd:
        return [Unparsed(fields=names(event), reason=f"field {odd.args[0]} is missing or not of its type")]


def _incoming(event: Json, account: str, recipient: str) -> list[Incoming | Unparsed]:
    kind = text_of(event, "type")
    if kind in _NOT_FOR_US or _is_dummy(event):
        return []
    read = _READERS.get(kind)
    bodies = read(event) if read else ()
    if not bodies:
        return [Unparsed(fields=names(event), reason="no type of event or message that is known")]
    seen = _seen_as(event, kind)
    return [
        Incoming(
            address=Address(channel=CHANNEL, account=account, id=_chat(event)),
            body=body,
            dedupe_id=f"{seen}/{n}" if n else seen,
            at=_moment(event.get("timestamp")),
            recipient=recipient,
            details={key: value for key, value in _details(event).items() if value},
        )
        for n, body in enumerate(bodies)
    ]


def _is_dummy(event: Json) -> bool:
    return soft(event, "replyToken") in _DUMMY_TOKENS or soft(soft_object(event, "source"), "userId") == _DUMMY_USER


def _chat(event: Json) -> str:
    """Where it was said: the person, the group, the chat of several."""
    source = object_of(event, "source")
    return id_in(source, _CHATS.get(text_of(source, "type"), "userId"))


def _seen_as(event: Json, kind: str) -> str:
    """`webhookEventId` is the same in every redelivery; older events are known by their message or their reply token.

    https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery
    """
    if told := soft(event, "webhookEventId"):
        return told
    message = soft_id(soft_object(event, "message"), "id")
    return f"{kind}/{message or soft(event, 'replyToken') or soft_id(event, 'timestamp')}"


def _details(event: Json) -> dict[str, str]:
    source, message = soft_object(event, "source"), soft_object(event, "message")
    link, params = soft_object(event, "link"), soft_object(soft_object(event, "postback"), "params")
    told = {
        "chat_type": soft(source, "type"),
        "sender_id": soft(source, "userId"),
        "reply_token": "" if _is_standby(event) else soft(event, "replyToken"),
        "mode": soft(event, "mode"),
        "quote_token": soft(message, "quoteToken"),
        "mark_as_read_token": soft(message, "markAsReadToken"),
        "nonce": soft(link, "nonce"),
        "is_unblocked": "true" if soft_object(event, "follow").get("isUnblocked") is True else "",
        "is_redelivery": "true" if soft_object(event, "deliveryContext").get("isRedelivery") is True else "",
    }
    return told | {key: soft(params, key) for key in _CHOSEN}


class _About(TypedDict):
    external_id: str
    author: str
    chat_type: str
    reply_token: str


def _about(event: Json, external_id: str) -> _About:
    """While another has the chat (`mode` standby) nobody may be answered: so the bot was not spoken to, and there is no token."""
    source = object_of(event, "source")
    alone = text_of(source, "type") == "user"
    return {
        "external_id": external_id,
        "author": "" if alone else soft(source, "userId"),
        "chat_type": "private" if alone else "group",
        "reply_token": "" if _is_standby(event) else soft(event, "replyToken"),
    }


def _is_standby(event: Json) -> bool:
    return soft(event, "mode") == "standby"


_Bodies = tuple[Body, ...]


def _message(event: Json) -> _Bodies:
    message = object_of(event, "message")
    read = _MESSAGES.get(text_of(message, "type"))
    if read is None:
        return ()
    about = _about(event, id_in(message, "id"))
    if _LINK.fullmatch(text_of(message, "text")):
        return (Started(ref=text_of(message, "text"), **about),)
    said = Said(
        text=text_of(message, "text"),
        attachments=read(message),
        in_reply_to=soft_id(message, "quotedMessageId"),
        group_key=soft_id(soft_object(message, "imageSet"), "id"),
        mentioned=not _is_standby(event) and (about["chat_type"] == "private" or _mentions_us(message)),
        **about,
    )
    return (said,)


def _mentions_us(message: Json) -> bool:
    """https://developers.line.biz/en/reference/messaging-api/#wh-text (`mention.mentionees[].isSelf`)."""
    return any(who.get("isSelf") is True for who in objects(soft_object(message, "mention"), "mentionees"))


def _words(_message: Json) -> tuple[Attachment, ...]:
    return ()


def _media(kind: MediaKind) -> Callable[[Json], tuple[Attachment, ...]]:
    """A file: at LINE under the message's id for some weeks, or at an address of the sender's own (LIFF's `sendMessages`)."""

    def read(message: Json) -> tuple[Attachment, ...]:
        provider = soft_object(message, "contentProvider")
        url = soft(provider, "originalContentUrl")
        return (
            Attachment(
                kind=kind,
                url=url,
                media_id="" if url else id_in(message, "id"),
                preview=soft(provider, "previewImageUrl"),
                duration_ms=_whole(message.get("duration")),
                filename=soft(message, "fileName"),
                size=_whole(message.get("fileSize")),
            ),
        )

    return read


def _sticker(message: Json) -> tuple[Attachment, ...]:
    """Its keywords say what it shows, as far as a person needs it; they are drawn anew for each event."""
    told = message.get("keywords")
    keywords = [word for word in told if isinstance(word, str)] if isinstance(told, list) else []
    name = ", ".join(keywords[:_KEYWORDS_TOLD])
    return (
        Attachment(kind=MediaKind.STICKER, sticker_id=soft_id(message, "stickerId"), package_id=soft_id(message, "packageId"), name=name),
    )


def _location(message: Json) -> tuple[Attachment, ...]:
    return (
        Attachment(
            kind=MediaKind.LOCATION,
            name=soft(message, "title"),
            address=soft(message, "address"),
            latitude=_degrees(message, "latitude"),
            longitude=_degrees(message, "longitude"),
        ),
    )


_MESSAGES: dict[str, Callable[[Json], tuple[Attachment, ...]]] = {
    "text": _words,
    "image": _media(MediaKind.IMAGE),
    "video": _media(MediaKind.VIDEO),
    "audio": _media(MediaKind.AUDIO),
    "file": _media(MediaKind.FILE),
    "location": _location,
    "sticker": _sticker,
}


def _postback(event: Json) -> _Bodies:
    """A pressed button. A chosen date or time is what the customer says; a switched menu (`newRichMenuAliasId`) says nothing."""
    postback = object_of(event, "postback")
    params = soft_object(postback, "params")
    said = Said(
        text=soft(params, "date") or soft(params, "time") or soft(params, "datetime"),
        payload=text_of(postback, "data"),
        source="menu" if "newRichMenuAliasId" in params else "button",
        mentioned=not _is_standby(event),
        **_about(event, ""),
    )
    return (said,)


def _followed(event: Json) -> _Bodies:
    """The person added the account as a friend, or unblocked it: wants to hear from it, and may be greeted."""
    return OptedIn(topic="follow"), Started(**_about(event, ""))


def _unfollowed(_event: Json) -> _Bodies:
    return (OptedOut(reason="unfollow"),)


def _edited(event: Json) -> _Bodies:
    """New words of an earlier message, so far in groups alone. Several may come out of order: the newest `timestamp` counts.

    https://developers.line.biz/en/reference/messaging-api/#edit-event
    """
    message = object_of(event, "message")
    author = _about(event, "")["author"]
    return (Edited(target=id_in(message, "id"), text=text_of(message, "text"), author=author),) if text_of(message, "text") else ()


def _unsent(event: Json) -> _Bodies:
    """The person took it back; what was kept of it must not be shown any more.

    https://developers.line.biz/en/docs/messaging-api/receiving-messages/#processing-on-receipt-of-unsend-event
    """
    return (Deleted(target=id_in(object_of(event, "unsend"), "messageId")),)


def _noted(where: str = "", what: str = "") -> Callable[[Json], _Bodies]:
    """A fact without a word: its name, and one detail of it."""

    def read(event: Json) -> _Bodies:
        return (Noted(name=text_of(event, "type"), detail=soft_id(soft_object(event, where), what)),)

    return read


def _members(where: str) -> Callable[[Json], _Bodies]:
    def read(event: Json) -> _Bodies:
        return (Noted(name=text_of(event, "type"), detail=str(len(objects(soft_object(event, where), "members")))),)

    return read


_READERS: dict[str, Callable[[Json], _Bodies]] = {
    "message": _message,
    "postback": _postback,
    "follow": _followed,
    "unfollow": _unfollowed,
    "unsend": _unsent,
    "messageEdited": _edited,
    "join": _noted(),
    "leave": _noted(),
    "memberJoined": _members("joined"),
    "memberLeft": _members("left"),
    "videoPlayComplete": _noted("videoPlayComplete", "trackingId"),
    "beacon": _noted("beacon", "type"),
    "accountLink": _noted("link", "result"),
    "membership": _noted("membership", "type"),
    "things": _noted("things", "type"),
}


def _moment(told: object) -> int:
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 < told < _LATEST_MS else 0


def _whole(told: object) -> int:
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 < told < _LATEST_MS else 0


def _degrees(of: Json, key: str) -> float:
    if (told := number_of(of, key)) is not None:
        return told
    raise FieldOdd(key)
