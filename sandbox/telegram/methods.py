"""The Bot API's methods (https://core.telegram.org/bots/api#available-methods) as the stand-in answers them."""

import json
import re
import time
from collections.abc import Callable

from sandbox.telegram.errors import BotError
from sandbox.telegram.markup import buttons_in, lay_keys
from sandbox.telegram.world import Chat, Json, Webhook, World

_TEXT_UNITS, _CAPTION_UNITS = 4096, 1024
_DELETED_WITHIN_S = 48 * 3600
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def call(world: World, method: str, params: Json) -> object:
    """The result of a method; raises BotError. Names are not case-sensitive, as at Telegram; getUpdates, which waits, is not here."""
    found = _METHODS.get(method.lower())
    if found is None:
        raise BotError(404, "Not Found")
    return found(world, params)


def number(params: Json, key: str, default: int) -> int:
    """A parameter as a whole number; forms bring it as text."""
    try:
        return int(str(params.get(key, default)))
    except ValueError:
        raise BotError(400, f"Bad Request: invalid {key} specified") from None


def _get_me(world: World, _params: Json) -> object:
    return {
        **world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _set_webhook(world: World, params: Json) -> object:
    url, secret = str(params.get("url", "")), str(params.get("secret_token", ""))
    if not url:
        return _delete_webhook(world, params)
    local = url.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]"))
    if not url.startswith("https://") and not local:
        raise BotError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not _SECRET.fullmatch(secret):
        raise BotError(400, "Bad Request: secret token contains unallowed characters")
    allowed = _plain(params.get("allowed_updates"))
    world.webhook = Webhook(
        url=url,
        secret=secret,
        max_connections=number(params, "max_connections", 40),
        allowed=tuple(str(a) for a in allowed) if isinstance(allowed, list) else (),
    )
    _drop_pending(world, params)
    world.pulse.beat()
    return True


def _delete_webhook(world: World, params: Json) -> object:
    world.webhook = None
    _drop_pending(world, params)
    return True


def _drop_pending(world: World, params: Json) -> None:
    if str(params.get("drop_pending_updates", "")).lower() == "true":
        world.pending.clear()


def _webhook_info(world: World, _params: Json) -> object:
    hook = world.webhook
    told: Json = {"url": hook.url if hook else "", "has_custom_certificate": False, "pending_update_count": len(world.waiting())}
    if hook and hook.last_error:
        told |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    if hook and hook.allowed:
        told["allowed_updates"] = list(hook.allowed)
    return {**told, "max_connections": hook.max_connections} if hook else told


def _send_message(world: World, params: Json) -> object:
    text = str(params.get("text", ""))
    if not text.strip():
        raise BotError(400, "Bad Request: message text is empty")
    if _units(text) > _TEXT_UNITS:
        raise BotError(400, "Bad Request: message is too long")
    return _sent(world, params, {"text": text}, {"text": text})


def _send_media(field: str) -> Callable[[World, Json], object]:
    def send(world: World, params: Json) -> object:
        source = params.get(field)
        if not source:
            raise BotError(400, f"Bad Request: there is no {field} in the request")
        caption = str(params.get("caption", ""))
        if _units(caption) > _CAPTION_UNITS:
            raise BotError(400, "Bad Request: message caption is too long")
        file: Json = {"file_id": f"sandbox-{field}", "file_unique_id": f"u-{field}"}
        told: Json = {field: [{**file, "width": 1, "height": 1}] if field == "photo" else file, "caption": caption}
        return _sent(world, params, told, {"text": caption, "media": field, "source": str(source)})

    return send


def _send_place(world: World, params: Json) -> object:
    words = " ".join(str(params[k]) for k in ("title", "address", "latitude", "longitude") if k in params)
    point: Json = {"latitude": params.get("latitude"), "longitude": params.get("longitude")}
    return _sent(world, params, {"location": point}, {"text": f"📍 {words}"})


def _send_contact(world: World, params: Json) -> object:
    person: Json = {"phone_number": params.get("phone_number"), "first_name": params.get("first_name")}
    return _sent(world, params, {"contact": person}, {"text": f"👤 {params.get('first_name')} {params.get('phone_number')}"})


def _sent(world: World, params: Json, told: Json, shown: Json) -> Json:
    """The customer sees it, the bot is told its number."""
    chat = _chat(world, params)
    markup = _plain(params.get("reply_markup"))
    buttons = buttons_in(markup, group=chat.group)
    lay_keys(chat, markup)
    chat.typing_until = 0.0
    number_there = world.show(chat, {"mine": False, "buttons": buttons, **({"fixed": True} if markup and not buttons else {}), **shown})
    message: Json = {"message_id": number_there, "from": world.bot, "chat": world.place(chat), "date": int(time.time()), **told}
    return {**message, "reply_markup": {"inline_keyboard": buttons}} if buttons else message


def _chat(world: World, params: Json) -> Chat:
    id_text = str(params.get("chat_id", ""))
    if not id_text:
        raise BotError(400, "Bad Request: chat_id is empty")
    chat = world.chat(id_text)
    if chat.blocked:
        raise BotError(403, "Forbidden: bot was blocked by the user")
    return chat


def _typing(world: World, params: Json) -> object:
    _chat(world, params).typing_until = time.monotonic() + 5
    world.pulse.beat()
    return True


def _edit(world: World, params: Json) -> object:
    chat, message = _own(world, params, what="edit")
    text = str(params.get("text", params.get("caption", message["text"])))
    buttons = buttons_in(_plain(params.get("reply_markup")), group=chat.group)
    if wrong := _unedited(message, params, text):
        raise BotError(400, f"Bad Request: {wrong}")
    if text == message["text"] and buttons == message["buttons"]:
        same = "specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
        raise BotError(400, f"Bad Request: message is not modified: {same}")
    message |= {"text": text, "buttons": buttons, "edited": True}
    world.pulse.beat()
    told = {"caption": text} if message.get("media") else {"text": text}
    return {"message_id": message["id"], "from": world.bot, "chat": world.place(chat), "date": message["at"], **told}


def _unedited(message: Json, params: Json, text: str) -> str:
    """Why it cannot be edited so; empty where it can. What bears keys, or took some away, never can."""
    media = bool(message.get("media"))
    if message.get("fixed"):
        return "message can't be edited"
    if ("text" in params and media) or ("caption" in params and not media):
        return f"there is no {'text' if media else 'caption'} in the message to edit"
    if "text" in params and not text.strip():
        return "message text is empty"
    if _units(text) > (_CAPTION_UNITS if media else _TEXT_UNITS):
        return "message caption is too long" if media else "message is too long"
    return ""


def _delete(world: World, params: Json) -> object:
    _, message = _own(world, params, what="delete")
    at = message["at"]
    if isinstance(at, int) and time.time() - at > _DELETED_WITHIN_S:
        raise BotError(400, "Bad Request: message can't be deleted for everyone")
    # It stays in the count, for no number is given twice; the phone shows it no more.
    message |= {"text": "", "buttons": [], "media": "", "deleted": True}
    world.pulse.beat()
    return True


def _own(world: World, params: Json, *, what: str) -> tuple[Chat, Json]:
    """The bot's message that is meant, and its chat."""
    chat = _chat(world, params)
    wanted = number(params, "message_id", 0)
    message = next((m for m in chat.messages if m["id"] == wanted and not m["mine"] and not m.get("deleted")), None)
    if message is None:
        raise BotError(400, f"Bad Request: message to {what} not found")
    return chat, message


def _answer_press(_world: World, params: Json) -> object:
    pressed = str(params.get("callback_query_id", ""))
    if not pressed:
        raise BotError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    return True


def _get_file(_world: World, params: Json) -> object:
    file_id = str(params.get("file_id", ""))
    if not file_id:
        raise BotError(400, "Bad Request: invalid file_id")
    return {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": 68, "file_path": f"files/{file_id}"}


def _plain(value: object) -> object:
    """A structured parameter: JSON bodies bring it as it is, forms as JSON text."""
    if not isinstance(value, str) or not value:
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise BotError(400, "Bad Request: can't parse reply keyboard markup JSON object") from None


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_MEDIA = {
    "sendphoto": "photo",
    "sendvideo": "video",
    "sendaudio": "audio",
    "sendvoice": "voice",
    "senddocument": "document",
    "sendsticker": "sticker",
    "sendanimation": "animation",
}
METHODS_WITH_FILES = frozenset(_MEDIA)
"""Those that show a file; their names in small letters."""

_METHODS: dict[str, Callable[[World, Json], object]] = {
    "getme": _get_me,
    "setwebhook": _set_webhook,
    "deletewebhook": _delete_webhook,
    "getwebhookinfo": _webhook_info,
    "sendmessage": _send_message,
    "sendlocation": _send_place,
    "sendvenue": _send_place,
    "sendcontact": _send_contact,
    "sendchataction": _typing,
    "editmessagetext": _edit,
    "editmessagecaption": _edit,
    "deletemessage": _delete,
    "editmessagereplymarkup": _edit,
    "answercallbackquery": _answer_press,
    "getfile": _get_file,
    **{name: _send_media(field) for name, field in _MEDIA.items()},
}
