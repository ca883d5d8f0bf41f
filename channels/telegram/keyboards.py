"""What stands to be pressed with a message: keys under the text field, or buttons under the message itself."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from channels.labels import label_of
from hub.model.base import Value
from hub.model.messaging.message import Button, ButtonKind, Message, QuickReply, ReplyKind
from hub.model.text.folding import plain
from hub.model.text.measuring import Unit, measure

CALLBACK_BYTES = 64
"""https://core.telegram.org/bots/api#inlinekeyboardbutton"""

MOST_BUTTONS = 100
"""Telegram's servers refuse a larger keyboard; not published, told by its users since 2016."""

NOTHING: dict[str, object] = {"remove_keyboard": True}
"""Takes the keys of an earlier question away: https://core.telegram.org/bots/api#replykeyboardremove"""

_ROW_CHARACTERS = 18
"""Labels of one row together: more are cut short with dots on a narrow phone."""

_ASKS = {ReplyKind.LOCATION: "request_location", ReplyKind.PHONE: "request_contact"}
"""What only a key can ask for, in private chats: https://core.telegram.org/bots/api#keyboardbutton."""

_SCHEMES = frozenset(("https", "http", "tg"))

_Key = dict[str, object]


class Keyboard(Value, frozen=True):
    """`markup` belongs to the last call of a message (empty: nothing is offered); `lines` are links no key can hold, told in words."""

    markup: dict[str, object]
    lines: tuple[str, ...] = ()


def keyboard_of(message: Message, warnings: list[str], *, private: bool) -> Keyboard:
    """How the offers of a message are shown; what is left out leaves a warning.

    Quick replies are keys under the text field: a press says the label in the customer's own words and the keys go away. In groups, beside
    buttons or links, and where two labels would read alike, they are buttons under the message, which tell what was pressed.
    """
    offered, lines = _with_links(_possible(message.quick_replies, warnings, private=private), message.buttons)
    warnings += ["a quick reply of the kind url is told as a link"] * len(lines)
    if any(reply.kind in _ASKS for reply in offered) and message.buttons:
        warnings.append("buttons are left out beside a question for place or phone number")
    if offered and private and _as_keys(offered, message.buttons):
        # A form that is closed again is no answer: its key stays until something is said.
        once = all(reply.kind is not ReplyKind.FORM for reply in offered)
        keys = _fitting([_key(reply) for reply in offered], warnings)
        return Keyboard(markup={"keyboard": _rows(keys), "resize_keyboard": True, "one_time_keyboard": once}, lines=lines)
    inline = _fitting([*_inline(offered), *_button_keys(message.buttons, warnings, private=private)], warnings)
    return Keyboard(markup={"inline_keyboard": _rows(inline)} if inline else {}, lines=lines)


def callback_data(offered: tuple[QuickReply, ...]) -> tuple[str, ...]:
    """What each button sends back, unique and at most 64 bytes: its payload, else its label, else its number.

    All three are answers the hub understands against what it offered, so a long payload needs no memory here.
    """
    taken: list[str] = []
    for n, reply in enumerate(offered, 1):
        others = {r.payload or r.title for r in offered if r is not reply}
        fitting = (c for c in (reply.payload or reply.title, reply.title) if 0 < measure(c, Unit.BYTES) <= CALLBACK_BYTES)
        taken.append(next((c for c in fitting if c not in taken and (c == reply.payload or c not in others)), str(n)))
    return tuple(taken)


def _possible(replies: Iterable[QuickReply], warnings: list[str], *, private: bool) -> tuple[QuickReply, ...]:
    """The quick replies that this chat can show. Mini apps and questions for place and phone number are for private chats alone."""
    found: list[QuickReply] = []
    for reply in replies:
        if reply.kind in _ASKS and not private:
            warnings.append(f"this chat cannot be asked for its {reply.kind.value}")
        elif reply.kind is ReplyKind.TEXT or reply.kind in _ASKS:
            found.append(reply)
        elif _opens(reply.extra, warnings, of=f"quick reply of the kind {reply.kind.value}"):
            app = reply.kind is ReplyKind.FORM and private and reply.extra.startswith("https://")
            found.append(reply if app else QuickReply(title=reply.title, kind=ReplyKind.URL, extra=reply.extra))
    return tuple(found)


def _with_links(offered: tuple[QuickReply, ...], buttons: tuple[Button, ...]) -> tuple[tuple[QuickReply, ...], tuple[str, ...]]:
    """The replies, and the links among them as lines where the others need keys: a key opens no link."""
    needs_keys = any(reply.kind in _ASKS or (reply.kind is ReplyKind.FORM and not buttons) for reply in offered)
    links = [reply for reply in offered if reply.kind is ReplyKind.URL] if needs_keys else []
    lines = tuple(f"{link.title}: {link.extra}" if link.title else link.extra for link in links)
    return tuple(reply for reply in offered if reply not in links), lines


def _as_keys(offered: tuple[QuickReply, ...], buttons: tuple[Button, ...]) -> bool:
    """Whether the replies are shown as keys; a press tells no more than its label, so no two may be taken for one another."""
    kinds = {reply.kind for reply in offered}
    if kinds & set(_ASKS):
        return True
    labels = [plain(_label(reply)) or _label(reply) for reply in offered]
    return not buttons and ReplyKind.URL not in kinds and len(set(labels)) == len(labels)


def _label(reply: QuickReply) -> str:
    return label_of(reply)


def _key(reply: QuickReply) -> _Key:
    """A key as https://core.telegram.org/bots/api#keyboardbutton has it."""
    if reply.kind in _ASKS:
        return {"text": _label(reply), _ASKS[reply.kind]: True}
    return {"text": _label(reply), **({"web_app": {"url": reply.extra}} if reply.kind is ReplyKind.FORM else {})}


def _inline(offered: tuple[QuickReply, ...]) -> list[_Key]:
    answers = tuple(reply for reply in offered if reply.kind is ReplyKind.TEXT)
    carried = iter(callback_data(answers))
    keys: list[_Key] = []
    for reply in offered:
        match reply.kind:
            case ReplyKind.TEXT:
                keys.append({"text": _label(reply), "callback_data": next(carried)})
            case ReplyKind.FORM:
                keys.append({"text": _label(reply), "web_app": {"url": reply.extra}})
            case _:
                keys.append({"text": _label(reply), "url": reply.extra})
    return keys


def _button_keys(buttons: tuple[Button, ...], warnings: list[str], *, private: bool) -> list[_Key]:
    answers = tuple(QuickReply(title=b.title, payload=b.value) for b in buttons if b.kind is ButtonKind.REPLY)
    carried = iter(callback_data(answers))
    keys: list[_Key] = []
    for button in buttons:
        match button.kind:
            case ButtonKind.REPLY:
                keys.append({"text": button.title, "callback_data": next(carried)})
            case ButtonKind.COPY:
                keys.append({"text": button.title, "copy_text": {"text": button.value}})
            case _ if not _opens(button.value, warnings, of="button"):
                continue
            case ButtonKind.WEBVIEW if private and button.value.startswith("https://"):
                keys.append({"text": button.title, "web_app": {"url": button.value}})
            case _:
                keys.append({"text": button.title, "url": button.value})
    return keys


def _opens(address: str, warnings: list[str], *, of: str) -> bool:
    """Whether Telegram takes the address; it refuses the whole message for one that has no public host."""
    parts = urlsplit(address)
    taken = parts.scheme in _SCHEMES and "." in (parts.hostname or "") and not any(sign.isspace() for sign in address)
    if not taken:
        warnings.append(f"a {of} has no address that can be opened")
    return taken


def _fitting(keys: list[_Key], warnings: list[str]) -> list[_Key]:
    if len(keys) > MOST_BUTTONS:
        warnings.append(f"only the first {MOST_BUTTONS} answers are offered")
    return keys[:MOST_BUTTONS]


def _rows(keys: list[_Key]) -> list[list[_Key]]:
    """Rows as wide as a phone shows whole labels."""
    rows: list[list[_Key]] = []
    width = 0
    for key in keys:
        width += len(str(key["text"]))
        if not rows or width > _ROW_CHARACTERS:
            rows.append([])
            width = len(str(key["text"]))
        rows[-1].append(key)
    return rows
