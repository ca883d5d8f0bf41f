"""What Slack's events say, in the hub's words: pure, and tolerant of all it does not know.

https://docs.slack.dev/apis/events-api/ and https://docs.slack.dev/reference/events/message/. What people press stands in
press.py. A `ts` is a message's name: always text, for as a number it would lose digits.
"""

import html
import re
from collections.abc import Callable

from channels.fields import FieldOdd, Json, id_of, names, object_of, objects, soft, soft_object, text_of
from channels.slack.files import pieces
from channels.slack.rich import block_words
from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import Body, Deleted, Echoed, Edited, Incoming, Noted, Reacted, Said, Unparsed

CHANNEL = "slack"

_TS = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?")
_LINK = re.compile(r"<((?:https?://|mailto:|tel:)[^|>]+)(?:\|([^>]*))?>")
_PLACE = re.compile(r"<#[A-Z0-9]+\|([^>]*)>")

_SPOKEN = frozenset(("", "file_share", "thread_broadcast", "me_message"))
"""Subtypes by which a person says something: https://docs.slack.dev/reference/events/message/#subtypes"""

_UNSPOKEN = frozenset({
    "assistant_app_thread", "bot_add", "bot_message", "bot_remove", "channel_archive", "channel_canvas_updated",
    "channel_convert_to_private", "channel_convert_to_public", "channel_join", "channel_leave", "channel_name",
    "channel_posting_permissions", "channel_purpose", "channel_topic", "channel_unarchive", "document_mention", "ekm_access_denied",
    "file_comment", "file_mention", "group_archive", "group_join", "group_leave", "group_name", "group_purpose", "group_topic",
    "group_unarchive", "huddle_thread", "joiner_notification", "joiner_notification_for_inviter", "message_replied", "pinned_item",
    "reminder_add", "reply_broadcast", "sh_room_created", "sh_room_shared", "tombstone", "unpinned_item",
})  # fmt: skip
"""Subtypes that tell what happened in the channel, or what a program said."""

_NOT_FOR_US = (
    "app_", "assistant_", "call_", "channel_", "dnd_", "email_domain_", "emoji_", "entity_", "file_", "function_", "grid_migration_",
    "group_", "im_", "invite_", "link_shared", "message_metadata_", "mpim_", "pin_", "resources_", "scope_", "shared_channel_", "star_",
    "subteam_", "team_", "tokens_revoked", "url_verification", "user_", "workflow_",
)  # fmt: skip
"""Beginnings of events that are no customer's word to the shop; we do not ask for them."""


class Self(Value, frozen=True):
    """Who we are on this account: its name here, and the app's own user where it is known."""

    account: str
    user: str = ""


def parse_event(told: Json, me: Self) -> list[Incoming | Unparsed]:
    """The events of one `event_callback`: none where it is known and not for us, one Unparsed where it is not understood."""
    try:
        return _incoming(told, me)
    except FieldOdd as odd:
        return [Unparsed(fields=names(told), reason=f"field {odd.args[0]} is missing or not of its type")]


def _incoming(told: Json, me: Self) -> list[Incoming | Unparsed]:
    event = object_of(told, "event")
    kind = text_of(event, "type")
    read = _READERS.get(kind)
    if read is None:
        return [] if kind.startswith(_NOT_FOR_US) else [Unparsed(fields=names(told), reason="no type of event that is known")]
    found = read(event, told, _with_user(me, told))
    if found is None:
        return [Unparsed(fields=names(told), reason="no subtype of message that is known")]
    return [_envelope(told, event, me, one) for one in found]


class Found(Value, frozen=True):
    """One thing that happened: where, what, who did it, when (a `ts`), and what it has in common with an event of the same word."""

    place: str
    body: Body
    who: str = ""
    at: str = ""
    same_as: str = ""


def _envelope(told: Json, event: Json, me: Self, found: Found) -> Incoming:
    details = {
        "team_id": soft(told, "team_id"),
        "enterprise_id": soft(told, "enterprise_id"),
        "user_team": soft(event, "user_team"),
        "channel_id": found.place,
        "chat_type": soft(event, "channel_type"),
        "client_msg_id": soft(event, "client_msg_id"),
    }
    return Incoming(
        address=Address(channel=CHANNEL, account=me.account, id=address_of(found.place, found.who)),
        body=found.body,
        dedupe_id=soft(told, "event_id"),
        same_as=found.same_as,
        at=moment(found.at) or moment(told.get("event_time")),
        recipient=soft(told, "api_app_id"),
        details={key: value for key, value in details.items() if value},
    )


def _with_user(me: Self, told: Json) -> Self:
    """Whose event it is: https://docs.slack.dev/apis/events-api/#authorizations."""
    bots = [soft(each, "user_id") for each in objects(told, "authorizations") if each.get("is_bot") is True]
    return Self(account=me.account, user=next((bot for bot in bots if bot), me.user))


_Found = list[Found]


def _message(event: Json, told: Json, me: Self) -> _Found | None:
    """A word. What a program said is nobody's: of our own it would be a loop."""
    subtype = text_of(event, "subtype")
    if subtype == "message_changed":
        return _changed(event)
    if subtype == "message_deleted":
        return _deleted(event)
    if subtype in _UNSPOKEN or soft(event, "bot_id") or _is_own(event, me):
        return []
    if subtype not in _SPOKEN:
        return None
    if _is_staff(event, told):
        return [_echoed(event)]
    return [_said(event, told, mentioned=_speaks_to(event, me))]


def _is_own(event: Json, me: Self) -> bool:
    """A file the app handed in bears its user and no `bot_id`; what a person wrote bears the id their own Slack gave it."""
    return bool(me.user) and soft(event, "user") == me.user and not soft(event, "client_msg_id")


def _mention(event: Json, told: Json, _me: Self) -> _Found | None:
    """The same word as its `message`, told once more, for apps that hear nothing else: https://docs.slack.dev/reference/events/app_mention/."""
    return [] if soft(event, "bot_id") else [_said(event, told, mentioned=True)]


def _said(event: Json, told: Json, *, mentioned: bool) -> Found:
    place, who, ts = id_of(event, "channel"), id_of(event, "user"), soft(event, "ts")
    profile = soft_object(event, "user_profile")
    private = is_private(place, soft(event, "channel_type"))
    body = Said(
        text=words(text_of(event, "text")) or block_words(objects(event, "blocks")),
        attachments=pieces(event),
        external_id=ts or soft(told, "event_id"),
        name=soft(profile, "real_name") or soft(profile, "display_name"),
        username=soft(profile, "name"),
        author="" if private else who,
        chat_type="private" if private else "group",
        mentioned=private or mentioned,
        # In a channel the app answers under what was said to it.
        thread=soft(event, "thread_ts") or (ts if mentioned and not private else ""),
    )
    return Found(place=place, body=body, who=who if private else "", at=ts, same_as=f"{place}/{ts}" if ts else "")


def _speaks_to(event: Json, me: Self) -> bool:
    """In a channel: who names the app, or answers under what it said."""
    return bool(me.user) and (f"<@{me.user}" in text_of(event, "text") or soft(event, "parent_user_id") == me.user)


def _is_staff(event: Json, told: Json) -> bool:
    """In a channel shared with a customer's company, a word of our own workspace is a person's answer to the customer.

    https://docs.slack.dev/apis/slack-connect/ (`user_team`; the app's own is told by `authorizations`)
    """
    theirs = soft(event, "user_team")
    ours = {soft(each, "team_id") for each in objects(told, "authorizations")}
    return told.get("is_ext_shared_channel") is True and bool(theirs) and theirs in ours


def _echoed(event: Json) -> Found:
    body = Echoed(text=words(text_of(event, "text")), external_id=soft(event, "ts"), attachments=pieces(event))
    return Found(place=id_of(event, "channel"), body=body, at=soft(event, "ts"))


def _changed(event: Json) -> _Found:
    """New words of an earlier message; a preview that was added, and what a program changed, changes no words."""
    message, before = object_of(event, "message"), soft_object(event, "previous_message")
    place, who = id_of(event, "channel"), soft(message, "user")
    if soft(message, "subtype") == "tombstone":
        return _deleted(event)
    if soft(message, "bot_id") or ("text" in before and soft(before, "text") == soft(message, "text")):
        return []
    private = is_private(place, soft(event, "channel_type"))
    target = soft(message, "ts") or id_of(before, "ts")
    body = Edited(target=target, text=words(text_of(message, "text")), author="" if private else who)
    return [Found(place=place, body=body, who=who if private else "", at=soft(event, "event_ts") or soft(event, "ts"))]


def _deleted(event: Json) -> _Found:
    before = soft_object(event, "previous_message") or soft_object(event, "message")
    place = id_of(event, "channel")
    target = soft(event, "deleted_ts") or soft(before, "ts")
    if not target:
        raise FieldOdd("deleted_ts")
    if soft(before, "bot_id"):
        return []
    private = is_private(place, soft(event, "channel_type"))
    who = soft(before, "user") if private else ""
    return [Found(place=place, body=Deleted(target=target), who=who, at=soft(event, "event_ts") or soft(event, "ts"))]


def _reacted(event: Json, _told: Json, _me: Self) -> _Found:
    item = object_of(event, "item")
    if soft(item, "type") != "message":
        return []
    place, who = id_of(item, "channel"), id_of(event, "user")
    removed = text_of(event, "type") == "reaction_removed"
    private = is_private(place, "")
    body = Reacted(target=id_of(item, "ts"), emoji=id_of(event, "reaction"), removed=removed, author="" if private else who)
    return [Found(place=place, body=body, who=who if private else "", at=soft(event, "event_ts"))]


def _membership(event: Json, _told: Json, me: Self) -> _Found:
    """Somebody came or went: a fact of the channel. That we were added ourselves is none."""
    place, who = id_of(event, "channel"), id_of(event, "user")
    return [] if who == me.user else [Found(place=place, body=Noted(name=text_of(event, "type")), at=soft(event, "event_ts"))]


_READERS: dict[str, Callable[[Json, Json, Self], _Found | None]] = {
    "message": _message,
    "app_mention": _mention,
    "reaction_added": _reacted,
    "reaction_removed": _reacted,
    "member_joined_channel": _membership,
    "member_left_channel": _membership,
}


def is_private(place: str, kind: str) -> bool:
    """Whether it was said to the app alone."""
    return kind == "im" or (not kind and place.startswith("D"))


def address_of(place: str, who: str) -> str:
    """Where to answer: a person by their own id, whatever the direct conversation is called; else the channel."""
    return who or place


def moment(ts: object) -> int:
    """A `ts`, or seconds, in ms since 1970; 0 where it is none."""
    found = _TS.fullmatch(str(ts)) if isinstance(ts, str | int) and not isinstance(ts, bool) else None
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")[:3]) if found else 0


def words(text: str) -> str:
    """A text as it was written: links and channels by what stands there, signs unescaped; people keep their `<@ID>`.

    https://docs.slack.dev/messaging/formatting-message-text/#retrieving-messages
    """
    if "<" not in text and "&" not in text:
        return text
    text = _LINK.sub(lambda found: found[1] if not found[2] or found[2] in found[1] else f"{found[2]} ({found[1]})", text)
    return html.unescape(_PLACE.sub(r"#\1", text)) if "&" in text else _PLACE.sub(r"#\1", text)
