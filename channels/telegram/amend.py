"""Changing what a bot sent: https://core.telegram.org/bots/api#updating-messages."""

from msgspec.structs import replace

from channels.telegram.keyboards import NOTHING
from channels.telegram.places import BUSINESS, chat_of
from hub.model.channels.ports import Call
from hub.model.errors import Rejected

RECALL_S = 48 * 3600
"""https://core.telegram.org/bots/api#deletemessage; a correction has no such limit for what a bot wrote itself."""

_SAME = "message is not modified"
_GONE = "message to delete not found"
_CAPTIONED = frozenset(("sendPhoto", "sendVideo", "sendAudio", "sendVoice", "sendDocument"))


def corrections(calls: list[Call], ids: tuple[str, ...]) -> list[Call]:
    """The calls that put the words of these in the place of the messages with these ids; files stay as they are.

    Raises Rejected where nothing of it has words, or a keyboard of its own stands under it: only inline ones can be edited.
    """
    found = [edit for call, id in zip(calls, ids, strict=True) if (edit := _correction(call, id))]  # noqa: A001 - the field's name
    if not found:
        raise Rejected("it has no words to be changed", code="files")
    return found


def changeable(calls: list[Call]) -> list[Call]:
    """The calls of what a person writes, so that it can be corrected: the keys of an earlier question are left where they are.

    A message with any other markup than an inline keyboard is never edited: https://core.telegram.org/bots/api#updating-messages
    """
    return [replace(call, params={k: v for k, v in call.params.items() if v != NOTHING}) for call in calls]


def recalls(chat: str, ids: tuple[str, ...]) -> list[Call]:
    """The calls that delete the messages with these ids, the last one first: whoever reads along sees no rest without its beginning."""
    if chat.startswith(BUSINESS):
        # https://core.telegram.org/bots/api#deletebusinessmessages names no chat: the connection knows its messages.
        connection = {"business_connection_id": chat_of(chat)["business_connection_id"]}
        return [Call(method="deleteBusinessMessages", params={**connection, "message_ids": [_number(id)]}) for id in reversed(ids)]  # noqa: A001 - as above
    return [Call(method="deleteMessage", params={**chat_of(chat), "message_id": _number(id)}) for id in reversed(ids)]  # noqa: A001 - as above


def is_so(call: Call, refusal: Rejected) -> bool:
    """Whether a refusal says that nothing is left to be done: it was done by an earlier try, or by somebody else."""
    said = refusal.reason.casefold()
    return _GONE in said if call.method.startswith("delete") else _SAME in said


def _correction(call: Call, id: str) -> Call | None:  # noqa: A002 - the field's name
    markup = call.params.get("reply_markup")
    if isinstance(markup, dict) and "inline_keyboard" not in markup:
        raise Rejected("a keyboard of its own stands under it", code="keyboard")
    where: dict[str, object] = {key: call.params[key] for key in ("business_connection_id", "chat_id") if key in call.params}
    place: dict[str, object] = {**where, "message_id": _number(id)}
    if markup:
        place["reply_markup"] = markup
    if call.method == "sendMessage":
        return Call(method="editMessageText", params={**place, "text": call.params["text"]}, warnings=call.warnings)
    if call.method in _CAPTIONED and call.params.get("caption"):
        return Call(method="editMessageCaption", params={**place, "caption": call.params["caption"]}, warnings=call.warnings)
    return None


def _number(id: str) -> int:  # noqa: A002 - the field's name
    if not (id.isascii() and id.isdigit()):
        raise Rejected("its id is not Telegram's", code="cannot")
    return int(id)
