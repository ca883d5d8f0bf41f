"""What a bot may put under its messages and below the text field, as Telegram takes it or refuses it."""

from sandbox.telegram.errors import BotError
from sandbox.telegram.world import Chat, Json

_DATA_BYTES, _MOST_BUTTONS = 64, 100
_PRIVATE = {"request_contact": "phone number", "request_location": "location", "web_app": "web app"}


def buttons_in(markup: object, *, group: bool) -> list[list[Json]]:
    """The rows of an inline keyboard (https://core.telegram.org/bots/api#inlinekeyboardmarkup); raises BotError."""
    rows = _rows(markup, "inline_keyboard")
    for button in (b for row in rows for b in row):
        size = len(str(button.get("callback_data", "x")).encode())
        if not button.get("text") or not 0 < size <= _DATA_BYTES:
            raise BotError(400, "Bad Request: BUTTON_DATA_INVALID")
        if "web_app" in button and group:
            raise BotError(400, "Bad Request: BUTTON_TYPE_INVALID")
    return rows


def lay_keys(chat: Chat, markup: object) -> None:
    """Put the keys a message brings below the text field, or take them away (https://core.telegram.org/bots/api#replykeyboardmarkup).

    A message that says nothing of them leaves them as they are; raises BotError.
    """
    if not isinstance(markup, dict):
        return
    if markup.get("remove_keyboard") is True:
        chat.keys, chat.once, chat.shut = [], False, False
        return
    rows = _rows(markup, "keyboard")
    for key in (k for row in rows for k in row):
        if not key.get("text"):
            raise BotError(400, "Bad Request: keyboard button text must be non-empty")
        asked = next((words for field, words in _PRIVATE.items() if key.get(field)), "")
        if asked and chat.group:
            raise BotError(400, f"Bad Request: {asked} can be requested in private chats only")
    if rows:
        chat.keys, chat.once, chat.shut = rows, markup.get("one_time_keyboard") is True, False


def _rows(markup: object, name: str) -> list[list[Json]]:
    rows = markup.get(name) if isinstance(markup, dict) else None
    if not isinstance(rows, list):
        return []
    if sum(len(row) for row in rows) > _MOST_BUTTONS:
        raise BotError(400, "Bad Request: reply markup is too long")
    return rows
