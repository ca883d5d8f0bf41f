"""What Meta takes and refuses of a message, and what the phone shows of it."""

from aiohttp import web

from sandbox.desk import json_answer
from sandbox.shown import Bubble, Json, Media, Offer

_TEXT, _TEXT_BYTES, _BUTTON_TEXT = 2000, 1000, 640
_QUICK_REPLIES, _BUTTONS, _CARDS = 13, 3, 10
_KINDS = {"postback": "reply", "web_url": "url", "phone_number": "call"}
_ASKED = {"user_phone_number": "Phone", "user_email": "E-mail"}


def refused(words: str, *, status: int = 400, code: int = 100, retry_after: int | None = None) -> web.Response:
    """Graph's error; `words` may begin with `code/subcode`."""
    head, _, rest = words.partition(" ")
    number, slash, sub = head.partition("/")
    error: Json = {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "A1sandbox"}
    if slash and number.isdigit():
        error |= {"message": f"(#{number}) {rest}", "code": int(number)} | ({"error_subcode": int(sub)} if int(sub) else {})
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return json_answer({"error": error}, status, **headers)


def words_of(told: Json) -> str:
    """The words of a message, plain or of a template."""
    message = _object(told, "message")
    payload = _object(_object(message, "attachment"), "payload")
    titles = [str(card.get("title", "")) for card in _list(payload, "elements")]
    return str(message.get("text") or payload.get("text") or ", ".join(titles))


def unfit(told: Json, *, bytes_only: bool) -> str:
    """Why the message is none Meta takes, as `code/subcode words`; empty where it is fine."""
    message = _object(told, "message")
    text, attachment = str(message.get("text", "")), _object(message, "attachment")
    payload = _object(attachment, "payload")
    if not text and not attachment:
        return "100/0 Message cannot be empty, must provide valid attachment or text"
    if len(text) > _TEXT or (bytes_only and len(text.encode()) > _TEXT_BYTES):
        return "100/0 Length of param message[text] must be less than or equal to the limit"
    if bytes_only and "metadata" in message:
        return '100/0 Invalid keys "metadata" were found in param "message".'
    if len(_list(message, "quick_replies")) > _QUICK_REPLIES:
        return "105/0 param message[quick_replies] has too many elements."
    return _unfit_template(payload) if attachment.get("type") == "template" else _unfit_file(attachment, payload)


def _unfit_template(payload: Json) -> str:
    cards, buttons = _list(payload, "elements"), _list(payload, "buttons")
    if payload.get("template_type") == "button" and (not buttons or not 0 < len(str(payload.get("text", ""))) <= _BUTTON_TEXT):
        return "100/0 param text must be a string of at most 640 characters, with buttons"
    if len(cards) > _CARDS or any(len(found) > _BUTTONS for found in (buttons, *(_list(card, "buttons") for card in cards))):
        return "105/0 param name_placeholder[elements] has too many elements."
    if any(not (card.get("subtitle") or card.get("image_url") or card.get("buttons")) for card in cards):
        return "100/2018032 Incomplete element data: title and at least one other field is required"
    return ""


def _unfit_file(attachment: Json, payload: Json) -> str:
    if not attachment or attachment.get("type") == "like_heart" or payload.get("attachment_id"):
        return ""
    return "" if str(payload.get("url", "")).startswith("https://") else "100/2018008 Failed to fetch the file from the url"


def bubble_of(told: Json, external_id: str, files: dict[str, str]) -> Bubble:
    """What the phone shows; `files`: uploaded ones, id → address."""
    message = _object(told, "message")
    attachment = _object(message, "attachment")
    payload, kind = _object(attachment, "payload"), str(attachment.get("type", ""))
    media: tuple[Media, ...] = ()
    if kind and kind != "template":
        media = (Media(kind=kind, url=str(payload.get("url") or files.get(str(payload.get("attachment_id")), ""))),)
    cards = tuple(_offer(button, str(card.get("title", ""))) for card in _list(payload, "elements") for button in _list(card, "buttons"))
    offers = (*(_offer(button) for button in _list(payload, "buttons")), *cards, *map(_quick, _list(message, "quick_replies")))
    reply_to = str(_object(told, "reply_to").get("mid", ""))
    return Bubble(n=0, text=words_of(told), media=media, offers=offers, external_id=external_id, reply_to=reply_to)


def _offer(button: Json, group: str = "") -> Offer:
    value = str(button.get("url") or button.get("payload") or "")
    return Offer(title=str(button.get("title", "")), id=value, kind=_KINDS.get(str(button.get("type")), "reply"), value=value, group=group)


def _quick(reply: Json) -> Offer:
    asked = _ASKED.get(str(reply.get("content_type")), "")
    return Offer(title=asked or str(reply.get("title", "")), id=asked or str(reply.get("payload", "")), kind="quick")


def _object(of: Json, key: str) -> Json:
    value = of.get(key)
    return value if isinstance(value, dict) else {}


def _list(of: Json, key: str) -> list[Json]:
    value = of.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
