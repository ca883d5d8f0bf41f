"""A message as Slack's calls: https://docs.slack.dev/reference/methods/chat.postMessage/ and its blocks."""

from collections.abc import Iterator

from channels.fields import Json
from channels.labels import label_of
from channels.slack.press import OPENS
from channels.split import split
from hub.model.channels.ports import Call
from hub.model.messaging.message import Attachment, Button, ButtonKind, Card, Choices, MediaKind, Message, QuickReply, ReplyKind, Row

TEXT_CHARACTERS = 4000
"""Beyond it is cut off at 40,000: https://docs.slack.dev/reference/methods/chat.postMessage/#truncating"""

SECTION_CHARACTERS = 3000
"""https://docs.slack.dev/reference/block-kit/blocks/section-block/"""

MOST_BUTTONS = 25
"""https://docs.slack.dev/reference/block-kit/blocks/actions-block/"""

BUTTON_CHARACTERS = 75
_VALUE_CHARACTERS = 2000
_ADDRESS_CHARACTERS = 3000
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element/"""

MOST_ROWS = 100
ROW_CHARACTERS = 75
_OPTION_VALUE = 150
_PLACEHOLDER = 150
"""https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element/ and …/composition-objects/option-object/"""

MOST_CARDS = 10
CARD_BUTTONS = 5
_MOST_BLOCKS = 50
"""https://docs.slack.dev/reference/block-kit/blocks/"""

_ALT_CHARACTERS = 2000
"""https://docs.slack.dev/reference/block-kit/blocks/image-block/"""

_SHOWN = frozenset(("", "image/png", "image/jpeg", "image/jpg", "image/gif"))
"""https://docs.slack.dev/reference/block-kit/blocks/image-block/"""

POST = "chat.postMessage"
SHARE = "files.completeUploadExternal"

MEDIA = frozenset((MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.FILE))


def calls_of(message: Message, to: str, text_limit: int = TEXT_CHARACTERS) -> list[Call]:
    """The calls a message takes: files that were uploaded are shown first, in one call; then words; pictures and buttons with the last.

    `reply_to` is the `ts` of the message under which all of it stands, as its thread.
    """
    warnings: list[str] = []
    thread: Json = {"thread_ts": message.reply_to} if message.reply_to else {}
    files = [piece for piece in message.attachments if piece.file_id]
    blocks = [*_pictures(message.attachments), *_controls(message)]
    text = _with_links(message, warnings)
    steps: list[tuple[str, Json]] = []
    if files:
        alone = text if text and not blocks and len(text) <= text_limit else ""
        steps.append((SHARE, _shared(files, to, escaped(alone))))
        text = "" if alone else text
    steps += [(POST, step) for step in _posts(message, text, blocks, text_limit)]
    common = {"unfurl_links": False, "unfurl_media": False}
    return [
        Call(
            method=method,
            params={**({"channel": to, **common} if method == POST else {}), **step, **thread},
            warnings=() if n else tuple(warnings),
        )
        for n, (method, step) in enumerate(steps)
    ]


def escaped(text: str) -> str:
    """The three signs that Slack takes for its own: https://docs.slack.dev/messaging/formatting-message-text/#escaping."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _posts(message: Message, text: str, blocks: list[Json], limit: int) -> Iterator[Json]:
    """The words in parts; the last part and what stands under it are blocks, whose first is the words."""
    parts = list(split(text, min(limit, SECTION_CHARACTERS) if blocks else limit)) if text.strip() else []
    last = parts.pop() if blocks and parts else ""
    for part in parts:
        # No signs of ours shall turn into bold letters; addresses are links all the same.
        yield {"text": escaped(part), "mrkdwn": False}
    if not blocks:
        return
    section: list[Json] = [{"type": "section", "text": {"type": "mrkdwn", "text": escaped(last)}}] if last else []
    for n, some in enumerate(_in_fifties([*section, *blocks])):
        yield {"text": escaped(last or _notice(message)) if not n else "…", "blocks": some}


def _in_fifties(blocks: list[Json]) -> Iterator[list[Json]]:
    for n in range(0, len(blocks), _MOST_BLOCKS):
        yield blocks[n : n + _MOST_BLOCKS]


def _notice(message: Message) -> str:
    """What a notification says where a message has no words."""
    names = [card.title for card in message.cards] or [piece.name or piece.filename or piece.kind.value for piece in message.attachments]
    return ", ".join(names)[:SECTION_CHARACTERS] or "…"


def _shared(files: list[Attachment], to: str, comment: str) -> Json:
    """People are named among `channels`, for `channel_id` takes channels only."""
    where: Json = {"channels": to} if to.startswith(("U", "W")) else {"channel_id": to}
    told = [{"id": piece.file_id, "title": piece.name or piece.filename or piece.kind.value} for piece in files]
    return {"files": told, **where, **({"initial_comment": comment} if comment else {})}


def _with_links(message: Message, warnings: list[str]) -> str:
    """The words; a file that could not be brought to Slack is told by its address."""
    lines = [message.text] if message.text else []
    for piece in message.attachments:
        if piece.file_id or is_picture(piece):
            continue
        warnings.append(f"the {piece.kind.value} could not be uploaded to Slack, so its link is sent")
        lines.append(": ".join(part for part in (piece.name or piece.filename, piece.url) if part))
    return "\n".join(lines)


def is_picture(piece: Attachment) -> bool:
    """A picture Slack can fetch and show by itself; of another type it is a file to be uploaded."""
    shown = piece.mime_type in _SHOWN and piece.url.startswith("https://")
    return piece.kind is MediaKind.IMAGE and not piece.file_id and shown


def _pictures(pieces: tuple[Attachment, ...]) -> Iterator[Json]:
    for piece in pieces:
        if is_picture(piece):
            yield _picture(piece.url, piece.name or piece.filename)


def _picture(url: str, words: str) -> Json:
    return {"type": "image", "image_url": url, "alt_text": (words or "image")[:_ALT_CHARACTERS]}


def _controls(message: Message) -> Iterator[Json]:
    number = 0
    for card in message.cards:
        yield from _card(card, number)
        number += len(card.buttons)
    if message.choices:
        yield {"type": "actions", "elements": [_select(message.choices)]}
    presses = [*(_pressed(button, number + n) for n, button in enumerate(message.buttons))]
    presses += [_offered(reply, number + len(presses) + n) for n, reply in enumerate(message.quick_replies)]
    for n in range(0, len(presses), MOST_BUTTONS):
        yield {"type": "actions", "elements": presses[n : n + MOST_BUTTONS]}


def _card(card: Card, number: int) -> Iterator[Json]:
    title = f"*{escaped(card.title)}*"
    shown = f"*<{card.url}|{escaped(card.title)}>*" if card.url else title
    text = "\n".join(part for part in (shown, escaped(card.subtitle)) if part)
    picture: Json = {"accessory": _picture(card.image, card.title)} if card.image.startswith("https://") else {}
    yield {"type": "section", "text": {"type": "mrkdwn", "text": text[:SECTION_CHARACTERS]}, **picture}
    if card.buttons:
        yield {"type": "actions", "elements": [_pressed(button, number + n) for n, button in enumerate(card.buttons)]}


def _pressed(button: Button, number: int) -> Json:
    if button.kind is ButtonKind.REPLY:
        return _button(button.title, button.value, number)
    return _opening(button.title, button.value, number)


def _offered(reply: QuickReply, number: int) -> Json:
    if reply.kind is ReplyKind.URL:
        return _opening(label_of(reply), reply.extra, number)
    return _button(label_of(reply), reply.payload, number)


def _button(title: str, payload: str, number: int) -> Json:
    return {"type": "button", "text": _plain(title), "action_id": f"reply:{number}", "value": comes_back(title, payload, _VALUE_CHARACTERS)}


def _opening(title: str, url: str, number: int) -> Json:
    return {"type": "button", "text": _plain(title), "action_id": f"{OPENS}{number}", "url": url[:_ADDRESS_CHARACTERS]}


def comes_back(title: str, payload: str, longest: int) -> str:
    """What a press carries: the payload, or the words where that is too long, for the hub understands both."""
    return payload if payload and len(payload) <= longest else title[:longest]


def _select(choices: Choices) -> Json:
    groups = [{"label": _plain(s.title or "…"), "options": [_option(row) for row in s.rows]} for s in choices.sections if s.rows]
    several = len(groups) > 1 or any(section.title for section in choices.sections)
    options: Json = {"option_groups": groups} if several else {"options": groups[0]["options"]}
    placeholder: Json = {"placeholder": _plain(choices.button, _PLACEHOLDER)} if choices.button else {}
    return {"type": "static_select", "action_id": "choice", **placeholder, **options}


def _option(row: Row) -> Json:
    small: Json = {"description": _plain(row.description)} if row.description else {}
    return {"text": _plain(row.title), "value": comes_back(row.title, row.payload, _OPTION_VALUE), **small}


def _plain(words: str, longest: int = BUTTON_CHARACTERS) -> Json:
    return {"type": "plain_text", "text": words if len(words) <= longest else words[: longest - 1].rstrip() + "…", "emoji": True}
