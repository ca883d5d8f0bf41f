"""What Messenger and Instagram do alike at Graph: sending, files, sender actions, comments' answers, and how an account stands."""

from collections.abc import Mapping
from urllib.parse import quote

import msgspec
from aiohttp import FormData
from msgspec.structs import replace

from channels import http
from channels.fields import Json, number_of, objects, soft, soft_id, soft_object
from channels.meta.acts import DELETE
from channels.meta.graph import Graph
from channels.meta.render import FILE_TYPES, SEND
from hub.model.address import Address
from hub.model.channels.abilities import Person
from hub.model.channels.ports import Call, Files, Sent
from hub.model.errors import OutcomeUnknown, SettingsError
from hub.model.failure import Failure
from hub.model.messaging.comments import Post
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment

UPLOAD = "me/message_attachments"
UPLOAD_SECONDS = 60.0
"""The longest a file takes, from our first byte to Meta's answer."""

WINDOW_HOURS = 24
"""https://developers.facebook.com/docs/messenger-platform/policy/policy-overview"""

SEEN, TYPING = "mark_seen", "typing_on"


async def send(graph: Graph, call: Call, to: Address) -> Sent:
    """Make one call of `calls_of`; a success without a message's id proves nothing."""
    told = await graph.post(call.method, call.params)
    mid = soft_id(told, "message_id")
    if not mid:
        raise OutcomeUnknown("the answer names no message", failure=Failure.UNEXPECTED)
    person = soft_id(told, "recipient_id")
    return Sent(external_id=mid, identity=person if person != to.id else "")


async def act(graph: Graph, call: Call) -> Sent:
    """Make one call of `comment_calls`; returns the new comment's or message's id, where there is one."""
    deletes, path = call.method.startswith(DELETE), call.method.removeprefix(DELETE)
    told = await (graph.delete(path) if deletes else graph.post(path, call.params))
    if told.get("success") is False:
        raise OutcomeUnknown("the answer says that it did not succeed", failure=Failure.UNEXPECTED)
    made = soft_id(told, "message_id") or soft_id(told, "id")
    if call.method == SEND and not made:
        raise OutcomeUnknown("the answer names no message", failure=Failure.UNEXPECTED)
    return Sent(external_id=made, identity=soft_id(told, "recipient_id"))


async def signal(graph: Graph, to: Address, action: str) -> None:
    """A sender action: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions."""
    await graph.post(SEND, {"recipient": {"id": to.id}, "sender_action": action})


async def who(graph: Graph, address: Address, fields: str) -> Person:
    """What Meta tells of a person: https://developers.facebook.com/docs/messenger-platform/identity/user-profile."""
    told = await graph.get(quote(address.id, safe=""), {"fields": fields})
    return Person(name=soft(told, "name"), username=soft(told, "username"), picture=soft(told, "profile_pic"))


async def uploaded(graph: Graph, delivery: Delivery, files: Files, *, platform: str) -> Delivery:
    """The delivery with those files that Meta cannot fetch by itself (no https, or this network's alone) brought to it.

    https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
    """
    message = delivery.message
    pieces = [await _brought(graph, piece, files, platform) for piece in message.attachments]
    return replace(delivery, message=replace(message, attachments=tuple(pieces)))


async def _brought(graph: Graph, piece: Attachment, files: Files, platform: str) -> Attachment:
    if piece.kind not in FILE_TYPES or piece.media_id or (piece.url.startswith("https://") and http.is_public(piece.url)):
        return piece
    file = await files.read(piece)
    form = FormData()
    if platform != "messenger":
        form.add_field("platform", platform)
    message = {"attachment": {"type": FILE_TYPES[piece.kind], "payload": {"is_reusable": True}}}
    form.add_field("message", msgspec.json.encode(message).decode())
    form.add_field("filedata", file.content, filename=file.name, content_type=file.mime_type)
    told = await graph.upload(UPLOAD, form, seconds=UPLOAD_SECONDS)
    if not (found := soft_id(told, "attachment_id")):
        raise OutcomeUnknown("the answer names no file", failure=Failure.UNEXPECTED)
    return replace(piece, media_id=found, url="")


async def post(graph: Graph, id: str, names: Mapping[str, tuple[str, ...]]) -> Post:  # noqa: A002 - the field's name
    """What stands at a post; `names`: of each of our fields, Graph's, the first that tells something counts.

    https://developers.facebook.com/docs/graph-api/reference/page-post, https://developers.facebook.com/docs/instagram-platform/reference/instagram-media
    """
    told = await graph.get(quote(id, safe=""), {"fields": ",".join(field for fields in names.values() for field in fields)})
    found = {name: next((soft(told, field) for field in fields if soft(told, field)), "") for name, fields in names.items()}
    return Post(id=id, text=found["text"], url=found["url"], picture=found["picture"])


async def subscribe(graph: Graph, fields: tuple[str, ...]) -> None:
    """Have the account's events brought to our app: https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps."""
    await graph.post("me/subscribed_apps", {"subscribed_fields": ",".join(fields)})


async def missing_fields(graph: Graph, app_id: str, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the events we read are not brought to our app; with one app alone its id need not be known."""
    apps = objects(await graph.get("me/subscribed_apps"), "data")
    ours = [app for app in apps if not app_id or soft_id(app, "id") == app_id]
    told = {field for app in ours for field in _texts(app, "subscribed_fields")}
    return tuple(field for field in fields if field not in told)


async def hook_of(app: Graph, app_id: str, about: str) -> str:
    """Where the app has events about `about` brought to; empty where it has none.

    https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
    """
    found = objects(await app.get(f"{app_id}/subscriptions"), "data")
    return next((soft(each, "callback_url") for each in found if soft(each, "object") == about and each.get("active") is not False), "")


async def expiry(app: Graph, token: str) -> int:
    """When a token ends (ms since 1970; 0: never): https://developers.facebook.com/docs/graph-api/reference/debug_token."""
    told = soft_object(await app.get("debug_token", {"input_token": token}), "data")
    ends = [number_of(told, key) or 0.0 for key in ("expires_at", "data_access_expires_at")]
    return int(min((each for each in ends if each > 0), default=0.0) * 1000)


def hides_numbers(value: str) -> bool:
    """What an account's `hide_numbers` says; yes where it says nothing."""
    return value.lower() not in {"no", "false", "off", "0"}


def check(where: str, required: Mapping[str, tuple[str, str]], base_url: str) -> None:
    """Raise SettingsError for the first value that is missing (key → value and where it is found), or an address that is none."""
    for key, (value, remedy) in required.items():
        if not value:
            raise SettingsError(f"{where}: {key} is not set; {remedy}")
    if not base_url.startswith(("https://", "http://")) or base_url.endswith("/"):
        raise SettingsError(f"{where}: base_url must begin with https:// and not end with /, or be left out.")


def _texts(of: Json, key: str) -> list[str]:
    value = of.get(key)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
