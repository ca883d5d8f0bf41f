"""What a Telegram update says, in the hub's words: pure, and tolerant of all it does not know.

https://core.telegram.org/bots/api#update. The library's own model raises on drift (a field more or less), and an exception here
would be a redelivery of the same update while Telegram holds back that chat's later ones: so we read plain JSON.
"""

import re
from collections.abc import Callable
from typing import TypedDict

from channels.fields import FieldOdd, Json, id_of, names, object_of, soft, soft_id, soft_object, text_of
from channels.telegram.content import words_of
from channels.telegram.fields import FACTS, NOT_FOR_US
from channels.telegram.media import attachments
from channels.telegram.places import BUSINESS, TOPIC, address_of, topic_of
from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import (
    Body,
    Deleted,
    Echoed,
    Edited,
    IdentityChanged,
    Incoming,
    Noted,
    OptedOut,
    Reacted,
    Said,
    Started,
    Unparsed,
)

_LATEST_SECOND = 1 << 40
"""Past this a `date` is no time, and its milliseconds would not fit where they are stored."""

_START = re.compile(r"/start(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
_AWAY = frozenset(("left", "kicked"))


class Self(Value, frozen=True):
    """Who we are on this account: the bot's id and, once known, its @name without the @."""

    account: str
    id: str
    username: str = ""


def parse_update(update: object, me: Self) -> list[Incoming | Unparsed]:
    """The events of one decoded update: none where it is known and not for us, one Unparsed where it is not understood.

    Never raises. The de-duplication id is the update's (`update_id`); a further event of the same update bears `/n` behind it.
    """
    if not isinstance(update, dict):
        return [Unparsed(fields=(), reason="an update is a JSON object")]
    try:
        found = _bodies(update, me)
    except FieldOdd as odd:
        return [Unparsed(fields=names(update), reason=f"field {odd.args[0]} is missing or not of its type")]
    if found is None:
        return [Unparsed(fields=names(update), reason="no kind of update or message that is known")]
    seen = soft_id(update, "update_id")
    return [
        Incoming(
            address=Address(channel="telegram", account=me.account, id=chat),
            body=body,
            dedupe_id=f"{seen}/{n}" if n and seen else seen,
            at=at,
            aliases=_also(chat),
            details=_details(chat, update),
        )
        for n, (chat, body, at) in enumerate(found)
    ]


_Found = tuple[str, Body, int]
"""Chat id, what happened there, when (ms since 1970, 0: not told)."""


def _also(chat: str) -> tuple[str, ...]:
    """The same person has a chat with the bot itself under their own id."""
    return (chat.rpartition("/")[2],) if chat.startswith(BUSINESS) else ()


def _details(chat: str, update: Json) -> dict[str, str]:
    """What the address and the thread have in one, told apart."""
    told: dict[str, str] = {}
    if chat.startswith(BUSINESS):
        connection, _, person = chat.removeprefix(BUSINESS).rpartition("/")
        told = {"business_connection_id": connection, "chat_id": person, "sender_id": person, "contact_id": person}
    message = update.get("message")
    topic = topic_of(message) if isinstance(message, dict) else ""
    return {**told, "thread_id": topic} if topic else told


def _bodies(update: Json, me: Self) -> list[_Found] | None:
    known = False
    for kind in update:
        if read := _READERS.get(kind):
            return read(object_of(update, kind), me)
        known = known or kind in NOT_FOR_US
    return [] if known else None


def _message(message: Json, me: Self) -> list[_Found] | None:
    chat = object_of(message, "chat")
    at = _moment(message.get("date"))
    body = _said(message, chat, me)
    if isinstance(body, Said) and not body.mentioned:
        # What a group says among itself is not said to the shop. Telegram's privacy mode would not even bring it, and we keep to that
        # where it is off: https://core.telegram.org/bots/features#privacy-mode
        return []
    return None if body is None else [(address_of(message), body, at)]


def _business(message: Json, me: Self) -> list[_Found] | None:
    """A word in a chat of the shop's own account: the other person's, or one that left from our side by somebody's hand or a program.

    https://core.telegram.org/bots/api#message (`business_connection_id`, `sender_business_bot`)
    """
    if not _is_from_us(message):
        return _message(message, me)
    text = text_of(message, "text") or text_of(message, "caption") or words_of(message)
    body = Echoed(
        text=text,
        external_id=id_of(message, "message_id"),
        attachments=attachments(message),
        ours=bool(soft_id(soft_object(message, "sender_business_bot"), "id")),
    )
    return [(address_of(message), body, _moment(message.get("date")))]


def _business_edited(message: Json, me: Self) -> list[_Found] | None:
    return [] if _is_from_us(message) else _edited(message, me)


def _business_deleted(told: Json, _me: Self) -> list[_Found]:
    """Messages that are gone; whose they were is not told."""
    several = told.get("message_ids")
    ids = [soft_id({"id": each}, "id") for each in several] if isinstance(several, list) else []
    return [(address_of(told), Deleted(target=id), 0) for id in ids if id]  # noqa: A001 - the field's name


def _is_from_us(message: Json) -> bool:
    """A private chat bears the other person's id: who writes under another one is the account itself."""
    return soft_id(_sender(message), "id") != id_of(object_of(message, "chat"), "id")


def _said(message: Json, chat: Json, me: Self) -> Body | None:
    text = text_of(message, "text") or text_of(message, "caption") or words_of(message)
    pieces = attachments(message)
    topic = topic_of(message)
    about = _about(_sender(message), id_of(message, "message_id"), chat)
    if not text and not pieces:
        return _unspoken(message, about)
    start = _START.fullmatch(text) if text.startswith("/start") else None
    if start and _for_us(start[1], me):
        return Started(ref=(start[2] or "").strip(), **about)
    replied = message.get("reply_to_message")
    return Said(
        text=text,
        attachments=pieces,
        in_reply_to=soft_id(replied, "message_id") if isinstance(replied, dict) else "",
        group_key=soft_id(message, "media_group_id"),
        mentioned=about["chat_type"] == "private" or _mentions(message, text, me),
        thread=TOPIC + topic if topic else "",
        **about,
    )


class _About(TypedDict):
    name: str
    username: str
    language: str
    external_id: str
    author: str
    chat_type: str


def _about(sender: Json, external_id: str, chat: Json) -> _About:
    group = bool(chat) and _is_group(chat)
    return {
        "name": _name(sender),
        "username": soft(sender, "username"),
        "language": soft(sender, "language_code"),
        "external_id": external_id,
        "author": soft_id(sender, "id") if group else "",
        "chat_type": "group" if group else "private",
    }


def _unspoken(message: Json, about: _About) -> Body | None:
    """A message without words or media: a mini app's answer, a fact of the chat, or nothing we know.

    A group that became a supergroup goes on under another id, and the old one takes no message any more.
    """
    if isinstance(form := message.get("web_app_data"), dict):
        return Said(text=soft(form, "button_text"), payload=text_of(form, "data"), source="web_app", **about)
    if fact := next((name for name in message if name in FACTS), None):
        if fact == "migrate_to_chat_id" and (new := soft_id(message, fact)):
            return IdentityChanged(previous=id_of(object_of(message, "chat"), "id"), new=new)
        return Noted(name=fact, detail=soft_id(message, fact) if fact.startswith("migrate_") else "")
    return None


def _edited(message: Json, _me: Self) -> list[_Found] | None:
    chat = address_of(message)
    at = _moment(message.get("edit_date"))
    target = id_of(message, "message_id")
    text = text_of(message, "text") or text_of(message, "caption") or words_of(message)
    if not text:
        # A live location moves, or a picture is exchanged: the words stay, so no edit that would blank them.
        return [(chat, Noted(name="edited_message", detail=target), at)]
    author = soft_id(_sender(message), "id") if _is_group(object_of(message, "chat")) else ""
    return [(chat, Edited(target=target, text=text, author=author), at)]


def _pressed(query: Json, _me: Self) -> list[_Found]:
    """A button under a message. The message may be missing (inline mode) or too old to be told: then the sender is the address."""
    sender = object_of(query, "from")
    under = query.get("message")
    message: Json = under if isinstance(under, dict) else {}
    place = message.get("chat")
    chat: Json = place if isinstance(place, dict) else {}
    at_id = address_of(message) if chat else id_of(sender, "id")
    data = text_of(query, "data")
    if not data:
        return [(at_id, Noted(name="callback_query", detail=soft(query, "game_short_name")), 0)]
    said = Said(
        text=_label(message, data),
        payload=data,
        source="button",
        in_reply_to=soft_id(message, "message_id"),
        **_about(sender, id_of(query, "id"), chat),
    )
    return [(at_id, said, 0)]


def _label(message: Json, data: str) -> str:
    """What stands on the button that carries `data`; empty where the keyboard is not told."""
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    for row in rows if isinstance(rows, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, dict) and button.get("callback_data") == data:
                return soft(button, "text")
    return ""


def _membership(change: Json, _me: Self) -> list[_Found]:
    """The bot's own standing in a chat: blocked or removed is an opt-out, coming back a start, a change of rights nothing."""
    chat = object_of(change, "chat")
    at = _moment(change.get("date"))
    after = text_of(object_of(change, "new_chat_member"), "status")
    old = change.get("old_chat_member")
    before = soft(old, "status") if isinstance(old, dict) else "left"
    if after in _AWAY:
        return [] if before in _AWAY else [(id_of(chat, "id"), OptedOut(reason=after), at)]
    if before not in _AWAY:
        return []
    return [(id_of(chat, "id"), Started(**_about(_sender(change), "", chat)), at)]


def _reacted(change: Json, _me: Self) -> list[_Found]:
    """Old and new reactions are told as whole lists; what differs was taken off or put on."""
    chat = object_of(change, "chat")
    at = _moment(change.get("date"))
    target = id_of(change, "message_id")
    old, new = _reactions(change, "old_reaction"), _reactions(change, "new_reaction")
    actor = change.get("user") or change.get("actor_chat")
    author = soft_id(actor, "id") if isinstance(actor, dict) and _is_group(chat) else ""
    gone = [Reacted(target=target, emoji=e, removed=True, author=author) for e in old if e not in new]
    come = [Reacted(target=target, emoji=e, author=author) for e in new if e not in old]
    return [(id_of(chat, "id"), body, at) for body in (*gone, *come)]


def _reactions(change: Json, key: str) -> list[str]:
    told = change.get(key)
    if not isinstance(told, list):
        raise FieldOdd(key)
    return [soft(r, "emoji") or soft(r, "custom_emoji_id") or soft(r, "type") for r in told if isinstance(r, dict)]


_READERS: dict[str, Callable[[Json, Self], list[_Found] | None]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "my_chat_member": _membership,
    "message_reaction": _reacted,
    "business_message": _business,
    "edited_business_message": _business_edited,
    "deleted_business_messages": _business_deleted,
}

READ_UPDATES = tuple(_READERS)
"""What we ask Telegram for (`allowed_updates`): reactions come only to who asks."""


def _sender(of: Json) -> Json:
    """Who wrote; an anonymous admin writes as the chat."""
    told = of.get("from") or of.get("sender_chat")
    return told if isinstance(told, dict) else {}


def _name(who: Json) -> str:
    return f"{soft(who, 'first_name')} {soft(who, 'last_name')}".strip() or soft(who, "title")


def _is_group(chat: Json) -> bool:
    kind = chat.get("type")
    if isinstance(kind, str):
        return kind != "private"
    return id_of(chat, "id").startswith("-")


def _for_us(named: str | None, me: Self) -> bool:
    return not named or not me.username or named.casefold() == me.username.casefold()


def _mentions(message: Json, text: str, me: Self) -> bool:
    """Whether a group's message is meant for the bot: a command, its @name, or a reply to it."""
    if text.startswith("/"):
        return _for_us(text.split(maxsplit=1)[0].partition("@")[2], me)
    if me.username and re.search(rf"(?<!\w)@{re.escape(me.username)}(?!\w)", text, re.IGNORECASE):
        return True
    replied = message.get("reply_to_message")
    return isinstance(replied, dict) and bool(me.id) and soft_id(_sender(replied), "id") == me.id


def _moment(seconds: object) -> int:
    return seconds * 1000 if isinstance(seconds, int) and 0 < seconds < _LATEST_SECOND else 0
